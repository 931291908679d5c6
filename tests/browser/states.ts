import { eq, sql } from "drizzle-orm";
import type { Page } from "playwright-core";
import { sessions } from "../../db/schema.ts";
import { replaceSetupLink } from "../../db/setup_links.ts";
import { replaceEmailChange } from "../../db/email_changes.ts";
import { setSuspension } from "../../db/authenticators.ts";
import { replaceRecoveryCodes } from "../../db/recovery_codes.ts";
import { insertReport } from "../../db/reports.ts";
import {
  leaseDeliveries,
  listDueWebhooks,
  recordAttempt,
} from "../../db/webhook_deliveries.ts";
import { consumeTotpStep, replaceUnconfirmedTotp } from "../../db/totps.ts";
import { createTotpSecret } from "../../services/totp.ts";
import { plantPasskey } from "../support/authenticators.ts";
import { letSessionsEnd } from "../support/ended_sessions.ts";
import { linkFor } from "../support/mail.ts";
import { codeOf } from "../support/totp.ts";
import { createToken, formatToken, hashSecret } from "../../services/tokens.ts";
import type { Visit } from "../support/browser.ts";
import { type Person, person } from "../support/people.ts";
import type { Site } from "../support/server.ts";

export type State = (visit: Visit) => Promise<void>;

/** What one person goes through in one browser, step by step. */
export interface Tour {
  who?: Person;
  states: Record<string, State>;
}

