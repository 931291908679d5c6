import { type Filter, parse } from "scim2-parse-filter";
import type { ProvisionedUserFilter } from "../../services/provisioned_users.ts";
import { CORE, isBoolean, isTrue } from "./attributes.ts";
import { ScimRefusal } from "./errors.ts";

/** Longest filter in characters: those of identity providers have one condition or two. */
const LONGEST = 1_000;

/** The grammar of RFC 7644, 3.4.2.2, which the paths of a PATCH share. */
export function parseFilter(text: string): Filter {
  if (text.length > LONGEST) {
    throw new ScimRefusal("invalidFilter", "The filter is too long.");
  }
  try {
    return parse(text);
  } catch {
    throw new ScimRefusal(
      "invalidFilter",
      "The filter can't be read. Strings stand in double quotes.",
    );
  }
}

const UNKNOWN_FILTER =
  'Filters are userName, externalId, id, emails or emails.value, each with eq and a string, and with "and active eq true" or false behind it.';

const BY = new Map<string, ProvisionedUserFilter["by"]>([
  ["username", "username"],
  ["externalid", "externalId"],
  ["id", "id"],
  ["emails", "email"],
  ["emails.value", "email"],
]);

/**
 * What a filter asks for, of the few that an index answers; undefined where it can find nobody.
 *
 * @throws {ScimRefusal} it can't be read, or asks for something else
 */
export function readUserFilter(
  text: string,
): ProvisionedUserFilter | undefined {
  const found: Partial<ProvisionedUserFilter> = {};
  let possible = true;
  for (const { attribute, value } of conditions(parseFilter(text))) {
    const by = BY.get(attribute);
    if (by && typeof value === "string" && found.by === undefined) {
      Object.assign(found, { by, value });
    } else if (
      attribute === "active" && isBoolean(value) && found.active === undefined
    ) {
      found.active = isTrue(value);
    } else if (attribute === "emails.type" && typeof value === "string") {
      possible &&= value.toLowerCase() === "work"; // the one that is kept
    } else if (attribute === "emails.primary" && isBoolean(value)) {
      possible &&= isTrue(value);
    } else throw unknown();
  }
  const { by, value } = found;
  if (by === undefined || value === undefined) throw unknown();
  // What the database can't hold, nobody has.
  possible &&= value.isWellFormed() && !value.includes("\0");
  return possible && (by !== "id" || isId(value))
    ? { by, value, active: found.active }
    : undefined;
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** All that has to hold, each an equality; `emails[type eq "work"]` is one of `emails.type`. */
function conditions(
  filter: Filter,
  prefix = "",
): { attribute: string; value: unknown }[] {
  switch (filter.op) {
    case "and":
      return "filters" in filter
        ? filter.filters.flatMap((it) => conditions(it, prefix))
        : [];
    case "eq":
      return "compValue" in filter
        ? [{
          attribute: prefix + plain(filter.attrPath),
          value: typeof filter.compValue === "string"
            ? unescape(filter.compValue)
            : filter.compValue,
        }]
        : [];
    case "[]":
      return "valFilter" in filter
        ? conditions(filter.valFilter, `${plain(filter.attrPath)}.`)
        : [];
    default:
      throw unknown();
  }
}

/** The grammar leaves all escapes of JSON but the quote's as they are; "HQ\\anna" may also come without. */
function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text.replaceAll('"', '\\"')}"`);
  } catch {
    return text;
  }
}

/** Names are the same in any case, and with the schema's in front (RFC 7644, 3.10). */
function plain(path: string) {
  const name = path.toLowerCase();
  const schema = `${CORE.toLowerCase()}:`;
  return name.startsWith(schema) ? name.slice(schema.length) : name;
}

function unknown() {
  return new ScimRefusal("invalidFilter", UNKNOWN_FILTER);
}

/** Does a value of a list meet the filter of a path, such as `emails[type eq "work"]`? */
export function meets(
  value: Record<string, string | boolean>,
  filter: Filter,
): boolean {
  return conditions(filter).every(({ attribute, value: wanted }) => {
    const actual = Object.hasOwn(value, attribute)
      ? value[attribute]
      : undefined;
    return typeof actual === "boolean"
      ? isBoolean(wanted) && isTrue(wanted) === actual
      : typeof wanted === "string" &&
        actual?.toLowerCase() === wanted.toLowerCase();
  });
}
