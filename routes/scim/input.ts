import {
  ENTERPRISE_ATTRIBUTES,
  IGNORED,
  isBoolean,
  isTrue,
  PLAIN_ATTRIBUTES,
  READ_ONLY,
} from "./attributes.ts";
import { ScimRefusal } from "./errors.ts";
import { assignEmails, assignPhones } from "./input_lists.ts";
import {
  type Assignment,
  keep,
  namesOnce,
  type Reading,
  text,
} from "./input_values.ts";
import { parsePath, type Path } from "./path.ts";

/** A user as it is sent whole: what it doesn't name stays, and unknown names are left alone. */
export function readResource(reading: Reading, resource: unknown) {
  for (const [name, value] of namesOnce(resource)) {
    const path = parsePath(name);
    if (!path || path.attribute === undefined && path.schema === "core") {
      continue;
    }
    if (path.schema === "core" && READ_ONLY.has(path.attribute ?? "")) continue;
    assign(reading, { path, value, op: "replace" });
  }
}

/** Puts a value where its path leads; false where nothing known is there. */
export function assign(reading: Reading, assignment: Assignment): boolean {
  const { path: { schema, attribute }, value } = assignment;
  if (schema === "enterprise") return assignEnterprise(reading, assignment);
  const { given } = reading;
  switch (attribute) {
    case "username":
      given.username = text(value, "userName");
      return true;
    case "externalid":
      given.externalId = text(value, "externalId");
      return true;
    case "displayname":
      given.name = { ...given.name, displayName: text(value, "displayName") };
      return true;
    case "name":
      return assignName(reading, assignment);
    case "active":
      if (!isBoolean(value)) throw invalid("active has to be true or false.");
      given.active = isTrue(value);
      return true;
    case "password":
      given.password = text(value, "password") || undefined;
      return true;
    case "emails":
      assignEmails(reading, assignment);
      return true;
    case "phonenumbers":
      assignPhones(reading, assignment);
      return true;
    default:
      return assignPlain(reading, attribute ?? "", value);
  }
}

const NAME_PARTS = new Map<
  string,
  "formatted" | "givenName" | "familyName" | null
>([
  ["formatted", "formatted"],
  ["givenname", "givenName"],
  ["familyname", "familyName"],
  ["middlename", null], // read and left alone
  ["honorificprefix", null],
  ["honorificsuffix", null],
]);

function assignName({ given }: Reading, { path, value }: Assignment): boolean {
  const parts = path.sub === undefined
    ? namesOnce(value ?? { formatted: "", givenName: "", familyName: "" })
    : [[path.sub, value]] as [string, unknown][];
  for (const [name, part] of parts) {
    const known = NAME_PARTS.get(name.toLowerCase());
    if (known === undefined && path.sub !== undefined) return false;
    if (!known) continue;
    given.name = { ...given.name, [known]: text(part, `name.${known}`) };
  }
  return true;
}

function assignPlain(
  reading: Reading,
  attribute: string,
  value: unknown,
): boolean {
  const name = lookUp(PLAIN_ATTRIBUTES, attribute);
  if (name === undefined) return IGNORED.has(attribute);
  keep(reading, name, value, attribute);
  return true;
}

function assignEnterprise(
  reading: Reading,
  { path: { attribute }, value, op }: Assignment,
): boolean {
  if (attribute === undefined) {
    const all = Object.keys(ENTERPRISE_ATTRIBUTES).map((it) => [it, ""]);
    for (
      const [name, part] of namesOnce(value ?? Object.fromEntries(all))
    ) {
      const inner = { schema: "enterprise", attribute: name.toLowerCase() };
      assignEnterprise(reading, { path: inner as Path, value: part, op });
    }
    return true;
  }
  const name = lookUp(ENTERPRISE_ATTRIBUTES, attribute);
  if (name === undefined) return IGNORED.has(attribute);
  keep(reading, name, value, attribute);
  return true;
}

function lookUp(table: Record<string, string>, attribute: string) {
  return Object.entries(table)
    .find(([name]) => name.toLowerCase() === attribute)?.[1];
}

function invalid(detail: string) {
  return new ScimRefusal("invalidValue", detail);
}
