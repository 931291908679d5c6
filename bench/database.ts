import postgres from "postgres";
import { v7 as uuidv7 } from "uuid";
import { sql } from "drizzle-orm";
import { connectPostgres } from "../db/client.ts";
import { insertPasswords } from "../db/passwords.ts";
import { replacePermissions } from "../db/permissions.ts";
import { insertUsers } from "../db/users.ts";
import { demoPeople } from "../services/demo_people.ts";
import type { PasswordHasher } from "../services/password_hash.ts";

export const PASSWORD = "seven geese cross the bridge";
export const STAFF = "bench.desk";

/** A database of `count` users, filled once and kept for the next run; all have the same password. */
export async function benchDatabase(
  server: string,
  count: number,
  hasher: PasswordHasher,
): Promise<string> {
  const name = `passdesk_bench_${count}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const [known] =
    await admin`select 1 from pg_database where datname = ${name}`;
  if (!known) await admin.unsafe(`create database ${name}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${name}`;

  const { db, close } = await connectPostgres({
    url: url.href,
    poolSize: 2,
    connectTimeoutSeconds: 5,
    statementTimeoutMs: 600_000,
  });
  if (!known) {
    const hash = await hasher.hash(PASSWORD);
    const add = async (people: Parameters<typeof insertUsers>[1]) => {
      await insertUsers(db, people);
      await insertPasswords(db, people.map((it) => ({ userId: it.id, hash })));
    };
    let batch: Parameters<typeof insertUsers>[1] = [];
    for (const { name, username, email, attributes } of demoPeople(count)) {
      batch.push({ id: uuidv7(), name, username, email, attributes });
      if (batch.length < 1000) continue;
      await add(batch);
      batch = [];
    }
    await add([...batch, {
      id: uuidv7(),
      name: "Bench Desk",
      username: STAFF,
      email: null,
      attributes: {},
    }]);
    const [staff] = await db.execute(
      sql`select id from users where username = ${STAFF}`,
    ) as unknown as [{ id: string }];
    await replacePermissions(db, {
      userId: staff.id,
      granted: ["user_management"],
      taken: [],
      grantedBy: null,
    });
    await db.execute(sql`vacuum analyze`);
    await db.execute(sql`checkpoint`); // or the server writes all of it down while it is measured
  }
  await close();
  return url.href;
}

/** Usernames to sign in with, and ids to look at. */
export async function somePeople(url: string, count: number) {
  const client = postgres(url, { max: 1 });
  const people = await client<{ id: string; username: string }[]>`
    select id, username from users where username <> ${STAFF} order by id limit ${count}`;
  await client.end();
  return [...people];
}
