import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { findUser } from "../../db/users.ts";
import { testInBrowser } from "../support/browser.ts";
import { linkIn, mailbox } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import { codeOf } from "../support/totp.ts";

const press = (page: Page, name: string) =>
  page.getByRole("button", { name, exact: true }).click();

for (
  const [how, options] of [
    ["with scripts", {}],
    ["without scripts", { javaScriptEnabled: false }],
  ] as const
) {
  testInBrowser(
    `${how}, a forgotten password is reset by the mailed link, and it was me`,
    async ({ site, visit }) => {
      const mails = await mailbox(site);
      const user = await person(site.db);
      const { page, signIn, says } = await visit(options);
      await page.goto("/sign-in");
      await page.getByRole("link", { name: "Reset your password" }).click();
      await page.getByLabel("Username or email").fill(user.email!);
      await press(page, "Send the link");
      await says("Look into your mailbox.");

      const [mail] = await mails.to(user.email);
      await page.goto(linkIn(mail!));
      assert.equal(new URL(page.url()).pathname, "/password-reset");
      assert.equal(
        await page.getByLabel("Username").inputValue(),
        user.username,
      );
      await page.getByLabel("New password").fill("short");
      await press(page, "Save");
      await page.getByRole("alert").getByText("It has 5 of at least 10")
        .waitFor();
      const password = "marsh heron 12 at dusk";
      await page.getByLabel("New password").fill(password);
      await press(page, "Save");
      await says("Your password is changed");
      await signIn({ ...user, password });
      await page.getByRole("heading", { name: "Password/2FA" }).waitFor();
      await page.goto(linkIn(mail!));
      await says("This link is over");
      await mails.close();
    },
  );

  testInBrowser(
    `${how}, an app is added, and signing in takes its code or a recovery code`,
    async ({ site, visit }) => {
      const user = await person(site.db);
      const { page, signIn, says } = await visit(options);
      await signIn(user);
      await press(page, "Add an authenticator app");
      await page.getByRole("img", { name: "QR code" }).waitFor();
      const key = (await page.locator(".key").innerText()).replaceAll(" ", "");
      const code = page.getByLabel("Code", { exact: true });
      await code.fill("000000");
      await press(page, "Save");
      await page.getByRole("alert").getByText("not the code").waitFor();
      await code.fill(codeOf(key, 0));
      await press(page, "Save");
      await says("It is added.");
      const codes = await page.locator(".codes code").allInnerTexts();
      assert.equal(codes.length, 10);
      await page.getByRole("link", { name: "Close" }).click();
      await says("10 left");

      for (const factor of [codeOf(key), codes[0]!]) {
        await press(page, "Sign out");
        await signIn(user);
        await code.fill(factor);
        await press(page, "Sign in");
        await page.getByRole("heading", { name: "Password/2FA" }).waitFor();
      }
      await says("9 left");
      await press(page, "Sign out");
      await signIn(user);
      await code.fill(codes[0]!);
      await press(page, "Sign in");
      await says("This code is not right");
    },
  );

  testInBrowser(
    `${how}, somebody says it was not me, and staff settle it`,
    async ({ site, visit }) => {
      const mails = await mailbox(site);
      const user = await person(site.db, { name: `Nora Notme ${how}` });
      const thief = await visit(options);
      await thief.signIn(user);
      await thief.page.getByLabel("Current password").fill(user.password);
      await thief.page.getByLabel("New password").fill("mine it is now, haha");
      await press(thief.page, "Save");
      await thief.says("Your password is changed.");

      const owner = await visit(options);
      const notice = (await mails.to(user.email)).find((it) =>
        it.subject === "Your password was changed"
      );
      await owner.page.goto(linkIn(notice!));
      await owner.page.getByRole("heading", { name: "It was not me" })
        .waitFor();
      await press(owner.page, "Freeze the account");
      await owner.says("The account is frozen.");
      await thief.page.goto("/account/password");
      await thief.page.getByRole("heading", { name: "Sign in" }).waitFor();

      const desk = await visit({ ...options, as: site.people.desk });
      await desk.page.goto("/help");
      await desk.openMenu("Account", "Reports");
      const row = desk.page.getByRole("row", { name: user.name });
      await row.getByRole("button", { name: "Settle and enable" }).click();
      await desk.says("The report is settled, and the account is enabled.");
      assert.equal(
        (await eventsOf(site.db, user.id, "report_settled")).length,
        1,
      );
      assert.equal((await findUser(site.db, user.id))?.disabledAt, null);
      await mails.close();
    },
  );
}
