import { Hono } from "hono";
import type { contractOf } from "./api/contract.ts";
import {
  ApiDocsPage,
  type ApiOperation,
  ApiTryPage,
  ProblemsPage,
} from "../views/api_docs.tsx";
import { PROBLEMS } from "./api/problems.ts";
import type { AppEnv } from "./env.ts";
import { respond } from "./respond.tsx";
import { allowViewer } from "./security_headers.ts";

type Contract = ReturnType<typeof contractOf>;

/** The contract and its refusals, for people: to read in any browser, and to try out with scripts. */
export function apiDocs(contract: Contract) {
  const tags = (contract.tags ?? []).map(({ name, description = "" }) => ({
    name,
    description,
    operations: operationsOf(contract).filter((it) => it.tag === name),
  }));
  return new Hono<AppEnv>()
    .get("/docs", (c) => respond(c, { page: ApiDocsPage, props: { tags } }))
    .get("/docs/try", (c) => {
      allowViewer(c);
      return respond(c, { page: ApiTryPage, props: {} });
    })
    .get("/problems", (c) =>
      respond(c, {
        page: ProblemsPage,
        props: {
          problems: Object.entries(PROBLEMS).map((
            [name, [status, title]],
          ) => ({ name, status, title })),
        },
      }));
}

/** What a page tells of the contract, without the references. */
function operationsOf({ paths = {}, components }: Contract): ApiOperation[] {
  const schemas = components?.schemas as Record<string, Media>;
  const example = ({ schema, example }: Media) =>
    example ?? schemas[schema?.$ref?.split("/").at(-1) ?? ""]?.example;
  const examples = (content: Record<string, Media> = {}) =>
    Object.entries(content).map(([type, media]) => ({
      type,
      text: toText(example(media)),
    }));
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Described>).map(([method, it]) => ({
      id: it.operationId,
      tag: it.tags[0]!,
      method: method.toUpperCase(),
      path,
      summary: it.summary,
      description: it.description.split("\n\n"),
      parameters: (it.parameters ?? []).map((
        { name, in: place, required = false, schema, description },
      ) => ({
        name,
        place,
        required,
        description: description ?? schema?.enum?.join(", ") ?? "",
      })),
      bodies: examples(it.requestBody?.content),
      answers: Object.entries(it.responses).map((
        [status, { description, content }],
      ) => ({
        status,
        description,
        examples: status.startsWith("2") ? examples(content) : [],
      })),
    }))
  );
}

interface Media {
  schema?: { $ref?: string };
  example?: unknown;
}

interface Described {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    schema?: { enum?: string[] };
    description?: string;
  }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<
    string,
    { description: string; content?: Record<string, Media> }
  >;
}

function toText(example: unknown): string {
  return typeof example === "string"
    ? example
    : JSON.stringify(example, null, 2);
}
