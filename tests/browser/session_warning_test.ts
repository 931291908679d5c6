import assert from "node:assert/strict";
import { eq, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { sessions } from "../../db/schema.ts";
import { testInBrowser } from "../support/browser.ts";
import { letSessionsEnd } from "../support/ended_sessions.ts";
import { person } from "../support/people.ts";
import { sessionsOf } from "../support/rows.ts";

/** Somebody's session as it is after minutes in which nothing was asked for. */
async function age(db: Database, userId: string, minutes: number) {
  await db.update(sessions).set({
    lastSeenAt: sql`now() - make_interval(mins => ${minutes})`,
  }).where(eq(sessions.userId, userId));
}

testInBrowser(
  "before an unused session ends, a button keeps it open, and the focus stays where it was (WCAG 2.2.1)",
  async ({ site, visit }) => {
    const staff = await person(site.db, { permissions: ["user_management"] });
    const { page } = await visit({ as: staff });
    await page.clock.install();
    await page.goto("/users/new");
    const name = page.getByLabel("Name", { exact: true });
    await name.fill("Half typed");
    const warning = page.getByRole("region", { name: "End of the session" });

    // Another tab was used: the server says so, and nothing is shown.
    await age(site.db, staff.id, 5);
    const asked = page.waitForResponse(/\/session$/);
    await page.clock.fastForward("28:30");
    await (await asked).finished();
    assert.equal(await warning.isVisible(), false);

    await age(site.db, staff.id, 28);
    await page.clock.fastForward("25:00");
    await warning.getByText("You will be signed out in 2 minutes.").waitFor();
    await page.locator("#name:focus").waitFor();
    const stay = warning.getByRole("button", { name: "Stay signed in" });
    await stay.focus();
    await page.keyboard.press("Enter");
    await warning.waitFor({ state: "hidden" });
    await page.locator("#name:focus").waitFor();
    assert.equal(await name.inputValue(), "Half typed");
    const [session] = await sessionsOf(site.db, staff.id);
    assert.ok(Date.now() - session!.lastSeenAt.getTime() < 60_000);
  },
);

testInBrowser(
  "when the session has ended, the page says so, and Save keeps what was typed",
  async ({ site, visit }) => {
    const staff = await person(site.db, { permissions: ["user_management"] });
    const { page, says } = await visit({ as: staff });
    await page.clock.install();
    await page.goto("/users/new");
    await page.getByLabel("Name", { exact: true }).fill("Half typed");
    await letSessionsEnd(site.db, staff.id);
    await page.clock.fastForward("29:00");
    const warning = page.getByRole("region", { name: "End of the session" });
    await warning.getByText("Your session has ended.").waitFor();
    await warning.getByRole("button", { name: "Sign in" }).waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await says("nothing was saved yet");
  },
);

testInBrowser(
  "over an open dialog the warning can be reached, and it outlives the dialog",
  async ({ site, visit }) => {
    const staff = await person(site.db, { permissions: ["user_management"] });
    const { page } = await visit({ as: staff });
    await page.clock.install();
    await page.goto(`/users/${site.people.zoe.id}/edit`);
    await page.getByRole("link", { name: "Change password" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("New password").waitFor();
    await age(site.db, staff.id, 29);
    await page.clock.fastForward("28:30");
    const stay = page.getByRole("button", { name: "Stay signed in" });
    await dialog.getByRole("button", { name: "Stay signed in" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#dialog:not([open])").waitFor({ state: "attached" });
    await stay.click();
    await stay.waitFor({ state: "hidden" });
  },
);

testInBrowser(
  "the absolute end is told, and nothing prolongs it (ASVS 7.3.2)",
  async ({ site, visit }) => {
    const staff = await person(site.db, { permissions: ["user_management"] });
    const { page } = await visit({ as: staff });
    await site.db.update(sessions).set({
      createdAt: sql`now() - interval '11 hours 56 minutes'`,
    }).where(eq(sessions.userId, staff.id));
    await page.goto("/users/new");
    const warning = page.getByRole("region", { name: "End of the session" });
    await warning.getByText("Your session ends in 4 minutes. Save what you")
      .waitFor();
    const stay = page.getByRole("button", { name: "Stay signed in" });
    assert.equal(await stay.isVisible(), false);
    await warning.getByRole("button", { name: "OK" }).click();
    await warning.waitFor({ state: "hidden" });
  },
);