/** Every page in every state. */
export async function tours(site: Site): Promise<Tour[]> {
  const { db, people: { desk, auditor, admin, zoe } } = site;
  const forced = await person(db, { temporary: true });
  const plain = await person(db);
  const ending = await person(db, { permissions: ["user_management"] });
  const disabled = await person(db, { name: "Dora Disabled", disabled: true });
  const token = createToken();
  await replaceSetupLink(db, {
    id: token.id,
    secretHash: hashSecret(token.secret),
  });
  await site.cookiesOf(zoe); // an open session to look at
  const [enrolling, enrolled, lost, unsure] = [
    await person(db),
    await person(db),
    await person(db),
    await person(db),
  ];
  await withTotp(site, enrolled);
  await insertReports(site, zoe);
  await insertReports(site, disabled);
  await withFactorsToConfirm(site, lost);
  const at = (path: string) => async ({ page }: Visit) => {
    await page.goto(path);
  };
  const users = `/users/${zoe.id}`;

  return [
    {
      states: {
        "sign-in": at("/sign-in"),
        "sign-in refused": async ({ page, signIn }) => {
          await signIn({ ...desk, password: "not this one" });
          await page.getByRole("alert").getByText("not right").waitFor();
        },
        "reset": at("/password-resets/new"),
        "reset asked for": async ({ page }) => {
          await page.getByLabel("Username or email").fill("nobody.at.all");
          await press(page, "Send the link");
          await page.getByText("Look into your mailbox").waitFor();
        },
        "reset link over": at("/password-resets/x"),
        "reset by link": at(await resetLink(site, lost)),
        "reset by link refused": async ({ page }) => {
          await page.getByLabel("New password").fill("short");
          await press(page, "Save");
          await errors(page);
        },
        "not me": at(await notMeLink(site, lost)),
        "not me, over": at("/not-me/x"),
        "email to confirm": at(await emailLink(site, lost)),
        "email confirmed": async ({ page }) => {
          await press(page, "Confirm");
          await page.getByText("The email address is confirmed.").waitFor();
        },
        "email link over": at("/email-stop/x"),
        "second step over": at("/sign-in/second-factor"),
        "second step": async ({ page, signIn }) => {
          await signIn(enrolled);
          await page.getByLabel("Code", { exact: true }).waitFor();
        },
        "second step refused": async ({ page }) => {
          await page.getByLabel("Code", { exact: true }).fill("123456");
          await press(page, "Sign in");
          await page.getByText("This code is not right").waitFor();
        },
        "setup without a link": at("/setup"),
        "setup": at(`/setup/${formatToken(token)}`),
        "setup refused": async ({ page }) => {
          await press(page, "Save");
          await errors(page);
        },
      },
    },
    {
      who: desk,
      states: {
        "users": at("/users"),
        "users found": at("/users?query=zoe+mu"),
        "users similar": at("/users?query=hidle+dsek"),
        "users filtered": at("/users?state=disabled&temporary=yes"),
        "no user found": at("/users?query=qqqqqq&staff=yes"),
        "menu open": async ({ page }) => {
          await page.locator("summary", { hasText: "Account" }).click();
        },
        "details": at(users),
        "details of somebody disabled": at(`/users/${disabled.id}`),
        "details of somebody above": at(`/users/${admin.id}`),
        "edit": at(`${users}/edit`),
        "edit refused": async ({ page }) => {
          await page.getByLabel("Name", { exact: true }).fill("");
          await page.getByLabel("Email").fill("nonsense");
          await press(page, "Save");
          await errors(page);
        },
        "edit, changed meanwhile": async ({ page }) => {
          await page.goto(`${users}/edit`);
          const stale = page.locator('input[name="version"]');
          await stale.evaluate((it) => it.setAttribute("value", "99"));
          await page.getByLabel("Department").fill("Archive");
          await press(page, "Save");
          await page.getByText("Somebody else has saved").waitFor();
        },
      },
    },
    {
      who: ending,
      states: {
        "session about to end": async ({ page }) => {
          await site.db.update(sessions).set({
            createdAt: sql`now() - interval '11 hours 56 minutes'`,
          }).where(eq(sessions.userId, ending.id));
          await page.goto(`${users}/edit`);
          await page.getByText("Your session ends in").waitFor();
        },
        "sign-in after a session's end": async ({ page }) => {
          await letSessionsEnd(site.db, ending.id);
          await press(page, "Save");
          await page.getByText("nothing was saved yet").waitFor();
        },
        "form of an ended session": async ({ page }) => {
          await page.getByLabel("Username or email").fill(ending.username);
          await page.getByLabel("Password").fill(ending.password);
          await press(page, "Sign in");
          await page.getByText("Your session had ended.").waitFor();
        },
      },
    },
    {
      who: desk,
      states: {
        "password page": at(`${users}/password`),
        "password page, in clear text": at(`${users}/password?clear=yes`),
        "dialog": async ({ openPasswordForm }) => {
          await openPasswordForm(zoe);
        },
        "dialog with a check": async ({ page }) => {
          await page.getByLabel("New password").fill("mueller");
          await page.getByText("It has 7 of at least 10").waitFor();
        },
        "dialog in clear text": async ({ page }) => {
          await press(page, "Show password in clear text");
        },
        "dialog refused": async ({ page }) => {
          await press(page, "Save");
          await errors(page);
        },
        "dialog generated": async ({ page }) => {
          await press(page, "Generate");
          await page.locator("#newPassword[type=text]").waitFor();
        },
        "dialog saved": async ({ page }) => {
          await page.getByLabel("Email not arriving").check();
          await press(page, "Save");
          await page.getByText("The new password is saved.").waitFor();
        },
        "disablement": at(`${users}/disablement`),
        "enabling": at(`/users/${disabled.id}/disablement`),
        "new user": at("/users/new"),
        "new user refused": async ({ page }) => {
          await press(page, "Save");
          await errors(page);
        },
        "help": at("/help"),
        "own password": at("/account/password"),
        "own password refused": async ({ page }) => {
          await page.getByLabel("New password").fill("short");
          await press(page, "Save");
          await errors(page);
        },
        "not open": at("/audit"),
        "not found": at("/nowhere"),
      },
    },
    {
      who: enrolling,
      states: {
        "own account without a second factor": at("/account/password"),
        "enrolment": async ({ page }) => {
          await press(page, "Add an authenticator app");
          await page.locator(".key").waitFor();
        },
        "enrolment refused": async ({ page }) => {
          await page.getByLabel("Code", { exact: true }).fill("12");
          await press(page, "Save");
          await errors(page);
        },
        "recovery codes": async ({ page }) => {
          const key = await page.locator(".key").innerText();
          await page.getByLabel("Code", { exact: true }).fill(
            codeOf(key.replaceAll(" ", ""), 0),
          );
          await press(page, "Save");
          await page.locator(".codes").waitFor();
        },
        "own account with a second factor": at("/account/password"),
        "removal of the app": at("/account/totp/removal"),
        "own sessions": at("/account/sessions"),
        "is it you": at("/account/check?next=/account/password"),
        "is it you, refused": async ({ page }) => {
          await page.getByLabel("Password", { exact: true }).fill("not this");
          await press(page, "Continue");
          await page.getByText("not your current password").waitFor();
        },
      },
    },
    {
      who: unsure,
      states: {
        "own password with factors to confirm": async ({ page }) => {
          await withFactorsToConfirm(site, unsure);
          await page.goto("/account/password");
          await page.getByText("Which of these are yours?").waitFor();
        },
        "suspended factors": async ({ page }) => {
          await setSuspension(db, { userId: unsure.id, why: "frozen" });
          await page.goto("/");
          await page.getByRole("heading", { name: "Which of these are yours?" })
            .waitFor();
        },
      },
    },
    {
      who: admin,
      states: {
        "reports": at("/reports"),
        "report settled": async ({ page }) => {
          await press(page, "Settle");
          await page.getByText("The report is settled.").waitFor();
        },
        "details of somebody with a second factor": at(`/users/${enrolled.id}`),
        "mails": at(`/users/${zoe.id}/mails`),
        "removal of a second factor": at(`/users/${enrolled.id}/second-factor`),
        "removal of a second factor refused": async ({ page }) => {
          await press(page, "Remove");
          await errors(page);
        },
        "permissions": at(`${users}/permissions`),
        "permissions saved": async ({ page }) => {
          await press(page, "Save");
          await page.getByText("The permissions are saved.").waitFor();
        },
        "sessions": at(`/users/${desk.id}/sessions`),
        "no session": at(`/users/${disabled.id}/sessions`),
        "details with events": at(users),
      },
    },
    {
      who: admin,
      states: {
        "sign everybody out": at("/sessions"),
        "no API token": at("/api-tokens"),
        "new API token": at("/api-tokens/new"),
        "new API token refused": async ({ page }) => {
          await press(page, "Make the token");
          await errors(page);
        },
        "API token made": async ({ page }) => {
          await page.getByLabel("Name").fill("nightly sync");
          await page.getByLabel("users:read").check();
          await press(page, "Make the token");
          await page.getByText("The token is made.").waitFor();
        },
        "API tokens": at("/api-tokens"),
        "refusals of the API": at("/api/problems"),
        "contract of the API": at("/api/docs"),
        "an operation of the API": async ({ page }) => {
          await page.getByText("POST /users/{id}/password").click();
          await page.getByText("Typed or generated").waitFor();
        },
      },
    },
    {
      who: admin,
      states: {
        "no webhook": at("/webhooks"),
        "new webhook": at("/webhooks/new"),
        "new webhook refused": async ({ page }) => {
          await page.getByLabel("Address").fill("http://hooks.example.org/");
          await press(page, "Save");
          await errors(page);
        },
        "webhook's secret": async ({ page }) => {
          await page.getByLabel("Address").fill(
            `https://hooks.example.org/${"in".repeat(200)}`,
          );
          await page.getByLabel("Sign-in failed").check();
          await press(page, "Save");
          await page.getByText("whsec_").waitFor();
        },
        "webhook": async ({ page }) => {
          await page.getByRole("link", { name: "Close" }).click();
          await page.getByText("Nothing was sent").waitFor();
        },
        "webhook with deliveries": async ({ page }) => {
          await press(page, "Send a test event");
          await page.getByText("The test event is on its way").waitFor();
          await insertAnswers(site);
          await page.getByRole("link", { name: "Look again" }).click();
          await page.getByText("no answer within").waitFor();
        },
        "webhook, an earlier answer": async ({ page }) => {
          await page.getByText("1 earlier answer").click();
          await page.getByText("out-of-order").waitFor();
        },
        "webhook paused": async ({ page }) => {
          await press(page, "Pause");
          await page.getByText("The webhook is paused.").waitFor();
        },
        "webhooks": at("/webhooks"),
        "new secret of a webhook": async ({ page }) => {
          await page.getByRole("link", { name: "hooks.example.org" }).click();
          await page.getByRole("link", { name: "Renew the secret" }).click();
          await page.getByText("Renew the secret?").waitFor();
        },
        "removal of a webhook": async ({ page }) => {
          await page.getByRole("link", { name: "Close" }).click();
          await page.getByRole("link", { name: "Remove" }).click();
          await page.getByText("Remove the webhook?").waitFor();
        },
      },
    },
    {
      who: auditor,
      states: {
        "audit log": at("/audit"),
        "audit log, nobody": at("/audit?person=nobody.here"),
        "audit log refused": at("/audit?from=soon"),
      },
    },
    {
      who: forced,
      states: { "own password, forced": at("/account/password") },
    },
    {
      who: plain,
      states: {
        "staff only": at("/users"),
        "help for everybody": at("/help"),
        "own password changed": async ({ page }) => {
          await page.goto("/account/password");
          await page.getByLabel("Current password").fill(plain.password);
          await page.getByLabel("New password").fill("a ferry over 3 rivers");
          await press(page, "Save");
          await page.getByText("Your password is changed.").waitFor();
        },
      },
    },
  ];
}

