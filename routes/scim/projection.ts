import { CORE } from "./attributes.ts";
import type { Resource } from "./user_resource.ts";

/** What `attributes` and `excludedAttributes` ask for (RFC 7644, 3.9), as lists of names in lower case. */
export interface Projection {
  wanted?: string[] | undefined;
  excluded: string[];
}

/** Returned whatever is asked for (RFC 7643, 7, "returned": "always"). */
const ALWAYS = new Set(["schemas", "id"]);

export function parseNames(text: string | undefined): string[] | undefined {
  const names = text?.split(",").map((it) => plain(it.trim().toLowerCase()))
    .filter((it) => it !== "");
  return names?.length ? names : undefined;
}

export function project(
  resource: Resource,
  { wanted, excluded }: Projection,
): Resource {
  const kept = wanted
    ? each(resource, (name, value) => select(value, below(wanted, name)))
    : resource;
  return each(kept, (name, value) => without(value, below(excluded, name)));
}

/** `undefined` keeps nothing of an attribute, `[""]` all of it. */
function select(value: unknown, subs: string[]): unknown {
  if (subs.length === 0) return undefined;
  return subs.includes("") ? value : inside(value, (it) => subs.includes(it));
}

function without(value: unknown, subs: string[]): unknown {
  if (subs.includes("")) return undefined;
  return subs.length === 0 ? value : inside(value, (it) => !subs.includes(it));
}

/** Of "name.givenname" below "name": "givenname"; of the attribute itself: "". */
function below(names: string[], name: string): string[] {
  const start = name.toLowerCase();
  return names.flatMap((it) => {
    if (it === start) return [""];
    return it.startsWith(start) && /[.:]/.test(it.charAt(start.length))
      ? [it.slice(start.length + 1)]
      : [];
  });
}

function each(
  resource: Resource,
  of: (name: string, value: unknown) => unknown,
): Resource {
  return Object.fromEntries(
    Object.entries(resource)
      .map(([name, it]) => [name, ALWAYS.has(name) ? it : of(name, it)])
      .filter(([, it]) => it !== undefined),
  );
}

function inside(value: unknown, keeps: (name: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((it) => inside(it, keeps));
  if (typeof value !== "object" || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => keeps(name.toLowerCase())),
  );
}

function plain(name: string) {
  const core = `${CORE.toLowerCase()}:`;
  return name.startsWith(core) ? name.slice(core.length) : name;
}
