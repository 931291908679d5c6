import type { Filter } from "scim2-parse-filter";
import { CORE, ENTERPRISE } from "./attributes.ts";
import { parseFilter } from "./filter.ts";

/** Where a value goes, in lower case; without an attribute it is the schema as a whole. */
export interface Path {
  schema: "core" | "enterprise";
  attribute?: string | undefined;
  filter?: Filter | undefined;
  sub?: string | undefined;
}

/** `name.familyName`, `emails[type eq "work"].value`, either with its schema in front (RFC 7644, 3.5.2). */
export function parsePath(text: string): Path | undefined {
  const [schema, rest] = splitSchema(text.trim());
  if (rest === "" && text.trim() !== "") return { schema };
  const [, attribute, filter, sub] = rest.match(
    /^([a-z][\w-]*)(?:\[(.*)\])?(?:\.([a-z$][\w-]*))?$/is,
  ) ?? [];
  if (attribute === undefined) return undefined;
  return {
    schema,
    attribute: attribute.toLowerCase(),
    filter: filter === undefined ? undefined : parseFilter(filter),
    sub: sub?.toLowerCase(),
  };
}

function splitSchema(text: string): ["core" | "enterprise", string] {
  for (const [schema, urn] of [["core", CORE], ["enterprise", ENTERPRISE]]) {
    const start = text.slice(0, urn!.length).toLowerCase();
    if (start !== urn!.toLowerCase()) continue;
    const rest = text.slice(urn!.length);
    if (rest === "" || /^[:.]/.test(rest)) {
      return [schema as "core" | "enterprise", rest.slice(1)];
    }
  }
  return ["core", text];
}
