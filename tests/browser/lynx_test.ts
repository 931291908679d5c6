import assert from "node:assert/strict";
import { leaveOut } from "../support/browser.ts";
import { insertMail } from "../../db/mails.ts";
import { linkIn, mailbox } from "../support/mail.ts";
import { letSessionsEnd } from "../support/ended_sessions.ts";
import { person } from "../support/people.ts";
import { codeOf } from "../support/totp.ts";
import { eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";
import { lynxPath, openLynx, serveScreens } from "./lynx.ts";

if (!lynxPath) leaveOut("the main job in lynx: it is not on this machine");

Deno.test("in lynx, staff find a user, set a password, and are back at their search", async () => {
  if (!lynxPath) return;
  const { site, posts, nextScreen } = await serveScreens();
  const { db, people: { desk } } = site;
  const user = await person(db, { name: "Lena Textmann", username: "lena.t" });
  await site.cookiesOf(user); // an open session
  assert.equal((await sessionsOf(db, user.id)).length, 1);
  const before = await passwordOf(db, user.id);

  const lynx = await openLynx(`${site.origin}/help`, nextScreen);
  await lynx.arrive();
  await lynx.type(/name="identifier"/, desk.username);
  await lynx.type(/name="password"/, desk.password);
  await lynx.follow(/Sign in/);
  await lynx.print("help");
  await lynx.follow(/User Management/);
  await lynx.type(/name="query"/, "textm");
  await lynx.follow(/Search<\/button>/);
  await lynx.print("hits");
  await lynx.follow(/Lena/);
  await lynx.print("details");
  await lynx.follow(/>\s*Edit\s*</);
  await lynx.follow(/Change password/);
  await lynx.print("form");

  await lynx.follow(/Show password in clear text/);
  await lynx.type(/name="newPassword"[^>]* type="text"/, "lena");
  await lynx.choose(/value="email_not_arriving"/);
  const refused = await lynx.follow(/Save<\/button>/);
  assert.equal(refused.status, 422);
  await lynx.print("refused");
  await lynx.type(/name="newPassword"/, "moor lantern 77 quay");
  const saved = await lynx.follow(/Save<\/button>/);
  assert.equal(saved.status, 200);
  await lynx.print("saved");
  await lynx.follow(/>\s*Close\s*</);
  await lynx.print("search");
  const printed = await lynx.quit();

  assert.match(printed.help!, /How to change a user's password/);
  assert.match(printed.hits!, /Lena Textmann lena\.t/);
  assert.match(printed.details!, /Open sessions 1/);
  assert.match(printed.form!, /10 to 128 characters of any kind/);
  assert.match(printed.refused!, /Nothing was saved\..* It has 4 of at least/);
  assert.match(printed.saved!, /1 open session was ended\./);
  assert.match(printed.search!, /textm_+.*Lena Textmann/);

  assert.equal(posts.length, 3);
  for (const headers of posts) {
    assert.equal(headers.has("Origin"), false); // the token alone has carried it
    assert.equal(headers.has("Sec-Fetch-Site"), false);
  }
  const after = await passwordOf(db, user.id);
  assert.notEqual(after?.hash, before?.hash);
  assert.equal(after?.setBy, desk.id);
  assert.equal(after?.temporary, true);
  assert.deepEqual(await sessionsOf(db, user.id), []);
  const [event, ...more] = await eventsOf(db, user.id, "authn_password_set");
  assert.deepEqual(more, []);
  assert.equal(event?.actorId, desk.id);
  assert.equal(event?.detail.reason, "email_not_arriving");
  await site.close();
});

Deno.test("in lynx, a reason that nobody has chosen is asked for and not made up", async () => {
  if (!lynxPath) return;
  const { site, nextScreen } = await serveScreens();
  const { db, people: { desk, zoe } } = site;
  const before = await passwordOf(db, zoe.id);

  const lynx = await openLynx(
    `${site.origin}/users/${zoe.id}/password`,
    nextScreen,
  );
  await lynx.arrive();
  await lynx.type(/name="identifier"/, desk.username);
  await lynx.type(/name="password"/, desk.password);
  await lynx.follow(/Sign in/);
  await lynx.type(/name="newPassword"/, "moor lantern 77 quay");
  const answer = await lynx.follow(/Save<\/button>/);
  await lynx.quit();
  assert.equal(answer.status, 422); // lynx ticks the first of several radio buttons by itself
  assert.deepEqual(await passwordOf(db, zoe.id), before);
  await site.close();
});

Deno.test("in lynx, Generate fills the field and saves nothing", async () => {
  if (!lynxPath) return;
  const { site, nextScreen } = await serveScreens();
  const { db, people: { desk, zoe } } = site;
  const before = await passwordOf(db, zoe.id);
  const lynx = await openLynx(
    `${site.origin}/users/${zoe.id}/password`,
    nextScreen,
  );
  await lynx.arrive();
  await lynx.type(/name="identifier"/, desk.username);
  await lynx.type(/name="password"/, desk.password);
  await lynx.follow(/Sign in/);
  await lynx.type(/name="newPassword"/, "moor lantern 77 quay");
  await lynx.choose(/value="no_mailbox"/);
  const suggested = await lynx.follow(/Generate<\/button>/);
  assert.match(suggested.html, /id="newPassword"[^>]*value="[a-z]+(-[a-z]+)+"/);
  assert.deepEqual(await passwordOf(db, zoe.id), before);
  const saved = await lynx.follow(/class="primary">Save<\/button>/);
  await lynx.quit();
  assert.match(saved.html, /The new password is saved/);
  await site.close();
});

Deno.test("in lynx, a forgotten password is reset by the mailed link", async () => {
  if (!lynxPath) return;
  const { site, nextScreen } = await serveScreens();
  const mails = await mailbox(site);
  const user = await person(site.db);
  const asking = await openLynx(`${site.origin}/sign-in`, nextScreen);
  await asking.arrive();
  await asking.follow(/Reset your password/);
  await asking.type(/name="identifier"/, user.username);
  const asked = await asking.follow(/Send the link/);
  assert.match(asked.html, /Look into your mailbox/);
  await asking.quit();

  const [mail] = await mails.to(user.email);
  const lynx = await openLynx(site.origin + linkIn(mail!), nextScreen);
  await lynx.arrive();
  await lynx.type(/name="newPassword"/, "marsh heron 12 at dusk");
  const done = await lynx.follow(/class="primary">Save/);
  assert.match(done.html, /Your password is changed/);
  await lynx.type(/name="identifier"/, user.username);
  await lynx.type(/name="password"/, "marsh heron 12 at dusk");
  const inside = await lynx.follow(/class="primary">Sign in/);
  assert.match(inside.html, /Change password/);

  const added = await lynx.follow(/Add an authenticator app/);
  const key = added.html.match(/class="key">([A-Z2-7 ]+)</)![1]!
    .replaceAll(" ", "");
  await lynx.type(/name="code"/, codeOf(key, 0));
  const codes = await lynx.follow(/class="primary">Save/);
  assert.match(codes.html, /It is added/);
  await lynx.follow(/Sign out/);
  await lynx.type(/name="identifier"/, user.username);
  await lynx.type(/name="password"/, "marsh heron 12 at dusk");
  await lynx.follow(/class="primary">Sign in/);
  await lynx.type(/name="code"/, codeOf(key));
  const back = await lynx.follow(/class="primary">Sign in/);
  assert.match(back.html, /Recovery codes/);
  const [code] = codes.html.match(/[A-Z2-9]{5}-[A-Z2-9]{5}/)!;
  await lynx.follow(/Sign out/);
  await lynx.type(/name="identifier"/, user.username);
  await lynx.type(/name="password"/, "marsh heron 12 at dusk");
  await lynx.follow(/class="primary">Sign in/);
  await lynx.type(/name="code"/, code.toLowerCase());
  const recovered = await lynx.follow(/class="primary">Sign in/);
  assert.match(recovered.html, /9 left/);
  await lynx.quit();
  await mails.close();
  await site.close();
});

Deno.test("in lynx, somebody says it was not me", async () => {
  if (!lynxPath) return;
  const { site, nextScreen } = await serveScreens();
  const mails = await mailbox(site);
  const user = await person(site.db);
  await insertMail(site.db, {
    kind: "new_device",
    userId: user.id,
    facts: { address: "203.0.113.9", device: "a browser", at: "" },
  });
  const [notice] = await mails.to(user.email);
  const lynx = await openLynx(site.origin + linkIn(notice!), nextScreen);
  await lynx.arrive();
  const frozen = await lynx.follow(/Freeze the account/);
  assert.match(frozen.html, /The account is frozen/);
  await lynx.quit();
  assert.equal((await eventsOf(site.db, user.id, "account_frozen")).length, 1);
  await mails.close();
  await site.close();
});

Deno.test("in lynx, a temporary password leads to its replacement and nowhere else", async () => {
  if (!lynxPath) return;
  const { site, nextScreen } = await serveScreens();
  const user = await person(site.db, { temporary: true });
  const lynx = await openLynx(`${site.origin}/help`, nextScreen);
  await lynx.arrive();
  await lynx.type(/name="identifier"/, user.username);
  await lynx.type(/name="password"/, user.password);
  const forced = await lynx.follow(/class="primary">Sign in/);
  assert.match(forced.html, /signed in with a temporary password/);
  assert.doesNotMatch(forced.html, /href="\/help"/);
  await lynx.type(/name="currentPassword"/, user.password);
  await lynx.type(/name="newPassword"/, "two cranes on a raft");
  const changed = await lynx.follow(/class="primary">Save/);
  assert.match(changed.html, /Your password is changed/);
  await lynx.quit();
  assert.equal((await passwordOf(site.db, user.id))?.temporary, false);
  await site.close();
});

Deno.test("in lynx, an edit outlives its session: sign in, look, save", async () => {
  if (!lynxPath) return;
  const { site, nextScreen } = await serveScreens();
  const { db, people: { desk } } = site;
  const user = await person(db, { name: "Lore Vorher" });
  const lynx = await openLynx(
    `${site.origin}/users/${user.id}/edit`,
    nextScreen,
  );
  const signIn = async () => {
    await lynx.type(/name="identifier"/, desk.username);
    await lynx.type(/name="password"/, desk.password);
    return await lynx.follow(/>Sign in<\/button>/);
  };
  await lynx.arrive();
  await signIn();
  await lynx.type(/name="attributes.department"/, "Lost property");
  await letSessionsEnd(db, desk.id);
  await lynx.follow(/Save<\/button>/);
  await lynx.print("ended");
  await signIn();
  await lynx.print("again");
  const saved = await lynx.follow(/Save<\/button>/);
  const printed = await lynx.quit();
  assert.match(printed.ended!, /nothing was saved yet\. Sign in/);
  assert.match(printed.again!, /Your session had ended\. Nothing was saved/);
  assert.match(printed.again!, /Lost property/);
  assert.match(saved.html, /Lost property/);
  const events = await eventsOf(db, desk.id, "session_use_after_expire");
  assert.equal(events.length, 1); // though lynx sends no Origin
  await site.close();
});
