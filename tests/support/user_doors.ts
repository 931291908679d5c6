import { desc } from "drizzle-orm";
import type { Connection } from "../../db/client.ts";
import { users } from "../../db/schema.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { offerSetup } from "../../services/setup.ts";
import { administratorApi } from "./api.ts";
import { browser } from "./app.ts";
import { command, NEW_PASSWORD, noAdministrator } from "./cli.ts";
import { jobDesk, jobOf, upload } from "./jobs.ts";
import { person } from "./people.ts";
import { provisioning } from "./scim.ts";

export interface NewPerson {
  username: string;
  name: string;
  email?: string;
  phone?: string;
}

export type StoredPerson = typeof users.$inferSelect;

/** A way by which users come in: what it stored, or what it said where it refused. */
export interface UserDoor {
  door: string;
  /** Does it take a telephone number? */
  attributes: boolean;
  create(given: NewPerson): Promise<StoredPerson | string>;
}

/** Every way by which users come in. The last two make a first administrator, and take everybody's permissions before. */
export async function userDoors(
  { db }: Pick<Connection, "db">,
): Promise<UserDoor[]> {
  const desk = await jobDesk({ db });
  const staff = await person(db, { permissions: ["user_management"] });
  const page = browser(desk);
  await page.signIn(staff);
  const { ask } = await administratorApi(db);
  const { send } = await provisioning(db);

  const newest = async () => {
    const [user] = await db.select().from(users).orderBy(desc(users.id))
      .limit(1); // ids are UUIDv7
    return user;
  };
  const door = (
    name: string,
    add: (given: NewPerson) => Promise<string>,
    attributes = true,
  ): UserDoor => ({
    door: name,
    attributes,
    async create(given) {
      const before = await newest();
      const said = await add(given);
      const user = await newest();
      return user && user.id !== before?.id ? user : said;
    },
  });

  return [
    door("page", async ({ phone = "", email = "", ...given }) => {
      const fields = { ...given, email, "attributes.phone": phone };
      return await (await page.post("/users/new", fields)).text();
    }),
    door("API", async ({ phone, ...given }) => {
      const attributes = phone === undefined ? {} : { phone };
      const json = { ...given, attributes };
      return (await ask("POST", "/users", { json })).text;
    }),
    door("SCIM", async ({ username, name, email, phone }) => {
      const body = {
        userName: username,
        displayName: name,
        ...(email !== undefined && { emails: [{ value: email }] }),
        ...(phone !== undefined && { phoneNumbers: [{ value: phone }] }),
      };
      return JSON.stringify((await send("POST", "/Users", { body })).json);
    }),
    door("import", async ({ phone, ...given }) => {
      const attributes = phone === undefined ? {} : { phone };
      const text = JSON.stringify({ ...given, attributes });
      const { services, actor } = desk;
      const id = await upload(services, actor, text, { format: "ndjson" });
      await runNextJob(services);
      return JSON.stringify(await jobOf(services, id));
    }),
    door("command line", async ({ username, name, email }) => {
      await noAdministrator(db);
      const { out, err } = await command(
        desk,
        "create-administrator",
        ...["--username", username, "--name", name],
        ...(email === undefined ? [] : ["--email", email]),
      );
      return out + err;
    }, false),
    door("setup", async ({ username, name, email = "" }) => {
      await noAdministrator(db);
      const visitor = browser(desk);
      await visitor.get(`/setup/${await offerSetup(desk.services)}`);
      const fields = { username, name, email, newPassword: NEW_PASSWORD };
      return await (await visitor.post("/setup", fields)).text();
    }, false),
  ];
}
