import type { Context } from "hono";
import type { AppEnv } from "../env.ts";
import { ScimRefusal } from "./errors.ts";
import { isId } from "./filter.ts";
import { parseNames, type Projection } from "./projection.ts";

/** Users of a page, where fewer are not asked for. */
export const PAGE_SIZE = 100;

export interface ListQuery {
  filter: string | undefined;
  /** From 0 on. */
  position: number;
  count: number;
  /** Null for the first page by cursor; undefined where the way is by position. */
  cursor: string | null | undefined;
}

export function readProjection(c: Context<AppEnv>): Projection {
  const params = once(c);
  return {
    wanted: parseNames(params.get("attributes")),
    excluded: parseNames(params.get("excludedattributes")) ?? [],
  };
}

/** Names of parameters that are not known are left alone: providers add their own. */
export function readListQuery(c: Context<AppEnv>): ListQuery {
  const params = once(c);
  const startIndex = whole(params, "startIndex") ?? 1;
  const count = whole(params, "count") ?? PAGE_SIZE;
  const cursor = params.get("cursor");
  if (cursor && !isId(cursor)) {
    throw new ScimRefusal(
      "invalidCursor",
      "Take nextCursor of the page before, or an empty cursor for the first.",
    );
  }
  return {
    filter: params.get("filter"),
    position: Math.max(startIndex, 1) - 1,
    count: Math.min(Math.max(count, 0), PAGE_SIZE),
    cursor: cursor === "" ? null : cursor,
  };
}

function whole(params: Map<string, string>, name: string) {
  const text = params.get(name.toLowerCase());
  if (text === undefined || text === "") return undefined;
  if (!/^-?\d{1,15}$/.test(text)) {
    throw new ScimRefusal("invalidValue", `${name} has to be a whole number.`);
  }
  return Number(text);
}

/** In lower case; one that is there twice could be read in two ways. */
function once(c: Context<AppEnv>): Map<string, string> {
  const params = [...new URL(c.req.url).searchParams]
    .map(([name, it]) => [name.toLowerCase(), it] as const);
  const found = new Map(params);
  if (found.size < params.length) {
    throw new ScimRefusal("invalidSyntax", "A parameter is there twice.");
  }
  return found;
}
