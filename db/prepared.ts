import { type Placeholder, type SQL, sql } from "drizzle-orm";
import {
  type PgDatabase,
  PgDialect,
  type PgQueryResultHKT,
} from "drizzle-orm/pg-core";
import type postgres from "postgres";

/** Texts longer than this are batches: each has another one, and would only fill the server's memory. */
const LONGEST_PREPARED = 8_000;

/**
 * Characters of all texts that one process of PostgreSQL keeps prepared, at most, with their plans: some 50 shapes
 * of a search beside everything else that is asked often. Nobody ever tells it to forget one.
 */
export const MOST_PREPARED = 250_000;

/** Texts that were asked for once, and are not prepared yet. */
const MOST_SEEN = 1_000;

/** Longest life of a connection: postgres.js ends each after 30 to 60 minutes, and its prepared texts with it. */
const LIFETIME_MS = 60 * 60 * 1000;

/**
 * Tells which texts to prepare: those that are asked for again, while there is room. A search has thousands of
 * shapes, most of them asked for once. Room is made anew after the life of a connection, so that what is no longer
 * asked doesn't take it for ever; a process then keeps twice as much at most.
 *
 * @param clock milliseconds, from any beginning
 */
export function worthPreparing(
  {
    most = MOST_PREPARED,
    lifetimeMs = LIFETIME_MS,
    clock = () => performance.now(),
  }: {
    most?: number;
    lifetimeMs?: number;
    clock?: () => number;
  } = {},
): (text: string) => boolean {
  const seen = new Set<string>();
  const prepared = new Set<string>();
  let characters = 0;
  let since = clock();

  return (text) => {
    if (prepared.has(text)) return true;
    if (text.length > LONGEST_PREPARED) return false;
    if (!seen.has(text)) {
      if (seen.size >= MOST_SEEN) seen.clear();
      seen.add(text);
      return false;
    }
    if (clock() - since > lifetimeMs) {
      prepared.clear();
      characters = 0;
      since = clock();
    }
    if (characters + text.length > most) return false;
    seen.delete(text);
    prepared.add(text);
    characters += text.length;
    return true;
  };
}

/**
 * A client that prepares what it is given as text. Drizzle hands over text, which postgres.js sends
 * unprepared: one more round trip and a new plan for every statement, 0.9 instead of 0.3 ms for the
 * session look-up.
 */
export function preparing<Client extends postgres.Sql>(
  client: Client,
  isWorthIt = worthPreparing(),
): Client {
  return new Proxy(client, {
    get(target, name) {
      if (name === "unsafe") {
        // Drizzle asks to prepare whatever has a name, be it a shape that nobody asks for again.
        return (query: string, parameters: never[] = []) =>
          target.unsafe(query, parameters, { prepare: isWorthIt(query) });
      }
      if (name === "begin" || name === "savepoint") {
        return within(target, name, isWorthIt);
      }
      return Reflect.get(target, name);
    },
  });
}

/** The same inside of transactions, whose statements go through a client of their own. */
function within(
  client: postgres.Sql,
  name: "begin" | "savepoint",
  isWorthIt: (text: string) => boolean,
) {
  const open = Reflect.get(client, name) as (
    ...given: unknown[]
  ) => Promise<unknown>;
  return (...given: unknown[]) => {
    const body = given.pop() as (tx: postgres.Sql) => unknown;
    return open(...given, (tx: postgres.Sql) => body(preparing(tx, isWorthIt)));
  };
}

/**
 * A query that is built once for each connection and not at each call: Drizzle's building costs more than
 * the statement of a single row. For the few queries that every request makes.
 */
export function builtOnce<Query>(
  build: (db: PgDatabase<PgQueryResultHKT>) => Query,
): (db: PgDatabase<PgQueryResultHKT>) => Query {
  const built = new WeakMap<object, Query>();
  return (db) => {
    const query = built.get(db) ?? build(db);
    built.set(db, query);
    return query;
  };
}

/** So many shapes are kept: what people type has more, and most are asked for once. */
const MOST_REMEMBERED = 500;

/** What `make` makes of each shape, made once and kept. */
export function remember<Shape, Made>(
  make: (shape: Shape) => Made,
): (shape: Shape) => Made {
  const made = new Map<string, Made>();
  return (shape) => {
    const key = JSON.stringify(shape);
    if (!made.has(key)) {
      made.set(key, make(shape));
      if (made.size > MOST_REMEMBERED) made.delete(made.keys().next().value!);
    }
    return made.get(key)!;
  };
}

/** Puts a value of what a call gives into a statement. */
export type Given<Of> = (value: (of: Of) => unknown) => Placeholder;

/**
 * A statement written by hand, its text put together once: for a long one that takes longer than the server
 * needs for it.
 */
export function statement<Of, Row>(
  write: (given: Given<Of>) => SQL,
): (db: PgDatabase<PgQueryResultHKT>, of: Of) => Promise<Row[]> {
  const prepared = builtOnce((db) => {
    const values = new Map<string, (of: Of) => unknown>();
    const { text, names } = eachOnce(
      new PgDialect().sqlToQuery(write((value) => {
        const name = `${values.size}`;
        values.set(name, value);
        return sql.placeholder(name);
      })),
    );
    const params = names.map((it) => sql.placeholder(it));
    const query = db._.session
      .prepareQuery({ sql: text, params }, undefined, text, false);
    return { query, values: names.map((it) => [it, values.get(it)!] as const) };
  });
  return async (db, of) => {
    const { query, values } = prepared(db);
    const result = await query.execute(
      Object.fromEntries(values.map(([name, value]) => [name, value(of)])),
    );
    // The two drivers wrap rows differently.
    return Array.isArray(result) ? result : (result as { rows: Row[] }).rows;
  };
}

/** Drizzle numbers a placeholder anew wherever it stands: a value that stands ten times would be sent ten times. */
function eachOnce({ sql, params }: { sql: string; params: unknown[] }) {
  const named = params.map((it) => (it as Placeholder).name);
  const names = [...new Set(named)];
  const text = sql.replace(
    /\$(\d+)/g,
    (_, number) => `$${names.indexOf(named[number - 1]!) + 1}`,
  );
  return { text, names };
}
