import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { testInBrowser } from "../support/browser.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import { virtualDevice } from "../support/virtual_device.ts";

const press = (page: Page, name: string) =>
  page.getByRole("button", { name, exact: true }).click();

testInBrowser(
  "a passkey is added, signs in without a password, stands in for it, and is removed",
  async ({ site, visit }) => {
    const user = await person(site.db);
    const { page, signIn, says } = await visit();
    const device = await virtualDevice(page);
    await signIn(user);
    await page.getByLabel("Name of the device").fill("My laptop");
    await press(page, "Add a passkey");
    await says("your password alone signs nobody in");
    assert.equal(await page.locator(".codes li").count(), 10);
    await page.getByRole("link", { name: "Close" }).click();
    await page.getByRole("cell", { name: "My laptop" }).waitFor();
    await says("10 left");
    await press(page, "Add a passkey");
    await says("This device has a passkey for your account already.");

    await press(page, "Sign out");
    await press(page, "Sign in with a passkey");
    await page.getByRole("heading", { name: "Password/2FA" }).waitFor();
    const [event] = await eventsOf(site.db, user.id, "authn_login_success");
    assert.equal(event?.detail.factor, "passkey");

    await press(page, "Sign out");
    await signIn(user); // the password alone is not enough any more
    await page.getByRole("heading", { name: "Second factor" }).waitFor();
    await press(page, "Use a passkey");
    await page.getByRole("heading", { name: "Password/2FA" }).waitFor();

    await page.goto("/account/check?next=/account/password");
    await press(page, "Use a passkey");
    await page.getByRole("heading", { name: "Password/2FA" }).waitFor();

    await press(page, "Sign out");
    await device.refuse();
    await press(page, "Sign in with a passkey");
    await says("That did not work, or was stopped.");
    await page.reload();
    await signIn(user);
    await page.getByRole("heading", { name: "Second factor" }).waitFor();
  },
);

testInBrowser(
  "removing the last passkey takes the recovery codes too, and the password signs in alone",
  async ({ site, visit }) => {
    const user = await person(site.db);
    const { page, signIn, says } = await visit();
    await virtualDevice(page);
    await signIn(user);
    await press(page, "Add a passkey");
    await page.locator(".codes").waitFor();
    await page.getByRole("link", { name: "Close" }).click();
    await press(page, "Remove");
    await says("With an authenticator app");
    assert.equal(await page.getByText("left").count(), 0);
    await press(page, "Sign out");
    await signIn(user);
    await page.getByRole("heading", { name: "Password/2FA" }).waitFor();
  },
);

testInBrowser(
  "without scripts the pages say that a passkey needs them",
  async ({ site, visit }) => {
    const user = await person(site.db);
    const { page, signIn, says } = await visit({ javaScriptEnabled: false });
    await page.goto("/sign-in");
    await says("A passkey needs scripts, which are off in this browser");
    assert.equal(
      await page.getByRole("button", { name: "passkey" }).count(),
      0,
    );
    await signIn(user);
    await says("To add one, this page needs scripts");
  },
);
