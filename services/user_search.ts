import {
  findSimilarWords,
  type FoundUser,
  type SearchCursor,
  searchSimilarUsers,
  searchUsers,
  TIER,
  type UserFilter,
} from "../db/user_search.ts";
import { fold } from "../db/fold.ts";
import type { ServiceContext } from "./context.ts";
import { type MarkedText, markMatches } from "./marks.ts";

export type { MarkedText, UserFilter };

export const USERS_PER_PAGE = 25;

export interface UserSearchQuery extends UserFilter {
  query: string;
  /** Where the page before ended: `next` of its answer. */
  after?: string | undefined;
}

export interface UserHit {
  user: FoundUser;
  /** Why it is a hit: the fields that are searched, matched parts marked. */
  name: MarkedText;
  username: MarkedText;
  email: MarkedText;
  /** Only spelt nearly like what was asked for. */
  similar: boolean;
}

export interface UserSearch {
  query: UserSearchQuery;
  hits: UserHit[];
  next?: string | undefined;
}

/** Users by what was typed, the best hits first; a misspelt name still finds. */
export async function findUsers(
  { db, settings }: ServiceContext,
  query: UserSearchQuery,
): Promise<UserSearch> {
  const text = fold(query.query);
  const fields = settings.SEARCH_FIELDS;
  const search = {
    text,
    fields,
    filter: query,
    after: parseCursor(query.after),
    limit: USERS_PER_PAGE + 1,
  };
  const found = await searchUsers(db, search);
  const words = text === "" ? [] : text.split(" ");
  let lookAlikes: string[][] = [];
  if (
    words.length > 0 && found.length < search.limit && fields.includes("name")
  ) {
    lookAlikes = await Promise.all(
      words.map((it) =>
        isWorthCorrecting(it) ? findSimilarWords(db, it) : Promise.resolve([])
      ),
    );
    if (lookAlikes.some((it) => it.length > 0)) {
      const limit = search.limit - found.length;
      found.push(
        ...await searchSimilarUsers(db, { ...search, limit }, lookAlikes),
      );
    }
  }

  const page = found.slice(0, USERS_PER_PAGE);
  const last = found.length > USERS_PER_PAGE ? page.at(-1) : undefined;
  const marked = [...words, ...lookAlikes.flat()];
  return {
    query,
    hits: page.map((user) => toHit(user, fields, words, marked)),
    next: last && formatCursor(last),
  };
}

function toHit(
  user: FoundUser,
  fields: readonly string[],
  words: string[],
  wordsAndLookAlikes: string[],
): UserHit {
  const similar = user.tier === TIER.similar;
  const marks = similar ? wordsAndLookAlikes : words;
  const mark = (field: "name" | "username" | "email") =>
    markMatches(user[field] ?? "", fields.includes(field) ? marks : []);
  return {
    user,
    name: mark("name"),
    username: mark("username"),
    email: mark("email"),
    similar,
  };
}

/** Letters only: nobody misspells a number or an address into somebody's name. */
function isWorthCorrecting(word: string) {
  return /^[\p{L}'-]{3,30}$/u.test(word);
}

function formatCursor({ tier, key, id }: SearchCursor): string {
  return `${tier}.${id}.${key}`;
}

/** Whatever was not made by `formatCursor` is the first page. */
function parseCursor(text: string | undefined): SearchCursor | undefined {
  const [, tier, id, key] = text?.match(
    /^([0-5])\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([^\0]*)$/s,
  ) ??
    [];
  if (!tier || !id || key === undefined) return undefined;
  return { tier: Number(tier), id, key };
}
