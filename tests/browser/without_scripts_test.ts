import assert from "node:assert/strict";
import { testInBrowser } from "../support/browser.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf } from "../support/rows.ts";

const PLAIN = { javaScriptEnabled: false };

testInBrowser(
  "without scripts, staff find a user, set a password, and are back at their search",
  async ({ site, visit }) => {
    const user = await person(site.db, {
      name: "Walter Ohneskript",
      attributes: { department: "Registry" },
    });
    const theirs = await visit(PLAIN);
    await theirs.signIn(user);
    await theirs.page.getByRole("heading", { name: "Password/2FA" }).waitFor();

    const { page, signIn, says, openMenu } = await visit(PLAIN);
    await signIn(site.people.desk);
    await openMenu("Account", "User Management");
    await page.getByLabel("Search by").fill("ohneskr");
    await page.keyboard.press("Enter");
    await page.waitForURL(/query=ohneskr/);
    await page.getByRole("link", { name: "Walter Ohneskript" }).click();
    await page.getByRole("link", { name: "Edit" }).click();
    assert.equal(await page.getByLabel("Department").inputValue(), "Registry");
    await page.getByRole("link", { name: "Change password" }).click();
    await says("10 to 128 characters");

    const field = page.getByLabel("New password");
    assert.equal(await field.getAttribute("type"), "password");
    await page.getByRole("link", { name: "Show password in clear text" })
      .click();
    await page.waitForURL(/clear=yes/);
    assert.equal(await field.getAttribute("type"), "text");

    await field.fill("walter");
    await page.getByLabel("Email not arriving").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("It has 6 of at least 10")
      .waitFor();
    assert.equal(await field.inputValue(), "");
    assert.equal(await page.getByLabel("Email not arriving").isChecked(), true);

    await field.fill("moor lantern 77 quay");
    await page.getByRole("button", { name: "Save" }).click();
    await says("The new password is saved.");
    await says("1 open session was ended.");
    await page.getByRole("link", { name: "Close" }).click();
    await page.waitForURL(/\/users\?query=ohneskr#user-/);
    assert.equal(await page.getByLabel("Search by").inputValue(), "ohneskr");

    await theirs.page.reload();
    await theirs.page.getByRole("heading", { name: "Sign in" }).waitFor();
    const [event] = await eventsOf(site.db, user.id, "authn_password_set");
    assert.deepEqual(event?.detail, {
      reason: "email_not_arriving",
      temporary: true,
      sessions: 1,
    });
  },
);

testInBrowser(
  "without scripts, Generate fills in a password and keeps what was chosen",
  async ({ site, visit }) => {
    const user = await person(site.db);
    const { page, says } = await visit({ ...PLAIN, as: site.people.desk });
    await page.goto(`/users/${user.id}/password`);
    await page.getByLabel("Other:").check();
    await page.getByLabel("Other reason").fill("lost the telephone");
    await page.getByRole("button", { name: "Generate" }).click();

    const field = page.getByLabel("New password");
    await page.getByText("Generate").waitFor(); // the page that came
    await page.locator('#newPassword[type="text"]').waitFor();
    const password = await field.inputValue();
    assert.ok(password.length >= 10);
    assert.equal(await field.getAttribute("type"), "text");
    assert.equal(
      await page.getByLabel("Other reason").inputValue(),
      "lost the telephone",
    );
    await page.getByRole("button", { name: "Save" }).click();
    await says("The new password is saved.");
    assert.equal((await page.content()).includes(password), false);

    const theirs = await visit(PLAIN);
    await theirs.signIn({ ...user, password });
    await theirs.page.getByRole("heading", { name: "Password/2FA" }).waitFor();
  },
);

testInBrowser(
  "without scripts, the same form sent twice saves once and answers the same",
  async ({ site, visit }) => {
    const user = await person(site.db);
    await (await visit(PLAIN)).signIn(user);
    const { page, says } = await visit({ ...PLAIN, as: site.people.desk });
    await page.goto(`/users/${user.id}/password`);
    await page.getByLabel("New password").fill("seven slow tramways 9");
    await page.getByLabel("No access to the mailbox").check();
    await page.getByRole("button", { name: "Save" }).click();
    await says("1 open session was ended.");
    const first = await passwordOf(site.db, user.id);

    await page.reload(); // sends the same form again
    await says("1 open session was ended.");
    assert.deepEqual(await passwordOf(site.db, user.id), first);
    const events = await eventsOf(site.db, user.id, "authn_password_set");
    assert.equal(events.length, 1);
  },
);

testInBrowser(
  "without scripts, a user changes the own password (ASVS 6.2.2)",
  async ({ site, visit }) => {
    const user = await person(site.db, { temporary: true });
    const { page, signIn, says } = await visit(PLAIN);
    await signIn(user);
    await page.getByLabel("Current password").fill("not the right one");
    await page.getByLabel("New password").fill("a ferry over 3 rivers");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("#currentPassword-error", {
      hasText: "This is not your current password.",
    }).waitFor();
    await page.getByLabel("Current password").fill(user.password);
    await page.getByLabel("New password").fill("a ferry over 3 rivers");
    await page.getByRole("button", { name: "Save" }).click();
    await says("Your password is changed.");
    await page.getByRole("link", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Password/2FA" }).waitFor();
  },
);

testInBrowser(
  "without scripts, the list goes on by a link, and back",
  async ({ site, visit }) => {
    const { page } = await visit({ ...PLAIN, as: site.people.desk });
    await page.goto("/users");
    const first = page.locator("#results tbody tr").first();
    const firstPage = await first.textContent();
    await page.getByRole("link", { name: "More" }).click();
    await page.waitForURL(/after=/);
    assert.notEqual(await first.textContent(), firstPage);
    await page.getByRole("link", { name: "Back to the first hits" }).click();
    assert.equal(await first.textContent(), firstPage);
  },
);