async function press(page: Page, button: string) {
  await page.getByRole("button", { name: button, exact: true }).last()
    .click();
}

async function errors(page: Page) {
  await page.getByText("Nothing was saved. Please look at:").waitFor();
}

/** An authenticator app for somebody, without the way there. */
async function withTotp({ db, services }: Site, { id: userId }: Person) {
  const sealedSecret = services.secrets.seal(createTotpSecret(), userId);
  await replaceUnconfirmedTotp(db, { userId, sealedSecret });
  await consumeTotpStep(db, { userId, step: 1, confirmed: false });
}

const resetLink = async (site: Site, who: Person) =>
  (await linkFor(site, who.id, "password_reset")).path;
const emailLink = async (site: Site, who: Person) => {
  const to = "new@example.net";
  await replaceEmailChange(site.db, { userId: who.id, email: to });
  return (await linkFor(site, who.id, "email_confirmation", { to })).path;
};
const notMeLink = async (site: Site, who: Person) =>
  (await linkFor(site, who.id, "password_changed")).path;

async function insertReports(site: Site, who: Person) {
  await insertReport(site.db, {
    userId: who.id,
    mailKind: "password_changed",
    facts: { at: "2026-11-24T10:00:00Z", address: "203.0.113.9" },
    address: "192.0.2.1",
  });
}

