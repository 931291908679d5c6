import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  API_TOKEN_DAYS,
  API_TOKEN_NAME_LIMIT,
  type ApiTokenRow,
  createApiToken,
  type CreateApiTokenFailure,
  endApiToken,
  findApiTokens,
  SCOPES,
} from "../../services/api_tokens.ts";
import type { AppEnv } from "../env.ts";
import { JSON_TYPE } from "./json_body.ts";
import {
  answer,
  BODY_PROBLEMS,
  changing,
  done,
  guarded,
  HEADERS,
  IdempotencyKey,
  jsonBody,
  linkNext,
  pageSize,
  problems,
} from "./operation.ts";
import { problem, type Refusal } from "./problems.ts";
import { invalid, refused } from "./refusals.ts";
import { EXAMPLE_ID } from "./user_schema.ts";
import { onInvalid } from "./validation.ts";

const TOKEN_EXAMPLE = {
  id: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c12",
  name: "nightly sync",
  scopes: ["users:read" as const, "users:write" as const],
  createdAt: "2026-11-23T10:00:00.000Z",
  expiresAt: "2027-02-21T10:00:00.000Z",
  lastUsedAt: "2026-11-24T02:00:00.000Z",
  lastUsedAddress: "192.0.2.20",
  owner: { id: EXAMPLE_ID, username: "ada.admin", name: "Ada Admin" },
};

const ScopeName = z.enum(SCOPES);

const Token = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(ScopeName),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  lastUsedAddress: z.string().nullable(),
  owner: z.object({ id: z.uuid(), username: z.string(), name: z.string() }),
}).openapi("ApiToken", { example: TOKEN_EXAMPLE });

const Page = z.object({ items: z.array(Token), next: z.uuid().nullable() })
  .openapi("ApiTokenPage", {
    example: { items: [TOKEN_EXAMPLE], next: null },
  });

const NewToken = z.strictObject({
  name: z.string().max(4 * API_TOKEN_NAME_LIMIT),
  scopes: z.array(ScopeName).min(1).max(SCOPES.length),
  days: z.int().min(1).max(API_TOKEN_DAYS.most).default(API_TOKEN_DAYS.usual)
    .openapi({ description: "Days from now, at most until the caller ends" }),
}).openapi("NewApiToken", {
  example: { name: "nightly sync", scopes: ["users:read"], days: 30 },
});

const Made = z.object({
  id: z.uuid(),
  token: z.string().nullable().openapi({
    description: "Told this once; null where the request is a repeated one",
  }),
  expiresAt: z.iso.datetime(),
}).openapi("ApiTokenMade", {
  example: {
    id: TOKEN_EXAMPLE.id,
    token:
      "passdesk_0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c12.bm90LWEtcmVhbC1zZWNyZXQtanVzdC1hbi1leGFtcGxl",
    expiresAt: TOKEN_EXAMPLE.expiresAt,
  },
});

const access = {
  scope: "tokens:manage",
  permissions: ["administration"],
} as const;

const list = createRoute({
  method: "get",
  path: "/tokens",
  operationId: "listTokens",
  summary: "List API tokens",
  tags: ["Tokens"],
  ...guarded({
    ...access,
    description:
      "Of all owners, the newest first; those that are over are not.",
  }),
  request: {
    query: z.strictObject({
      cursor: z.uuid().optional(),
      limit: pageSize({ usual: 50, most: 100 }),
    }),
  },
  responses: {
    200: answer(Page, "The tokens", { Link: HEADERS.link }),
    ...problems(),
  },
});

const create = createRoute({
  method: "post",
  path: "/tokens",
  operationId: "createToken",
  summary: "Make an API token",
  tags: ["Tokens"],
  ...changing({
    body: JSON_TYPE,
    ...access,
    description:
      "For the caller. With a token, not more scopes and not more time than that one has.",
    once: { secret: "token" },
  }),
  request: { headers: IdempotencyKey, body: jsonBody(NewToken) },
  responses: {
    201: answer(Made, "The token"),
    ...problems(409, ...BODY_PROBLEMS),
  },
});

const revoke = createRoute({
  method: "delete",
  path: "/tokens/{id}",
  operationId: "revokeToken",
  summary: "Revoke an API token",
  tags: ["Tokens"],
  ...changing({ ...access, description: "Its next request is refused." }),
  request: {
    params: z.object({ id: z.uuid().openapi({ example: TOKEN_EXAMPLE.id }) }),
  },
  responses: { 204: done("It is revoked"), ...problems(404) },
});

export const tokens = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
  .openapi(list, async (c) => {
    const { cursor: before, limit } = c.req.valid("query");
    const { tokens, next } = await findApiTokens(c.var.services, {
      before,
      limit,
    });
    linkNext(c, next);
    return c.json({ items: tokens.map(toToken), next: next ?? null }, 200);
  })
  .openapi(create, async (c) => {
    const { services, actor } = c.var;
    const input = c.req.valid("json");
    const created = await createApiToken(services, { actor, input });
    if (!created.ok) return refuseCreation(c, created.failure);
    const { expiresAt, ...made } = created.value;
    return c.json({ ...made, expiresAt: expiresAt.toISOString() }, 201);
  })
  .openapi(revoke, async (c) => {
    const { services, actor } = c.var;
    const { id: tokenId } = c.req.valid("param");
    const ended = await endApiToken(services, { actor, tokenId });
    return ended.ok ? c.body(null, 204) : refused(c, ended.failure);
  });

function toToken(row: ApiTokenRow): z.output<typeof Token> {
  const { id, name, scopes, lastUsedAddress } = row;
  return {
    id,
    name,
    scopes,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    lastUsedAddress,
    owner: {
      id: row.ownerId,
      username: row.ownerUsername,
      name: row.ownerName,
    },
  };
}

function refuseCreation(
  c: Context<AppEnv>,
  failure: CreateApiTokenFailure,
): Refusal {
  switch (failure.reason) {
    case "invalid":
      return invalid(c, [{
        pointer: `/${failure.field}`,
        detail: failure.field === "name"
          ? `Use 1 to ${API_TOKEN_NAME_LIMIT} readable characters.`
          : "It is not as it has to be.",
      }]);
    case "beyond_own_scopes":
      return problem(c, "missing-scope", {
        detail: `The calling token lacks ${failure.scopes.join(", ")}.`,
      });
    case "too_many":
      return problem(c, "too-many", {
        detail: `There may be ${failure.most} at a time: revoke one first.`,
      });
    case "sent_twice": // of forms alone
      return problem(c, "too-many", { detail: "It was made already." });
    case "session_ended":
    case "check_needed":
      return problem(c, "recent-check-needed", {
        detail:
          "Confirm who you are at /account/check, then send it again within ten minutes.",
      });
    default:
      return refused(c, failure);
  }
}
