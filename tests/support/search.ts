import type { Database } from "../../db/client.ts";
import type { UserFilter } from "../../db/user_search.ts";
import { SEARCH_FIELDS, type SearchField } from "../../db/user_search_texts.ts";
import { readSettings } from "../../services/config.ts";
import { findUsers } from "../../services/user_search.ts";

export interface Search extends UserFilter {
  query: string;
  after?: string | undefined;
  fields?: SearchField[];
}

export async function search(db: Database, { fields, ...query }: Search) {
  const settings = {
    ...readSettings({}),
    SEARCH_FIELDS: fields ?? [...SEARCH_FIELDS],
  };
  return await findUsers({ db, settings }, query);
}

export async function names(
  db: Database,
  query: string,
  fields?: SearchField[],
) {
  const { hits } = await search(db, { query, ...(fields && { fields }) });
  return hits.map((it) => it.similar ? `~${it.user.name}` : it.user.name);
}
