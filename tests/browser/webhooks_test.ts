import assert from "node:assert/strict";
import { webhooks } from "../../db/schema_programs.ts";
import { leaveOut, testInBrowser } from "../support/browser.ts";
import { lynxPath, openLynx, serveScreens } from "./lynx.ts";

if (!lynxPath) leaveOut("webhooks in lynx: it is not on this machine");

Deno.test("in lynx, an administrator makes a webhook, tests it, delivers again, pauses and removes it", async () => {
  if (!lynxPath) return;
  const { site, nextScreen } = await serveScreens();
  const { db, people: { admin } } = site;
  const lynx = await openLynx(`${site.origin}/help`, nextScreen);
  await lynx.arrive();
  await lynx.type(/name="identifier"/, admin.username);
  await lynx.type(/name="password"/, admin.password);
  await lynx.follow(/Sign in/);
  await lynx.follow(/>Webhooks</);
  await lynx.follow(/New webhook/);
  await lynx.type(/name="url"/, "https://hooks.example.org/in");
  const refused = await lynx.follow(/Save<\/button>/);
  assert.equal(refused.status, 422);
  await lynx.print("refused");
  await lynx.choose(/name="events\.authn_login_fail"/);
  const made = await lynx.follow(/Save<\/button>/);
  assert.equal(made.status, 200);
  await lynx.print("secret");
  await lynx.follow(/>\s*Close\s*</);
  await lynx.follow(/Send a test event/);
  await lynx.print("tested");
  const again = await lynx.follow(/Deliver again<\/button>/);
  assert.match(again.html, /The event is on its way again/);
  await lynx.follow(/>Pause</);
  await lynx.print("paused");
  assert.equal((await db.select().from(webhooks))[0]!.active, false);
  await lynx.follow(/>Remove</);
  await lynx.follow(/Remove the webhook</);
  await lynx.print("removed");
  const printed = await lynx.quit();

  assert.match(printed.refused!, /Choose at least one event\./);
  assert.match(printed.secret!, /whsec_[A-Za-z0-9+/]{43}=/);
  assert.match(printed.tested!, /The test event is on its way.*Webhook tested/);
  assert.match(printed.paused!, /The webhook is paused\./);
  assert.match(printed.removed!, /The webhook is removed\. .*There is no/);
  assert.deepEqual(await db.select().from(webhooks), []);
  await site.close();
});

testInBrowser(
  "with scripts, what is pressed on a webhook's page happens in place",
  async ({ site, visit }) => {
    const { page, says, openMenu } = await visit({ as: site.people.admin });
    await page.goto("/help");
    await openMenu("Account", "Webhooks");
    await page.getByRole("link", { name: "New webhook" }).click();
    await page.getByLabel("Address").fill("https://hooks.example.org/in");
    await page.getByLabel("Edited").check();
    await page.getByRole("button", { name: "Save" }).click();
    await says("whsec_");
    await page.getByRole("link", { name: "Close" }).click();
    await says("Nothing was sent");
    await page.evaluate("globalThis.stayed = true");
    await page.getByRole("button", { name: "Send a test event" }).click();
    await says("The test event is on its way");
    await page.getByRole("button", { name: "Deliver again" }).click();
    await says("The event is on its way again");
    await page.getByRole("button", { name: "Pause" }).click();
    await says("The webhook is paused");
    assert.equal(await page.evaluate("globalThis.stayed"), true);
    assert.ok(!(await page.content()).includes("whsec_"));
  },
);
