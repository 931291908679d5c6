import { searchSimilarUsers } from "../db/similar_users.ts";
import type { Spelling } from "../db/spelling.ts";
import {
  type FoundUser,
  type SearchCursor,
  type SearchQuery,
  searchUsers,
  TIER,
  type UserFilter,
} from "../db/user_search.ts";
import { NIL } from "uuid";
import { readLabels } from "../db/email_addresses.ts";
import { fold, MAX_NEEDLES, needles } from "../db/fold.ts";
import { readWildcards } from "../db/wildcards.ts";
import type { FoundPage } from "../db/user_search_hits.ts";
import type { Bearer } from "../db/sessions.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { type MarkedText, markMatches } from "./marks.ts";
import { textFields, type ValueField, valueFields } from "./search_fields.ts";
import { actorOf } from "./sessions.ts";

export type { MarkedText, UserFilter };

export const USERS_PER_PAGE = 25;

export interface UserSearchQuery extends UserFilter {
  query: string;
  /** Where the page before ended: `next` of its answer. */
  after?: string | undefined;
  /** Hits on a page. */
  limit?: number | undefined;
}

export interface UserHit {
  user: FoundUser;
  /** Why it is a hit: the fields that are searched, matched parts marked. */
  name: MarkedText;
  username: MarkedText;
  email: MarkedText;
  /** The value of another field by which it was found (SEARCH_FIELDS). */
  matched: { field: string; text: string } | null;
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
  { db, settings }: Pick<ServiceContext, "db" | "settings">,
  query: UserSearchQuery,
): Promise<UserSearch> {
  const { session: _, ...search } = await look({ db, settings }, query);
  return search;
}

/**
 * The same for whoever bears a session, in the statement that looks it up: one round trip for each letter that is
 * typed. Without a session or a permission, nobody is looked for.
 */
export async function findUsersAsBearer(
  context: ServiceContext,
  { query, bearer }: { query: UserSearchQuery; bearer: Bearer },
): Promise<{ actor: Actor; search: UserSearch } | undefined> {
  const { session, ...search } = await look(context, query, bearer);
  return session
    ? { actor: await actorOf(context, session), search }
    : undefined;
}

async function look(
  { db, settings }: Pick<ServiceContext, "db" | "settings">,
  query: UserSearchQuery,
  bearer?: Bearer,
): Promise<UserSearch & Pick<FoundPage, "session">> {
  const fields = textFields(settings);
  const values = valueFields(settings);
  const { state, temporary, staff, limit: size = USERS_PER_PAGE } = query;
  const { text, words, wild } = readQuery(query.query);
  const search = {
    text,
    words,
    fields,
    values,
    filter: { state, temporary, staff },
    after: parseCursor(query.after),
    limit: size + 1,
  };
  const doubtful = !wild && mayBeMisspelt(search) ? wordsOf(text) : [];
  const { session, users: found, spellings } = await searchUsers(db, {
    ...search,
    bearer,
    doubtful: doubtful.filter(isWorthCorrecting),
  });
  const meant = alternatives(text, {
    spellings: spellings ?? [],
    nobody: found.length === 0,
  });
  if (meant.length > 0) {
    const limit = search.limit - found.length;
    const similar = await searchSimilarUsers(db, { ...search, limit }, meant);
    // One of them may have been found by a value.
    const before = new Set(found.map((it) => it.id));
    found.push(...similar.filter((it) => !before.has(it.id)));
  }

  const page = found.slice(0, size);
  const more = found[size];
  return {
    session,
    query,
    hits: page.map((user) =>
      toHit(
        user,
        fields,
        isSimilar(user) ? meant.flat() : words,
        values,
        text,
      )
    ),
    next: more && formatCursor(lastBefore(more, page.at(-1)!)),
  };
}

/** What was typed, as it is looked for. */
function readQuery(
  query: string,
): { text: string; words: string[]; wild: boolean } {
  const text = fold(readLabels(query));
  const wild = readWildcards(text);
  return wild
    ? { ...wild, wild: true }
    : { text, words: needles(text), wild: false };
}

/** Behind what the next page begins. Similar users follow a page of others: they are looked for by their cursor. */
function lastBefore(more: FoundUser, last: FoundUser): SearchCursor {
  return isSimilar(more) && !isSimilar(last)
    ? { tier: TIER.similarName, key: "", id: NIL }
    : last;
}

/** Similar users are looked for where what was typed leaves room on the first page, and behind others. */
function mayBeMisspelt(
  { fields, after }: Pick<SearchQuery, "fields" | "after">,
) {
  return fields.includes("name") && (after === undefined || isSimilar(after));
}

/**
 * What may have been meant: in place of each word that begins no word of any name, those spelt nearest. Words
 * that do begin one are taken at their word ("ann" is no "ian"), unless they all do and nobody has them
 * together. Empty where there is nothing else to look for.
 */
function alternatives(
  text: string,
  { spellings, nobody }: { spellings: Spelling[]; nobody: boolean },
): string[][] {
  const misspelt = spellings.filter((it) => !it.known);
  const corrected = misspelt.length > 0 ? misspelt : nobody ? spellings : [];
  const nearest = new Map(corrected.map((it) => [it.word, it.similar]));
  if (![...nearest.values()].some((it) => it.length > 0)) return [];
  return wordsOf(text).map((word) => [
    ...needles(word),
    ...(nearest.get(word) ?? []).map((it) => ` ${it} `),
  ]).filter((it) => it.length > 0);
}

/** The words of names as the database cuts them (0001_guards.sql). */
function wordsOf(text: string) {
  return text.split(/[ '.-]+/).filter(Boolean).slice(0, MAX_NEEDLES);
}

function toHit(
  user: FoundUser,
  fields: readonly string[],
  needles: readonly string[],
  values: readonly ValueField[],
  text: string,
): UserHit {
  const mark = (field: "name" | "username" | "email") =>
    markMatches(user[field] ?? "", fields.includes(field) ? needles : []);
  return {
    user,
    name: mark("name"),
    username: mark("username"),
    email: mark("email"),
    matched: user.matched ??
      (user.id === text && values.some((it) => it.name === "id")
        ? { field: "id", text }
        : null),
    similar: isSimilar(user),
  };
}

function isSimilar({ tier }: Pick<SearchCursor, "tier">) {
  return tier >= TIER.similarName;
}

/** Letters only, and enough of them: nobody misspells a number into somebody's name, and "ann" is near to all. */
function isWorthCorrecting(word: string) {
  return /^[\p{L}\p{M}]{4,30}$/u.test(word);
}

function formatCursor({ tier, key, id }: SearchCursor): string {
  return `${tier}.${id}.${key}`;
}

/** Did the page before give it? */
export function isSearchCursor(text: string): boolean {
  return parseCursor(text) !== undefined;
}

/** Whatever was not made by `formatCursor` is the first page. */
function parseCursor(text: string | undefined): SearchCursor | undefined {
  const [, tier, id, key] = text?.match(
    /^(\d{1,3})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([^\0]*)$/s,
  ) ??
    [];
  if (!tier || !id || key === undefined) return undefined;
  return { tier: Number(tier), id, key };
}
