import { eq, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { auditEvents, sessions } from "../../db/schema.ts";
import { type Browser, ORIGIN } from "./app.ts";

/** What a browser says of a form of ours; a text browser says nothing. */
export const SAME_ORIGIN = {
  Origin: ORIGIN,
  "Sec-Fetch-Site": "same-origin",
};

let addresses = 0;

/** A place that no other test sends from. */
export function freshAddress() {
  addresses += 1;
  return `198.51.100.${addresses}`;
}

/** A user's sessions run out: nobody has asked for anything for a year. */
export async function letSessionsEnd(db: Database, userId: string) {
  await db.update(sessions).set({
    lastSeenAt: sql`now() - interval '1 year'`,
  }).where(eq(sessions.userId, userId));
}

/** Sends a form as it was filled in, with the token that it had. */
export async function sendForm(
  visitor: Browser,
  path: string,
  fields: Record<string, string>,
  { headers = SAME_ORIGIN, htmx = false }: {
    headers?: Record<string, string>;
    htmx?: boolean;
  } = {},
) {
  return await visitor.send("POST", path, {
    body: new URLSearchParams(fields).toString(),
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      ...headers,
    },
    htmx,
  });
}

/** What the audit log holds of refusals to one address, in order. */
export async function refusalsTo(db: Database, address: string) {
  const found = await db.select().from(auditEvents)
    .where(eq(auditEvents.address, address)).orderBy(auditEvents.id);
  return found.filter((it) =>
    ["malicious_csrf", "session_use_after_expire", "authz_fail"].includes(
      it.event,
    )
  );
}
