import { type SQL, sql } from "drizzle-orm";
import type { Given } from "./prepared.ts";
import type { Spelling } from "./spelling.ts";
import type { FoundUser, SearchQuery, UserFilter } from "./user_search.ts";
import { alongNames, type Rest } from "./user_search_names.ts";
import { anyOf, constant, type Page, passes } from "./user_search_page.ts";

/** A tier whose hits an index has in order. */
export interface Lead {
  tier: number;
  /** The column that puts them in order. */
  key: SQL;
  /** The parts of the index that hold them, each by itself, since together they would have to be sorted. */
  ranges: SQL[];
}

/** A hit, or a row of nulls where there is none; each with what is told of the spelling. */
export type HitRow =
  & (FoundUser | { [field in keyof FoundUser]: null })
  & { spellings: Spelling[] | null };

/** One page in one statement: the hits of the leads, and while they don't fill it those of the rest. */
export function selectHits<Of extends Pick<SearchQuery, "after" | "limit">>(
  given: Given<Of>,
  { filter, leads, rest, but = () => sql`false`, spellings = sql`null::json` }:
    {
      filter: UserFilter;
      leads: Lead[];
      rest?: Rest;
      /** Whom another statement finds. */
      but?: (searchKey: SQL) => SQL;
      spellings?: SQL;
    },
): SQL {
  const page = pageOf(given, filter);
  const led = (some: Lead[]) => some.flatMap((it) => it.ranges);
  const leading = leads.map((it, i) =>
    lead(page, it, [...led(leads.slice(0, i)), but(sql`users.search_key`)])
  );
  const behind = rest && alongNames(
    page,
    rest,
    (searchKey) => anyOf([...led(leads), but(searchKey)]),
  );
  return sql`
    with led as materialized (
      select * from (${sql.join([nobody, ...leading], sql` union all `)}) leads
      limit ${page.limit}
    ), ${behind ?? sql`behind as (${nobody})`},
    hits as materialized (
      select * from (select * from led union all select * from behind) found
      limit ${page.limit}
    )
    select told.spellings, hit.* from (
      select case when (select count(*) from hits) < ${page.limit}
        and not exists (select from hits where tier = 0) then ${spellings} end as spellings
    ) told left join (
      select u.id, u.name, u.username, u.email, u.disabled_at is not null as disabled,
        coalesce(p.temporary, false) as temporary,
        array(select permission from permissions where user_id = u.id) as permissions,
        hits.tier, hits.key
      from hits join users u on u.id = hits.id left join passwords p on p.user_id = u.id
    ) hit on true
    order by hit.tier, hit.key, hit.id`;
}

function pageOf<Of extends Pick<SearchQuery, "after" | "limit">>(
  given: Given<Of>,
  filter: UserFilter,
): Page {
  const from = given((it) => it.after?.tier ?? 0);
  return {
    filter,
    limit: given((it) => it.limit),
    reaches: (tier) => sql`${from}::int <= ${constant(tier)}`,
    behind(tier, key) {
      const last = (it: Of) => it.after?.tier === tier ? it.after : undefined;
      const lastKey = given((it) => last(it)?.key ?? "");
      const lastId = given((it) =>
        last(it)?.id ?? "00000000-0000-0000-0000-000000000000"
      );
      // Not a comparison of rows: where a range begins later, the index would be read from here.
      return sql`users.${key} >= ${lastKey}
        and (users.${key} > ${lastKey} or users.id > ${lastId}::uuid)`;
    },
  };
}

function lead(page: Page, { tier, key, ranges }: Lead, found: SQL[]): SQL {
  const { limit, filter } = page;
  const hits = ranges.map((range) =>
    sql`(
      select id, ${key} as key, ${constant(tier)} as tier from users
      where ${page.reaches(tier)} and ${range} and ${page.behind(tier, key)}
        and ${passes(filter)} and not coalesce(${anyOf(found)}, false)
      order by ${key}, id limit ${limit}
    )`
  );
  return hits.length === 1 ? hits[0]! : sql`(
    select * from (${sql.join(hits, sql` union all `)}) parts
    order by key, id limit ${limit}
  )`;
}

const nobody = sql`select null::uuid as id, '' as key, 0 as tier where false`;
