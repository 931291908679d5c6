import { connectEmbedded, connectPostgres } from "../../db/client.ts";
import type { createApp } from "../../routes/app.tsx";
import { seedUsers } from "../../services/demo.ts";
import { browser, program } from "./app.ts";
import { DRIVERS, freshDatabaseUrl, POSTGRES_SETTINGS } from "./database.ts";
import { hasher, type Person, person } from "./people.ts";

export type Site = Awaited<ReturnType<typeof serve>>;

/** The program on a socket of its own, with a few dozen users and one of each kind of staff. */
export async function serve(environment: Record<string, string> = {}) {
  const connection = DRIVERS.includes("postgres")
    ? await connectPostgres({
      url: await freshDatabaseUrl(),
      ...POSTGRES_SETTINGS,
    })
    : await connectEmbedded();
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

  let app: ReturnType<typeof createApp> | undefined;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) =>
      app!.fetch(request, { address: remoteAddr.hostname }),
  );
  const origin = `http://localhost:${server.addr.port}`;
  const made = program(connection, { PUBLIC_URL: origin, ...environment });
  app = made.app;

  return {
    origin,
    db,
    services: made.services,
    people,
    /** The cookies of somebody who has signed in, for a browser that shall not show how. */
    cookiesOf: async (who: Person) => {
      const client = browser(made, { origin });
      await client.signIn(who);
      return [...client.cookies].map(([name, value]) => ({
        name,
        value,
        url: origin,
      }));
    },
    close: async () => {
      await server.shutdown();
      await connection.close();
    },
  };
}
