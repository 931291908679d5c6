import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { insertApiToken, revokeApiTokens } from "../db/api_tokens.ts";
import type { Database } from "../db/client.ts";
import { insertPasswords } from "../db/passwords.ts";
import { replacePermissions } from "../db/permissions.ts";
import { SCOPES } from "../db/schema_programs.ts";
import { findUserByIdentifier, hasUsers, insertUsers } from "../db/users.ts";
import { API_TOKEN_DAYS, API_TOKEN_PREFIX } from "./api_tokens.ts";
import { SettingError, type Settings } from "./config.ts";
import type { Permission, Services } from "./context.ts";
import { demoPeople, type DemoPerson } from "./demo_people.ts";
import { createToken, formatToken, hashSecret } from "./tokens.ts";

/** The staff of the demo. These passwords exist nowhere else: the demo has a database of its own. */
const STAFF: {
  name: string;
  username: string;
  password: string;
  permissions: Permission[];
  does: string;
}[] = [
  {
    name: "Hilde Desk",
    username: "hilde.desk",
    password: "quiet-harbour-lantern",
    permissions: ["user_management"],
    does: "User Management",
  },
  {
    name: "Oskar Audit",
    username: "oskar.audit",
    password: "copper-meadow-window",
    permissions: ["audit_log"],
    does: "Audit log",
  },
  {
    name: "Ada Admin",
    username: "ada.admin",
    password: "velvet-thunder-orchard",
    permissions: ["administration", "audit_log", "user_management"],
    does: "Administration, Audit log, User Management",
  },
  {
    name: "Grete Grant",
    username: "grete.grant",
    password: "marble-compass-island",
    permissions: ["administration"],
    does: "Administration",
  },
];

const DEMO_USERS = 10_000;
const BATCH = 500;
const DAY = 24 * 3600 * 1000;

/** The demo keeps to a folder of its own, so that it never meets real users. */
export function demoSettings(settings: Settings): Settings {
  if (settings.DATABASE_URL) {
    throw new SettingError(
      "DATABASE_URL: the demo uses its own embedded database; unset this one",
    );
  }
  return { ...settings, DATA_DIR: `${settings.DATA_DIR}/demo` };
}

/** Fills an empty database with people and staff; tells how to sign in, each time. */
export async function seedDemo(services: Services): Promise<string[]> {
  if (!await hasUsers(services.db)) {
    await services.db.transaction(async (tx) => {
      await seedStaff(tx, services);
      await seedUsers(tx, services, DEMO_USERS);
    });
  }
  const token = await demoToken(services.db);
  return [
    "",
    ...STAFF.map(({ username, password, does }) =>
      `sign in: ${username} / ${password} (${does})`
    ),
    `API token of ${PROGRAMS_OWNER}, until the next start: ${token}`,
    "",
  ];
}

/** Whose token the demo gives programs. */
const PROGRAMS_OWNER = "ada.admin";

/** A token for everything, made anew at each start: none can be read again. */
async function demoToken(db: Database): Promise<string> {
  const owner = (await findUserByIdentifier(db, PROGRAMS_OWNER))!;
  const token = createToken();
  await revokeApiTokens(db, { ownerIds: [owner.id] });
  await insertApiToken(db, {
    id: token.id,
    ownerId: owner.id,
    name: "demo",
    scopes: [...SCOPES],
    secretHash: hashSecret(token.secret),
    expiresAt: new Date(Date.now() + API_TOKEN_DAYS.usual * DAY),
  });
  return API_TOKEN_PREFIX + formatToken(token);
}

async function seedStaff(tx: Database, { hasher }: Services) {
  for (const { name, username, password, permissions } of STAFF) {
    const userId = uuidv7();
    await insertUsers(tx, [{
      id: userId,
      name,
      username,
      email: `${username}@passdesk.example`,
      attributes: { department: "Service Desk" },
    }]);
    await insertPasswords(tx, [{
      userId,
      hash: await hasher.hash(password),
      setBy: userId,
    }]);
    await replacePermissions(tx, {
      userId,
      granted: permissions,
      taken: [],
      grantedBy: userId,
    });
  }
}

/** Users with a password that nobody knows: one hash serves all, or the demo would take minutes. */
export async function seedUsers(
  tx: Database,
  { hasher }: Pick<Services, "hasher">,
  count: number,
) {
  const hash = await hasher.hash(createToken().secret);
  let batch: DemoPerson[] = [];
  for (const person of demoPeople(count)) {
    batch.push(person);
    if (batch.length === BATCH) {
      await seedBatch(tx, batch, hash);
      batch = [];
    }
  }
  if (batch.length > 0) await seedBatch(tx, batch, hash);
  await tx.execute(sql`analyze users`);
}

async function seedBatch(tx: Database, people: DemoPerson[], hash: string) {
  const now = Date.now();
  const daysAgo = (days: number) => new Date(now - days * DAY);
  const rows = people.map((person) => ({
    id: uuidv7(),
    name: person.name,
    username: person.username,
    email: person.email,
    attributes: person.attributes,
    createdAt: daysAgo(person.createdDaysAgo),
    disabledAt: person.disabled ? daysAgo(person.lastSignInDaysAgo ?? 0) : null,
    lastSignInAt: person.lastSignInDaysAgo === null
      ? null
      : daysAgo(person.lastSignInDaysAgo),
  }));
  await insertUsers(tx, rows);
  await insertPasswords(
    tx,
    rows.map(({ id, createdAt, lastSignInAt }) => ({
      userId: id,
      hash,
      setAt: createdAt,
      ...(lastSignInAt === null
        ? {
          temporary: true,
          expiresAt: new Date(createdAt.getTime() + 3 * DAY),
        }
        : { setBy: id }),
    })),
  );
}
