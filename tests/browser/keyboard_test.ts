import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { testInBrowser } from "../support/browser.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";

testInBrowser(
  "the main job is done with the keyboard alone, and the focus is always to be seen",
  async ({ site, visit }) => {
    const user = await person(site.db, { name: "Tabea Tastatur" });
    const { page, says } = await visit();
    const { keyboard } = page;
    const button = (name: string) => page.getByRole("button", { name });
    const link = (name: string) => page.getByRole("link", { name });
    await page.goto("/sign-in");
    await keyboard.type(site.people.desk.username); // the first field has the focus
    await tabTo(page, page.getByLabel("Password"));
    await keyboard.type(site.people.desk.password);
    await keyboard.press("Enter");

    await focusOn(page, page.getByLabel("Search by"));
    await tabTo(
      page,
      page.locator("summary", { hasText: "Account" }),
      "Shift+Tab",
    );
    await keyboard.press("Enter");
    await tabTo(page, link("User Management"));
    await keyboard.press("Enter");
    await focusOn(page, page.getByLabel("Search by"));
    await keyboard.type("tastat");
    await link("Tabea Tastatur").waitFor();
    await focusOn(page, page.getByLabel("Search by")); // the answer doesn't take it away
    await tabTo(page, link("Tabea Tastatur"));
    await keyboard.press("Enter");
    await page.waitForURL(/\/users\/[0-9a-f-]+\?/);
    await tabTo(page, link("Edit"));
    await keyboard.press("Enter");
    await focusOn(page, page.getByRole("heading", { name: "Edit Tabea" }));
    await tabTo(page, link("Change password"));
    await keyboard.press("Enter");

    const dialog = page.getByRole("dialog");
    await focusOn(page, dialog.getByLabel("New password"));
    await keyboard.type("short");
    await tabTo(page, button("Show password in clear text"));
    await keyboard.press("Space");
    await dialog.locator("#newPassword[type=text]").waitFor();
    await tabTo(page, dialog.getByLabel("No access to the mailbox"));
    await keyboard.press("ArrowDown");
    await tabTo(page, dialog.getByRole("button", { name: "Save" }));
    await keyboard.press("Enter");
    await focusOn(page, dialog.getByRole("alert"));
    await tabTo(page, dialog.getByRole("alert").getByRole("link").first());
    await keyboard.press("Enter");
    await focusOn(page, dialog.getByLabel("New password"));
    await keyboard.type("seven slow tramways 9");
    await tabTo(page, dialog.getByRole("button", { name: "Save" }));
    await keyboard.press("Enter");
    await says("The new password is saved.");
    await focusOn(page, dialog.locator(".notice"));
    await tabTo(page, dialog.getByRole("link", { name: "Close" }));
    await keyboard.press("Enter");
    await page.waitForURL(/\/users\?query=tastat#/);
    await keyboard.press("Tab"); // on from the user's row
    await focusOn(page, link("Tabea Tastatur"));

    const [event] = await eventsOf(site.db, user.id, "authn_password_set");
    assert.equal(event?.detail.reason, "email_not_arriving");
  },
);

testInBrowser(
  "Enter in the password field saves what was typed",
  async ({ site, visit }) => {
    const user = await person(site.db);
    const { page, openPasswordForm } = await visit({ as: site.people.desk });
    const dialog = await openPasswordForm(user);
    await dialog.getByLabel("No access to the mailbox").check();
    await dialog.getByLabel("New password").fill("seven slow tramways 9");
    await page.keyboard.press("Enter");
    await dialog.getByText("The new password is saved.").waitFor();
  },
);

testInBrowser(
  "the check of a password never takes the focus from the field",
  async ({ site, visit }) => {
    const { page, openPasswordForm } = await visit({ as: site.people.desk });
    const dialog = await openPasswordForm(site.people.zoe);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Nothing was saved.").waitFor();
    const field = dialog.getByLabel("New password");
    await field.click();
    await page.keyboard.type("short");
    await dialog.getByText("It has 5 of at least 10").waitFor();
    await page.keyboard.type("er");
    await dialog.getByText("It has 7 of at least 10").waitFor();
    assert.equal(await field.inputValue(), "shorter");
  },
);

testInBrowser(
  "what is wrong with a form takes the focus, and leads to the field",
  async ({ site, visit }) => {
    const { page } = await visit({ as: site.people.desk });
    for (const path of ["/users/new", `/users/${site.people.zoe.id}/edit`]) {
      await page.goto(path);
      await page.getByLabel("Username").fill("");
      await page.keyboard.press("Enter");
      const alert = page.locator("main").getByRole("alert");
      await focusOn(page, alert);
      await tabTo(page, alert.getByRole("link", { name: "Username" }));
      await page.keyboard.press("Enter");
      await focusOn(page, page.getByLabel("Username"));
    }
  },
);

testInBrowser(
  "Escape closes an open menu and goes back to what opened it",
  async ({ site, visit }) => {
    const { page } = await visit({ as: site.people.admin });
    await page.goto("/users");
    const menu = page.locator("summary", { hasText: "Account" });
    await menu.focus();
    await page.keyboard.press("Enter");
    const item = page.getByRole("link", { name: "Audit log" });
    await tabTo(page, item);
    await page.keyboard.press("Escape");
    await item.waitFor({ state: "hidden" });
    await focusOn(page, menu);
  },
);

/** Tab by Tab to a place; every stop on the way shows that it is one. */
async function tabTo(page: Page, place: Locator, key = "Tab") {
  await place.waitFor();
  for (let stops = 0; stops < 60; stops += 1) {
    if (await has(place)) return;
    await page.keyboard.press(key);
    const unseen = await page.evaluate<string>(
      `(() => {
        const it = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(it);
        const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
        return seen || it === document.body ? "" : it.outerHTML;
      })()`,
    );
    assert.equal(unseen, "", "the focus is not to be seen");
  }
  assert.fail(`Tab does not lead to ${place}`);
}

/** Waits until the focus is there. */
async function focusOn(page: Page, place: Locator) {
  await place.and(page.locator(":focus")).waitFor();
}

async function has(place: Locator): Promise<boolean> {
  return await place.evaluate((it) => it === it.ownerDocument.activeElement);
}
