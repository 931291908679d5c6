import assert from "node:assert/strict";
import { testInBrowser, type Visit } from "../support/browser.ts";
import { letSessionsEnd, refusalsTo } from "../support/ended_sessions.ts";
import { type Person, person } from "../support/people.ts";
import { passwordOf } from "../support/rows.ts";

const WAYS = [["with scripts", true], ["without scripts", false]] as const;

/** Signs in again on the page that says why. */
async function signInAgain({ page, says }: Visit, who: Person) {
  await says("Your session has ended, so nothing was saved yet.");
  await page.getByLabel("Username or email").fill(who.username);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await says("Your session had ended.");
}

for (const [way, javaScriptEnabled] of WAYS) {
  testInBrowser(
    `${way}, an edit outlives its session: sign in, look, save`,
    async ({ site, visit }) => {
      const staff = await person(site.db, { permissions: ["user_management"] });
      const user = await person(site.db, { name: "Edda Vorher" });
      const it = await visit({ as: staff, javaScriptEnabled });
      const { page, says } = it;
      await page.goto(`/users/${user.id}/edit?from=query%3Dedda`);
      await page.getByLabel("Name", { exact: true }).fill("Edda Nachher");
      await page.getByLabel("Department").fill("Fundbüro");
      await letSessionsEnd(site.db, staff.id);
      await page.getByRole("button", { name: "Save" }).click();
      await signInAgain(it, staff);

      const name = page.getByLabel("Name", { exact: true });
      assert.equal(await name.inputValue(), "Edda Nachher");
      await page.locator("[role=status]:focus").waitFor(); // and a screen reader begins there
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { name: "Edda Nachher" }).waitFor();
      await says("Fundbüro");
      assert.match(page.url(), /from=query%3Dedda/);
      const events = (await refusalsTo(site.db, "127.0.0.1"))
        .filter((it) => it.subjectId === staff.id);
      assert.deepEqual(events.map((it) => it.event), [
        "session_use_after_expire",
      ]);
    },
  );
}

testInBrowser(
  "the dialog outlives its session as a page, without the password",
  async ({ site, visit }) => {
    const staff = await person(site.db, { permissions: ["user_management"] });
    const user = await person(site.db);
    const before = await passwordOf(site.db, user.id);
    const it = await visit({ as: staff });
    const { page, says, openPasswordForm } = it;
    const dialog = await openPasswordForm(user);
    await dialog.getByLabel("Other:").check();
    await dialog.getByLabel("Other reason").fill("at the counter");
    await letSessionsEnd(site.db, staff.id);
    await dialog.getByLabel("New password").fill("moor lantern 77 quay");
    await dialog.getByText("Your session has ended.").waitFor(); // the check while typing
    await dialog.getByRole("button", { name: "Save" }).click();
    await signInAgain(it, staff);

    const field = page.getByLabel("New password");
    assert.equal(await field.inputValue(), "");
    const reason = page.getByLabel("Other reason");
    assert.equal(await reason.inputValue(), "at the counter");
    assert.equal(await page.getByLabel("Other:").isChecked(), true);
    assert.deepEqual(await passwordOf(site.db, user.id), before);
    await field.fill("moor lantern 77 quay");
    await page.getByRole("button", { name: "Save" }).click();
    await says("The new password is saved.");
  },
);

testInBrowser(
  "a dialog that can't be opened any more takes nothing with it that was typed",
  async ({ site, visit }) => {
    const staff = await person(site.db, { permissions: ["user_management"] });
    const user = await person(site.db);
    const it = await visit({ as: staff });
    const { page, says } = it;
    await page.goto(`/users/${user.id}/edit`);
    await page.getByLabel("Department").fill("Fundbüro");
    await letSessionsEnd(site.db, staff.id);
    await page.getByRole("link", { name: "Change password" }).click();
    await says("Your session has ended.");
    await page.getByRole("button", { name: "Save" }).click();
    await signInAgain(it, staff);
    const field = page.getByLabel("Department");
    assert.equal(await field.inputValue(), "Fundbüro");
  },
);

testInBrowser(
  "what was typed behind the dialog outlives its session too",
  async ({ site, visit }) => {
    const staff = await person(site.db, { permissions: ["user_management"] });
    const user = await person(site.db);
    const it = await visit({ as: staff });
    const { page } = it;
    await page.goto(`/users/${user.id}/edit`);
    await page.getByLabel("Department").fill("Fundbüro");
    await page.getByRole("link", { name: "Change password" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Other:").check();
    await dialog.getByLabel("Other reason").fill("at the counter");
    await letSessionsEnd(site.db, staff.id);
    await dialog.getByLabel("New password").fill("moor lantern 77 quay");
    await dialog.getByRole("button", { name: "Save" }).click();
    await signInAgain(it, staff);
    const reason = page.getByLabel("Other reason");
    assert.equal(await reason.inputValue(), "at the counter");
    await page.goto(`/users/${user.id}/edit`);
    const field = page.getByLabel("Department");
    assert.equal(await field.inputValue(), "Fundbüro");
  },
);

testInBrowser(
  "of three tabs at the sign-in page, the others go on to where they wanted",
  async ({ site, visit }) => {
    const user = await person(site.db);
    const { page, signIn } = await visit();
    await page.goto("/help");
    const second = await page.context().newPage();
    await second.goto("/help");
    const third = await page.context().newPage();
    await third.goto("/help");
    await signIn(user);
    await page.getByRole("heading", { name: "Password/2FA" }).waitFor();
    await second.getByLabel("Username or email").fill(user.username);
    await second.getByLabel("Password").fill(user.password);
    await second.getByRole("button", { name: "Sign in", exact: true }).click();
    await second.waitForURL(/\/help$/);
    await third.getByRole("button", { name: "Sign in with a passkey" }).click();
    await third.waitForURL(/\/help$/);
  },
);