/** What came of all deliveries so far, without the receivers. */
async function insertAnswers({ db }: Site) {
  const answers = [
    { status: 500, answer: "out of order".repeat(20).replaceAll(" ", "-") },
    { status: null, answer: "no answer within 10 seconds" },
  ];
  for (const { id: webhookId } of await listDueWebhooks(db)) {
    const due = { webhookId, limit: 9, leaseSeconds: 60 };
    for (const { eventId } of await leaseDeliveries(db, due)) {
      for (const said of answers) {
        await recordAttempt(db, {
          webhookId,
          eventId,
          outcome: "deferred",
          ...said,
          retrySeconds: 60,
        });
      }
    }
  }
}

/** Passkeys, an app and codes that came into being while others may have known the password. */
async function withFactorsToConfirm(site: Site, who: Person) {
  const { db } = site;
  const userId = who.id;
  await db.execute(
    sql`update passwords set known_to_others_since = now() - interval '1 hour' where user_id = ${userId}`,
  );
  await withTotp(site, who);
  await plantPasskey(db, { userId, name: "My laptop" });
  const id = await plantPasskey(db, { userId, name: "W".repeat(60) });
  await db.execute(
    sql`update passkeys set address = null, user_agent = null where id = ${id}`,
  );
  await replaceRecoveryCodes(db, { userId, hashes: ["x"] });
}
