import assert from "node:assert/strict";
import { type Desk, testInBrowser, type Visit } from "../support/browser.ts";
import { factorsOf } from "../support/authenticators.ts";
import { linkFor } from "../support/mail.ts";
import { type Person, person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import { virtualDevice } from "../support/virtual_device.ts";

/** Somebody at a browser of their own, with a device that makes passkeys. */
async function withDevice(visit: Desk["visit"]) {
  const made = await visit();
  await virtualDevice(made.page);
  const press = (name: string) =>
    made.page.getByRole("button", { name, exact: true }).click();
  const heading = (name: string) =>
    made.page.getByRole("heading", { name, exact: true }).waitFor();
  return { ...made, press, heading };
}

type Somebody = Awaited<ReturnType<typeof withDevice>>;

async function addPasskey({ page, press }: Somebody, name: string) {
  await page.getByLabel("Name of the device").fill(name);
  await press("Add a passkey");
}

async function replacePassword(
  { page, press, says }: Somebody,
  { from, to }: { from: string; to: string },
) {
  await page.getByLabel("Current password").fill(from);
  await page.getByLabel("New password", { exact: true }).fill(to);
  await press("Save");
  await says("Your password is changed.");
}

async function saveReset(
  { page, press, says }: Somebody,
  password: string,
) {
  await page.getByLabel("New password", { exact: true }).fill(password);
  await press("Save");
  await says("Your password is changed, and all sessions were ended.");
}

/** The passkey of this browser's device is no way in. */
async function isRefused({ page, press, says }: Somebody) {
  await page.goto("/sign-in");
  await press("Sign in with a passkey");
  await says("This passkey is not known here");
}

async function temporaryPassword(
  { page, openPasswordForm, says }: Visit,
  user: Person,
  password: string,
) {
  const dialog = await openPasswordForm(user);
  await dialog.getByLabel("New password", { exact: true }).fill(password);
  await dialog.getByLabel("No access to the mailbox").check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await says("The new password is saved.");
  await page.goto("/users");
}

const TEMPORARY = "seven gulls on a chimney";
const THIEFS = "eight gulls on a chimney";
const OWN = "nine swifts below a bridge";

async function codesOn({ page }: Somebody) {
  await page.locator(".codes li").first().waitFor();
  const codes = await page.locator(".codes li").allTextContents();
  await page.getByRole("link", { name: "Close" }).click();
  return codes.map((it) => it.trim());
}

/** Staff set a temporary password, replace it as if they were the user, and add a passkey. */
async function planted(desk: Desk) {
  const { site, visit } = desk;
  const user = await person(site.db, { name: "Mira Meant" });
  const staff = await visit({ as: site.people.desk });
  await temporaryPassword(staff, user, TEMPORARY);
  const thief = await withDevice(visit);
  await thief.signIn({ ...user, password: TEMPORARY });
  await replacePassword(thief, { from: TEMPORARY, to: THIEFS });
  await thief.page.goto("/account/password");
  await addPasskey(thief, "Planted");
  await thief.page.locator(".codes").waitFor();
  await thief.press("Sign out");
  await thief.press("Sign in with a passkey");
  await thief.heading("Password/2FA"); // it does work, as long as nobody has taken the account back
  await thief.press("Sign out");
  return { user, thief, staff };
}

testInBrowser(
  "a planted passkey: the link takes the account back, and from then on the passkey opens nothing",
  async (desk) => {
    const { site, visit } = desk;
    const { user, thief, staff } = await planted(desk);
    const owner = await withDevice(visit);
    const link = await linkFor(site, user.id, "password_reset");
    await owner.page.goto(link.path);
    await owner.says("Which of these are yours?");
    const choice = owner.page.getByLabel(/Keep the passkey Planted/);
    assert.equal(await choice.isChecked(), false);
    await owner.says(/Chrome.* on Linux, from 127\.0\.0\.1/);
    await saveReset(owner, OWN);
    await isRefused(thief);

    // The mailbox alone does not take a second factor away, so the help desk does.
    await owner.signIn({ ...user, password: OWN });
    await owner.heading("Second factor");
    await staff.page.goto(`/users/${user.id}/second-factor`);
    await staff.page.getByRole("textbox").fill("Called back");
    await staff.page.getByRole("button", { name: "Remove" }).click();
    await staff.says("The second factor is removed");
    await owner.signIn({ ...user, password: OWN });
    await owner.heading("Password/2FA");
    const left = await factorsOf(site.db, user.id);
    assert.deepEqual([left.passkeys, left.codes, left.knownToOthers], [
      [],
      0,
      false,
    ]);
    await isRefused(thief);
  },
);

testInBrowser(
  "a planted passkey on an account that gains a permission: it opens nothing, and the holder removes it",
  async ({ site, visit }) => {
    const user = await person(site.db, { name: "Gero Granted" });
    const owner = await withDevice(visit);
    await owner.signIn(user);
    await addPasskey(owner, "Mine");
    await owner.page.locator(".codes").waitFor();
    const thief = await withDevice(visit); // with the session of an unlocked computer
    await thief.page.context().addCookies(
      await owner.page.context().cookies(),
    );
    await thief.page.goto("/account/password");
    await addPasskey(thief, "Planted");
    await thief.page.getByRole("cell", { name: "Planted" }).waitFor();
    await thief.press("Sign out");
    await thief.press("Sign in with a passkey");
    await thief.heading("Password/2FA");

    const admin = await visit({ as: site.people.admin });
    await admin.page.goto(`/users/${user.id}/permissions`);
    await admin.page.getByLabel("Administration").check();
    await admin.page.getByRole("button", { name: "Save" }).click();
    await admin.says("Saved");
    await thief.page.goto("/account/password");
    await thief.heading("Sign in");
    await isRefused(thief);
    const [event] = await eventsOf(site.db, user.id, "authn_login_fail");
    assert.equal(event?.detail.why, "authenticator_suspended");
    await isRefused(owner); // of nobody, before the holder has said which

    await owner.signIn(user);
    await owner.heading("Second factor");
    await owner.press("Use a passkey"); // behind the password it counts, and leads here alone
    await owner.heading("Which of these are yours?");
    await owner.page.goto("/users");
    await owner.heading("Which of these are yours?");
    await owner.page.getByLabel(/Keep the passkey Mine/).check();
    await owner.press("Save");
    await owner.heading("Recovery codes");
    assert.equal(await owner.page.locator(".codes li").count(), 10);
    assert.deepEqual((await factorsOf(site.db, user.id)).passkeys, ["Mine"]);
    await owner.press("Sign out");
    await owner.press("Sign in with a passkey");
    await owner.heading("User Management");
    await isRefused(thief);
  },
);

testInBrowser(
  "“It was not me” by the newest notice: passkey and codes that the thief made before it open nothing",
  async (desk) => {
    const { site, visit } = desk;
    const user = await person(site.db, { name: "Frida Frozen" });
    const owner = await withDevice(visit);
    await owner.signIn(user);
    await addPasskey(owner, "Mine");
    const [stolen] = await codesOn(owner);

    // The thief has the password and a printed code, and makes what shall outlast both.
    const thief = await withDevice(visit);
    await thief.signIn(user);
    await thief.page.getByLabel("Code").fill(stolen!);
    await thief.press("Sign in");
    await addPasskey(thief, "Lasting");
    await thief.page.getByRole("cell", { name: "Lasting" }).waitFor();
    await thief.press("New recovery codes");
    const renewed = await codesOn(thief);

    const notice = await linkFor(site, user.id, "new_device");
    await owner.page.goto(notice.path);
    await owner.press("Freeze the account");
    await owner.says("The account is frozen.");
    await isRefused(thief);

    const staff = await visit({ as: site.people.desk });
    await staff.page.goto("/reports");
    await staff.page.getByRole("row", { name: "Frida Frozen" })
      .getByRole("button", { name: "Settle and enable" }).click();
    await staff.says("the account is enabled");
    await isRefused(thief);
    await temporaryPassword(staff, user, TEMPORARY);
    await isRefused(thief);
    await isRefused(owner);

    await owner.signIn({ ...user, password: TEMPORARY });
    await owner.says("You have signed in with a temporary password.");
    await replacePassword(owner, { from: TEMPORARY, to: OWN });
    await owner.page.goto("/");
    await owner.heading("Which of these are yours?");
    await owner.page.getByLabel(/Keep the passkey Mine/).check();
    await owner.press("Save");
    assert.equal((await codesOn(owner)).length, 10);
    const left = await factorsOf(site.db, user.id);
    assert.deepEqual([left.passkeys, left.suspended], [["Mine"], null]);
    await isRefused(thief);

    // Even with the new password the thief's codes are none.
    await thief.signIn({ ...user, password: OWN });
    await thief.page.getByLabel("Code").fill(renewed[0]!);
    await thief.press("Sign in");
    await thief.says("This code is not right");
    await owner.press("Sign out");
    await owner.press("Sign in with a passkey");
    await owner.heading("Password/2FA");
  },
);
