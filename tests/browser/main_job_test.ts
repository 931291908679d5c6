import assert from "node:assert/strict";
import { testInBrowser } from "../support/browser.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";

testInBrowser(
  "staff find a user, set a password, and are back at their search",
  async ({ site, visit }) => {
    const { db, people: { desk, admin } } = site;
    const user = await person(db, {
      name: "Wilma Fährmann",
      username: "wilma.f",
      attributes: { department: "Registry" },
    });
    const theirs = await visit();
    await theirs.signIn(user);
    await theirs.page.getByRole("heading", { name: "Password/2FA" }).waitFor();

    const { page, signIn, says, openMenu } = await visit();
    await signIn(desk);
    await openMenu("Account", "User Management");
    await page.getByLabel("Search by name, username or email")
      .pressSequentially("fahrm", { delay: 20 });
    await page.waitForURL(/\/users\?query=fahrm\b/);
    const hits = page.locator("#results tbody tr");
    await hits.getByText("Wilma Fährmann").waitFor();
    assert.equal(await hits.count(), 1);
    assert.equal(await hits.locator("mark").first().textContent(), "Fährm");

    await page.getByRole("link", { name: "Wilma Fährmann" }).click();
    await page.getByRole("heading", { name: "Wilma Fährmann" }).waitFor();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.waitForURL(/\/edit\?from=query%3Dfahrm/);
    assert.equal(await page.getByLabel("Department").inputValue(), "Registry");

    await page.getByRole("link", { name: "Change password" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("10 to 128 characters").waitFor(); // the rules, before anything is typed
    const field = dialog.getByLabel("New password");
    await field.pressSequentially("wilma");
    await dialog.getByRole("status").getByText("It has 5 of at least 10")
      .waitFor();

    await dialog.getByRole("button", { name: "Show password in clear text" })
      .click();
    assert.equal(await field.getAttribute("type"), "text");
    assert.equal(await field.inputValue(), "wilma");
    await dialog.getByText("The password is temporary").waitFor();
    assert.equal(await dialog.getByLabel("Temporary").count(), 0);
    await dialog.getByLabel("Other:").check();
    await dialog.getByLabel("Other reason").fill("at the counter");
    await dialog.getByRole("button", { name: "Save" }).click();

    await dialog.getByRole("alert").getByText("It has 5 of at least 10")
      .waitFor();
    assert.equal(await field.inputValue(), "");
    assert.equal(await field.getAttribute("type"), "password");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.equal(await dialog.getByLabel("Other:").isChecked(), true);
    assert.equal(
      await dialog.getByLabel("Other reason").inputValue(),
      "at the counter",
    );

    const next = "moor lantern 77 quay";
    await field.fill(next);
    await dialog.getByText("It meets the rules").waitFor();
    await dialog.getByLabel("No access to the mailbox").check();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("1 open session was ended.").waitFor();
    assert.equal((await page.content()).includes(next), false);

    await dialog.getByRole("link", { name: "Close" }).click();
    await page.waitForURL(/\/users\?query=fahrm#/);
    assert.equal(
      await page.getByLabel("Search by").inputValue(),
      "fahrm",
    );
    await hits.getByText("temporary password").waitFor();
    assert.equal(
      await page.evaluate("localStorage.length + sessionStorage.length"),
      0,
    );

    await theirs.page.reload();
    await theirs.page.getByRole("heading", { name: "Sign in" }).waitFor();

    const [event, ...more] = await eventsOf(db, user.id, "authn_password_set");
    assert.deepEqual(more, []);
    assert.equal(event?.actorId, desk.id);
    assert.deepEqual(event?.detail, {
      reason: "no_mailbox",
      temporary: true,
      sessions: 1,
    });
    const auditor = await visit();
    await auditor.signIn(admin);
    await auditor.openMenu("Account", "Audit log");
    await auditor.page.getByLabel("Person").fill("wilma.f");
    await auditor.page.getByRole("button", { name: "Show", exact: true })
      .click();
    await auditor.page.waitForURL(/person=wilma\.f/);
    await auditor.page.locator("#events tr", {
      hasText: "Password set by staff",
    })
      .getByText("reason: no mailbox").waitFor();
    await says("Wilma Fährmann");
  },
);

testInBrowser(
  "a temporary password opens nothing but the form that replaces it",
  async ({ site, visit }) => {
    const user = await person(site.db, {
      temporary: true,
      permissions: ["user_management"],
    });
    const { page, signIn, says } = await visit();
    await signIn(user);
    await page.waitForURL("**/account/password");
    await says("You have signed in with a temporary password.");
    for (const path of ["/", "/users", "/help", `/users/${user.id}`]) {
      await page.goto(path);
      assert.equal(new URL(page.url()).pathname, "/account/password", path);
    }

    await page.getByLabel("Current password").fill(user.password);
    await page.getByLabel("New password").fill("a ferry over 3 rivers");
    await says("It meets the rules");
    await page.getByRole("button", { name: "Save" }).click();
    await says("Your password is changed.");
    await page.getByRole("link", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "User Management" }).waitFor();
  },
);
