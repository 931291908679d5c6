import { type SQL, sql } from "drizzle-orm";
import type { Given } from "./prepared.ts";
import { LAST } from "./schema.ts";
import type { Lead } from "./user_search_page.ts";

/** What is searched beside names by its value as a whole: exactly, by its beginning, or a number by its end. */
export interface ValueField {
  /** As in SEARCH_FIELDS: `id`, `external_id` or `attributes.NAME`. */
  name: string;
  /** Telephone numbers, which are spelt in many ways. */
  tel: boolean;
}

/** What of a query is looked for among the values. */
export interface ValueQuery {
  /** Letters and digits alone: "E-4711" is "e4711". */
  value: string;
  /** The digits of a telephone number, the last one first, without what is dialled before it. */
  digits: string | undefined;
  id: string | undefined;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** An extension, and what stands behind it. */
const EXTENSION = /(?:x|ext|;|#).*$/;
/** Fewer digits say too little. An E.164 number has 15 at most; 00 and a digit to get a line come before them. */
const DIGITS = { fewest: 4, most: 20 };

/** @param folded as `fold` has it */
export function readValue(folded: string): ValueQuery {
  const number = folded.replace(/^tel:/, "").replace(EXTENSION, "")
    .replaceAll("(0)", "");
  const digits = number.replace(/\D/g, "").replace(/^0+/, "");
  const isNumber = /^[\d +()./-]+$/.test(number) &&
    digits.length >= DIGITS.fewest && digits.length <= DIGITS.most;
  return {
    value: folded.replace(/[^\p{L}\p{M}\p{N}]+/gu, ""),
    digits: isNumber ? [...digits].reverse().join("") : undefined,
    id: UUID.test(folded) ? folded : undefined,
  };
}

/** Where the values of a field stand. */
export function valueOf({ name }: ValueField, table = "users"): SQL {
  if (name === "external_id") return sql.raw(`${table}.external_id`);
  const [, attribute] = name.match(/^attributes\.([a-z][a-z0-9_]*)$/) ?? [];
  if (!attribute) throw new Error(`no field to search: ${name}`);
  return sql.raw(`${table}.attributes ->> '${attribute}'`);
}

/** As the index of a field has its values (db/search_indexes.ts). */
export function valueKey(field: ValueField): SQL {
  return sql`(search_value(${valueOf(field)}) collate "C")`;
}

/** As its second index has the telephone numbers: digits, the last one first. */
export function numberKey(field: ValueField): SQL {
  return sql`(search_digits(${valueOf(field)}) collate "C")`;
}

/** Behind the tiers of names; each value has a tier of its own, since each has an order of its own. */
const FIRST_TIER = 10;
/** A local number has six digits; fewer at the end of what was asked for are somebody else's. */
const LOCAL_DIGITS = 6;

/** Leads to values: of each field those that begin so, then numbers that end so, or that what was asked for ends with. */
export function valueLeads<Of extends { asked: ValueQuery }>(
  given: Given<Of>,
  fields: readonly ValueField[],
  { id, number, value }: { id: boolean; number: boolean; value: boolean },
): Lead[] {
  const text = given((it) => it.asked.value);
  const end = given((it) => it.asked.value + LAST);
  const begins = (key: SQL) => sql`(${key} >= ${text} and ${key} < ${end})`;
  const reversed = given((it) => it.asked.digits ?? "");
  const reversedEnd = given((it) => (it.asked.digits ?? "") + LAST);
  const shorter = given((it) => shorterNumbers(it.asked.digits ?? ""));
  return fields.flatMap((field, i): Lead[] => {
    const tier = FIRST_TIER + 2 * i;
    const shows = {
      field: field.name,
      of: (table: string) => valueOf(field, table),
    };
    if (field.name === "id") {
      return id
        ? [{
          tier: 0,
          key: sql`users.username_key`,
          ranges: [sql`users.id = ${given((it) => it.asked.id)}::uuid`],
          hits: "one",
        }]
        : [];
    }
    return [
      ...(value
        ? [{
          tier,
          key: valueKey(field),
          ranges: [begins(valueKey(field))],
          shows,
        }]
        : []),
      ...(number && field.tel
        ? [{
          tier: tier + 1,
          key: numberKey(field),
          ranges: [
            sql`(${numberKey(field)} >= ${reversed} and ${
              numberKey(field)
            } < ${reversedEnd})`,
            sql`${numberKey(field)} = any(string_to_array(${shorter}, ' '))`,
          ],
          shows,
        }]
        : []),
    ];
  });
}

/** What the reversed digits of a longer number begin with: "49 30 123456" ends with "30 123456". */
function shorterNumbers(reversed: string): string {
  const lengths = Math.max(reversed.length - LOCAL_DIGITS, 0);
  return Array.from(
    { length: lengths },
    (_, i) => reversed.slice(0, LOCAL_DIGITS + i),
  ).join(" ");
}
