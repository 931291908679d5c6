import { READ_ONLY } from "./attributes.ts";
import { ScimRefusal } from "./errors.ts";
import { assign, readResource } from "./input.ts";
import { type Assignment, namesOnce, type Reading } from "./input_values.ts";
import { parsePath } from "./path.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/**
 * Reads a PATCH (RFC 7644, 3.5.2) with what is sent in its name: operations in any case (Entra), without a path
 * and with a whole or a part of a user as the value (Okta), names with dots in such a value (Entra again).
 */
export function readPatch(reading: Reading, body: unknown) {
  const message = lower(body);
  const { schemas, operations } = message;
  if (
    schemas !== undefined &&
    !(Array.isArray(schemas) && schemas.includes(PATCH))
  ) throw syntax(`schemas has to name ${PATCH}.`);
  if (!Array.isArray(operations) || operations.length === 0) {
    throw syntax("Operations has to be a list with at least one operation.");
  }
  for (const operation of operations) apply(reading, lower(operation));
}

function apply(reading: Reading, { op, path, value }: Record<string, unknown>) {
  const kind = typeof op === "string" ? op.toLowerCase() : "";
  if (kind !== "add" && kind !== "replace" && kind !== "remove") {
    throw syntax("op has to be add, replace or remove.");
  }
  if (path === undefined || path === null || path === "") {
    if (kind === "remove") {
      throw new ScimRefusal("noTarget", "A removal needs a path.");
    }
    return readResource(reading, value);
  }
  if (typeof path !== "string") throw unknownPath();
  applyAt(reading, path, { value, op: kind });
}

function applyAt(
  reading: Reading,
  text: string,
  { value, op }: Pick<Assignment, "value" | "op">,
) {
  const path = parsePath(text);
  if (!path) throw unknownPath();
  const { schema, attribute } = path;
  if (schema === "core" && READ_ONLY.has(attribute ?? "schemas")) {
    throw new ScimRefusal("mutability", `${text} can't be changed.`);
  }
  if (op === "remove" && (attribute === "active" || attribute === "password")) {
    throw new ScimRefusal("mutability", `${attribute} can't be taken away.`);
  }
  const removed = op === "remove" ? undefined : value;
  if (!assign(reading, { path, value: removed, op })) throw unknownPath();
}

function lower(value: unknown): Record<string, unknown> {
  return Object.fromEntries(
    namesOnce(value).map(([name, it]) => [name.toLowerCase(), it]),
  );
}

function syntax(detail: string) {
  return new ScimRefusal("invalidSyntax", detail);
}

function unknownPath() {
  return new ScimRefusal("invalidPath", "There is no attribute at this path.");
}
