import type { Provisioned } from "../../services/provisioning.ts";
import { ScimRefusal } from "./errors.ts";
import type { Path } from "./path.ts";

/** What a request is read into, one attribute after the other. */
export interface Reading {
  given: Provisioned;
  /** The names that USER_ATTRIBUTES declares; what others would hold is left alone. */
  declared: ReadonlySet<string>;
  /** What a list holds now, which the filter of a path looks at. */
  user: { email: string | null; attributes: Record<string, string> };
}

export interface Assignment {
  path: Path;
  value: unknown;
  op: "add" | "replace" | "remove";
}

/** A text; what is null, or isn't there, is an empty one (RFC 7643, 2.5). */
export function text(value: unknown, name: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw new ScimRefusal("invalidValue", `${name} has to be a string.`);
}

/** Puts a text into an attribute of the setting USER_ATTRIBUTES, where that has it. */
export function keep(
  { given, declared }: Reading,
  name: string,
  value: unknown,
  said: string,
) {
  if (!declared.has(name)) return;
  given.attributes = { ...given.attributes, [name]: text(value, said) };
}

/** The members of an object. Their names are the same in any case, so that none may stand there twice. */
export function namesOnce(value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ScimRefusal("invalidSyntax", "An object is needed here.");
  }
  const entries = Object.entries(value);
  const names = new Set(entries.map(([name]) => name.toLowerCase()));
  if (names.size < entries.length) {
    throw new ScimRefusal(
      "invalidSyntax",
      "An attribute is there twice: the case of its name makes no difference.",
    );
  }
  return entries;
}
