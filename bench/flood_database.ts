import postgres from "postgres";
import { v7 as uuidv7 } from "uuid";
import {
  createPasswordHasher,
  DEFAULT_HASH_PARAMETERS,
} from "../services/password_hash.ts";

export interface Person {
  id: string;
  username: string;
  password: string;
}

const PEOPLE = 200;
const PASSWORD = "seven geese cross the bridge";

/** A new database, to be filled once the program has made its tables. */
export async function floodDatabase(server: string) {
  const name = `passdesk_floods_${crypto.randomUUID().replaceAll("-", "")}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const client = postgres(url.href, { max: 1, onnotice: () => {} });
  const sql = (text: string) => client.unsafe(text);

  /** People with the same password, by SQL that older programs understand too. */
  async function fill(): Promise<Person[]> {
    const hasher = createPasswordHasher({
      parameters: DEFAULT_HASH_PARAMETERS,
      width: 1,
      maxWaiting: 1,
    });
    const hash = await hasher.hash(PASSWORD);
    const people = Array.from({ length: PEOPLE }, (_, n) => ({
      id: uuidv7(),
      username: `person.${n}`,
      password: PASSWORD,
    }));
    for (const { id, username } of people) {
      await client`
        insert into users (id, username, name, username_key, name_key)
        values (${id}, ${username}, ${username}, ${username}, ${username})`;
      await client`insert into passwords (user_id, hash) values (${id}, ${hash})`;
    }
    return people;
  }

  async function drop() {
    await client.end();
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  }
  return { url: url.href, sql, fill, drop };
}
