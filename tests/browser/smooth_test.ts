import assert from "node:assert/strict";
import { replacePermissions } from "../../db/permissions.ts";
import { testInBrowser } from "../support/browser.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";

testInBrowser(
  "Back and Forward lead through search, details and form",
  async ({ site, visit }) => {
    const { page } = await visit({ as: site.people.desk });
    await page.goto("/users");
    const search = page.getByLabel("Search by");
    const edit = page.getByRole("heading", { name: "Edit Zoë Müller" });
    const details = page.getByRole("heading", { name: /^Zoë Müller$/ });
    await search.pressSequentially("zoe mu");
    await page.getByRole("link", { name: "Zoë Müller" }).click();
    await page.getByRole("link", { name: "Edit" }).click();
    await edit.waitFor();

    await page.goBack();
    await details.waitFor();
    await page.goBack();
    await page.getByRole("link", { name: "Zoë Müller" }).waitFor();
    assert.equal(await search.inputValue(), "zoe mu");
    await page.goForward();
    await details.waitFor();
    await page.goForward();
    await edit.waitFor();
    assert.match(page.url(), /\/edit\?from=query%3Dzoe/);
  },
);

testInBrowser("a double click on Save saves once", async ({ site, visit }) => {
  const user = await person(site.db);
  const { page, openPasswordForm } = await visit({ as: site.people.desk });
  const dialog = await openPasswordForm(user);
  await dialog.getByLabel("New password").fill("seven slow tramways 9");
  await dialog.getByLabel("No access to the mailbox").check();
  let posts = 0;
  page.on("request", (it) => {
    if (it.method() === "POST" && it.url().endsWith("/password")) posts += 1;
  });
  await dialog.getByRole("button", { name: "Save" }).dblclick();
  await dialog.getByText("The new password is saved.").waitFor();
  assert.equal(posts, 1);
  const events = await eventsOf(site.db, user.id, "authn_password_set");
  assert.equal(events.length, 1);
});

testInBrowser(
  "Escape closes the dialog, empties it, and leads back to its button",
  async ({ site, visit }) => {
    const { page, openPasswordForm } = await visit({ as: site.people.desk });
    const dialog = await openPasswordForm(site.people.zoe);
    await dialog.getByLabel("New password").fill("never to be kept 42");
    await page.keyboard.press("Escape");
    await page.locator("#dialog:not([open]):empty").waitFor({
      state: "attached",
    });
    assert.equal((await page.content()).includes("never to be kept"), false);
    await page.locator("a:focus", { hasText: "Change password" }).waitFor();
  },
);

testInBrowser(
  "what is typed while a check is on its way stays in the field",
  async ({ site, visit }) => {
    const { openPasswordForm } = await visit({ as: site.people.desk });
    const early = site.hold("/password/check");
    const dialog = await openPasswordForm(site.people.zoe);
    const field = dialog.getByLabel("New password");
    await field.pressSequentially("sh");
    await early.arrived;
    await field.pressSequentially("ort");
    await dialog.getByText("It has 5 of at least 10").waitFor();
    early.release();
    await field.pressSequentially("er");
    await dialog.getByText("It has 7 of at least 10").waitFor();
    assert.equal(await field.inputValue(), "shorter");
  },
);

testInBrowser(
  "the last search wins, however late the answer to an earlier one comes",
  async ({ site, visit }) => {
    const { page } = await visit({ as: site.people.desk });
    await page.goto("/users");
    const early = site.hold("query=hilde");
    const search = page.getByLabel("Search by");
    await search.fill("hilde");
    await early.arrived;
    await search.fill("zoë");
    const hit = page.locator("#results").getByRole("link");
    await hit.filter({ hasText: "Zoë Müller" }).waitFor();

    early.release();
    await page.evaluate("fetch('/users?query=later').then(it => it.text())");
    assert.equal(await hit.filter({ hasText: "Zoë Müller" }).count(), 1);
    assert.equal(await hit.filter({ hasText: "Hilde Desk" }).count(), 0);
    assert.match(page.url(), /query=zo%C3%AB/);
  },
);

testInBrowser(
  "after signing out, Back shows nobody's data",
  async ({ site, visit }) => {
    const { page, signIn, says } = await visit();
    await signIn(site.people.desk);
    await page.goto(`/users/${site.people.zoe.id}`);
    await page.getByRole("heading", { name: "Zoë Müller" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await says("You are signed out.");
    for (let steps = 0; steps < 3; steps += 1) {
      await page.goBack();
      await page.getByRole("button", { name: "Sign in", exact: true })
        .waitFor();
      assert.equal((await page.content()).includes("Müller"), false);
    }
  },
);

testInBrowser(
  "more users come in when the end of the list comes into sight",
  async ({ site, visit }) => {
    const { page } = await visit({ as: site.people.desk });
    await page.goto("/users");
    const rows = page.locator("#results tbody tr[id]");
    await rows.first().waitFor();
    await page.locator("#results tbody tr").last().scrollIntoViewIfNeeded();
    await rows.nth(30).waitFor();
    const ids = await Promise.all(
      (await rows.all()).map((it) => it.getAttribute("id")),
    );
    assert.equal(new Set(ids).size, ids.length);
  },
);

testInBrowser(
  "what goes wrong in the dialog is said in the dialog, and nothing typed is lost",
  async ({ site, visit }) => {
    const staff = await person(site.db, { permissions: ["user_management"] });
    const { page, openPasswordForm } = await visit({ as: staff });
    const dialog = await openPasswordForm(site.people.zoe);
    await dialog.getByLabel("New password").fill("seven slow tramways 9");
    await dialog.getByText("It meets the rules").waitFor();
    await dialog.getByLabel("No access to the mailbox").check();
    await replacePermissions(site.db, {
      userId: staff.id,
      granted: [],
      taken: ["user_management"],
      grantedBy: null,
    });
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").getByText("Not open to you").waitFor();
    assert.equal(
      await dialog.getByLabel("New password").inputValue(),
      "seven slow tramways 9",
    );
    await page.keyboard.press("Escape");
    await page.getByText("Not open to you").waitFor({ state: "detached" });
  },
);
