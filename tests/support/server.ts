import { connectPostgres } from "../../db/client.ts";
import { connectionDeadlines, listen } from "../../routes/listen.ts";
import { readSettings } from "../../services/config.ts";
import { seedUsers } from "../../services/demo.ts";
import { browser, type Program, program } from "./app.ts";
import { DRIVERS, freshDatabaseUrl, POSTGRES_SETTINGS } from "./database.ts";
import { hasher, type Person, person } from "./people.ts";
import { embedded } from "./embedded.ts";

export type Site = Awaited<ReturnType<typeof serve>>;

/** The program on a socket of its own, with a few dozen users and one of each kind of staff. */
export async function serve(
  { environment = {}, around = (request, answer) => answer(request) }: {
    environment?: Record<string, string>;
    /** Stands between the socket and the program. */
    around?: (
      request: Request,
      answer: (request: Request) => Promise<Response>,
    ) => Promise<Response>;
  } = {},
) {
  const connection = DRIVERS.includes("postgres")
    ? await connectPostgres({
      url: await freshDatabaseUrl(),
      ...POSTGRES_SETTINGS,
    })
    : await embedded();
  const { db } = connection;
  await db.transaction((tx) => seedUsers(tx, { hasher }, 45));
  const people = {
    desk: await person(db, {
      name: "Hilde Desk",
      username: "hilde.desk",
      permissions: ["user_management"],
    }),
    auditor: await person(db, {
      name: "Oskar Audit",
      username: "oskar.audit",
      permissions: ["audit_log"],
    }),
    admin: await person(db, {
      name: "Ada Admin",
      username: "ada.admin",
      permissions: ["administration", "audit_log", "user_management"],
    }),
    zoe: await person(db, {
      name: "Zoë Müller",
      username: "zoe.mueller",
      attributes: { department: "Fundbüro", phone: "+49 30 1234567" },
    }),
  };

  const holds: {
    part: string;
    arrived: PromiseWithResolvers<void>;
    released: PromiseWithResolvers<void>;
  }[] = [];
  // The port is known before the program is made, which has to be told its address.
  const made = Promise.withResolvers<Program>();
  const server = await listen(
    async (request, bindings) => {
      const { app } = await made.promise;
      const at = holds.findIndex((it) => request.url.includes(it.part));
      if (at >= 0) {
        const [hold] = holds.splice(at, 1);
        hold!.arrived.resolve();
        await hold!.released.promise;
      }
      return await around(
        request,
        async (it) => await app.fetch(it, bindings),
      );
    },
    {
      hostname: "127.0.0.1",
      port: 0,
      deadlines: connectionDeadlines(readSettings({})),
      log: () => {},
    },
  );
  const origin = `http://localhost:${server.address.port}`;
  const running = program(connection, {
    PUBLIC_URL: origin,
    WEBHOOK_TARGETS: "hooks.example.org",
    ...environment,
  });
  made.resolve(running);

  return {
    origin,
    db,
    services: running.services,
    people,
    /** The cookies of somebody who has signed in, for a browser that shall not show how. */
    cookiesOf: async (who: Person) => {
      const client = browser(running, { origin });
      await client.signIn(who);
      return [...client.cookies].map(([name, value]) => ({
        name,
        value,
        url: origin,
      }));
    },
    /** Lets the next request whose address holds this part wait until it is released. */
    hold: (part: string) => {
      const arrived = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holds.push({ part, arrived, released });
      return { arrived: arrived.promise, release: released.resolve };
    },
    close: async () => {
      await server.close(5_000);
      await connection.close();
    },
  };
}
