import { SEARCH_FIELDS, type SearchField } from "../db/user_search_texts.ts";
import type { ValueField } from "../db/user_search_values.ts";
import type { Settings } from "./config.ts";

export type { ValueField };

type Fields = Pick<Settings, "SEARCH_FIELDS" | "USER_ATTRIBUTES">;

/** What of SEARCH_FIELDS is searched word by word. */
export function textFields({ SEARCH_FIELDS: named }: Fields): SearchField[] {
  return SEARCH_FIELDS.filter((it) => named.includes(it));
}

/** What of it is searched by its value, and has indexes of its own. */
export function valueFields(
  { SEARCH_FIELDS: named, USER_ATTRIBUTES }: Fields,
): ValueField[] {
  return named.filter((it) =>
    !(SEARCH_FIELDS as readonly string[]).includes(it)
  )
    .map((name) => ({
      name,
      tel: USER_ATTRIBUTES.some((it) =>
        `attributes.${it.name}` === name && it.type === "tel"
      ),
    }));
}

/** Each field of SEARCH_FIELDS as people call it. */
export function searchLabels(
  { SEARCH_FIELDS: named, USER_ATTRIBUTES }: Fields,
): Record<string, string> {
  const labels: Record<string, string> = {
    external_id: "external id",
    ...Object.fromEntries(
      USER_ATTRIBUTES.map((it) => [`attributes.${it.name}`, it.label]),
    ),
  };
  return Object.fromEntries(named.map((it) => [it, labels[it] ?? it]));
}
