import { type Placeholder, type SQL, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { type Given, statement } from "./prepared.ts";
import type { ResumedSession } from "./sessions.ts";
import type { Spelling } from "./spelling.ts";
import { type FoundUser, TIER, type UserFilter } from "./user_search.ts";
import { userSample } from "./user_sample.ts";
import {
  type Estimate,
  lookedUpHits,
  metHits,
  stepsAlongNames,
} from "./user_search_names.ts";
import {
  anyOf,
  constant,
  type Lead,
  leadHits,
  type Page,
  type Paged,
  pageOf,
  type Rest,
} from "./user_search_page.ts";
import { NO_ESTIMATE, rareHits } from "./user_search_rare.ts";

/** What a search looks for, tier by tier. */
export interface Plan {
  /** Gives the session of whoever asks: without it, or a permission, nobody is looked for. */
  session?: SQL | undefined;
  filter: UserFilter;
  /** The page has none before it. */
  first: boolean;
  leads: Lead[];
  rest?: Omit<Rest, "found">;
  /** Whom another search finds. */
  but?: (searchKey: SQL) => SQL;
  /** Told with a page that isn't full (db/spelling.ts). */
  spellings?: SQL;
}

export interface FoundPage {
  /** Null where it has ended, and where none was asked for. */
  session: ResumedSession | null;
  users: FoundUser[];
  /** Null where the page is full, or led by an exact username or email. */
  spellings: Spelling[] | null;
}

type Told = Omit<FoundPage, "users"> & { estimate: Estimate | null };
type Hit = FoundUser | { [field in keyof FoundUser]: null };

/** A search by a plan: one statement, but for a frequent text that the leads don't fill a page with. */
export function search<Of extends Paged>(
  plan: (given: Given<Of>) => Plan,
): (db: Database, of: Omit<Of, "sample">) => Promise<FoundPage> {
  const first = statement<Of, Hit & Told>((given) =>
    firstHits(given, plan(given))
  );
  const met = frequent(plan, metHits);
  const lookedUp = frequent(plan, lookedUpHits);

  return async (db, asked) => {
    const of = { ...asked, sample: await userSample(db) } as Of;
    const rows = await first(db, of);
    const { session, spellings, estimate } = rows[0]!; // there is one, be it without a hit
    const users: FoundUser[] = rows.filter(isUser);
    if (!estimate) return { session, users, spellings };
    const missing = { ...of, limit: of.limit - users.length };
    const steps = stepsAlongNames(estimate, missing.limit);
    const along = steps > 0 ? await met(db, { ...missing, steps }) : [];
    users.push(
      ...along.length === missing.limit
        ? along
        : await lookedUp(db, { ...missing, steps }),
    );
    return {
      session,
      users,
      spellings: users.length < of.limit ? spellings : null,
    };
  };
}

function isUser<Row extends Hit>(row: Row): row is Row & FoundUser {
  return row.id !== null;
}

/** The hits of the leads, and while they don't fill the page those of a rare text. */
function firstHits<Of extends Paged>(given: Given<Of>, plan: Plan): SQL {
  const page = pageOf(given, plan);
  const rest = restOf(plan);
  const { session } = plan;
  const allowed = session ? MAY_SEARCH : sql`true`;
  return sql`
    with session as materialized (${session ?? NO_SESSION}),
    led as materialized (${led(page, plan, allowed)}),
    ${
    rest
      ? rareHits(page, rest, allowed)
      : sql`estimate as (${NO_ESTIMATE}), rare as (${NOBODY})`
  },
    hits as materialized (
      select * from (select * from led union all select * from rare) found
      limit ${page.limit}
    )
    select told.*, hit.* from (
      select (select row_to_json(session) from session) as session,
        (select row_to_json(estimate) from estimate) as estimate,
        case when ${allowed} and (select count(*) from hits) < ${page.limit}
          and not exists (select from hits where tier = ${
    constant(TIER.identifier)
  })
        then ${plan.spellings ?? sql`null::json`} end as spellings
    ) told left join (${users(plan.leads)}) hit on true
    order by hit.tier, hit.key, hit.id`;
}

function frequent<Of extends Paged>(
  plan: (given: Given<Of>) => Plan,
  hits: (page: Page, rest: Rest, steps: Placeholder) => SQL,
) {
  type Going = Of & { steps: number };
  return statement<Going, FoundUser>((given) => {
    const planned = plan(given);
    const page = pageOf(given, planned);
    return sql`with hits as materialized (${
      hits(page, restOf(planned)!, given((it) => it.steps))
    }) select * from (${users([])}) hit order by hit.key, hit.id`;
  });
}

function led(
  page: Page,
  { leads, but = nobody }: Plan,
  allowed: SQL,
): SQL {
  const each = leads.map((it, i) =>
    leadHits(
      page,
      it,
      foundBy(leads.slice(0, i), but)(sql`users.search_key`),
    )
  );
  return sql`select * from (${
    sql.join(each.length > 0 ? each : [NOBODY], sql` union all `)
  }) leads
    limit case when ${allowed} then ${page.limit} else 0 end`; // not a condition, which each branch would ask
}

function restOf({ leads, rest, but = nobody }: Plan): Rest | undefined {
  return rest && { ...rest, found: foundBy(leads.map(byIds), but) };
}

/** No more of a value are kept apart from the rest: behind them somebody may come twice. */
const MOST_KEPT_APART = constant(500);

/**
 * To ask each of thousands of users for a value would take half a second: its index gives their ids. As an array, which
 * is read once, where a subquery may be read for each user.
 */
function byIds(lead: Lead): Lead {
  return lead.shows
    ? {
      ...lead,
      ranges: lead.ranges.map((range) =>
        sql`users.id = any(array(
          select users.id from users where ${range} limit ${MOST_KEPT_APART}
        ))`
      ),
    }
    : lead;
}

function foundBy(leads: Lead[], but: (searchKey: SQL) => SQL) {
  const ranges = leads.flatMap((it) => it.ranges);
  return (searchKey: SQL) =>
    sql`coalesce(${anyOf([...ranges, but(searchKey)])}, false)`;
}

const nobody = () => sql`false`;
/** The door decides who is let in; for whoever holds no permission at all nobody is looked for. */
const MAY_SEARCH = sql`(
  select json_array_length(permissions) > 0 and not temporary from session
)`;
const NO_SESSION = sql`select where false`;
const NOBODY = sql`select null::uuid as id, '' as key, 0 as tier where false`;

/** The users of `hits`, as they are shown, with the values that leads have found. */
function users(leads: Lead[]): SQL {
  const shown = leads.flatMap(({ tier, shows }) =>
    shows
      ? sql`when ${constant(tier)} then json_build_object('field', ${
        sql.raw(`'${shows.field}'`)
      }, 'text', ${shows.of("u")})`
      : []
  );
  return sql`
  select u.id, u.name, u.username, u.email, u.disabled_at is not null as disabled,
    coalesce(p.temporary, false) as temporary,
    exists (select from permissions where user_id = u.id) as staff,
    hits.tier, hits.key, ${
    shown.length > 0
      ? sql`case hits.tier ${sql.join(shown, sql` `)} end`
      : sql`null::json`
  } as matched
  from hits join users u on u.id = hits.id left join passwords p on p.user_id = u.id`;
}
