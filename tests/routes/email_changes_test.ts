import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { Connection } from "../../db/client.ts";
import { findUser } from "../../db/users.ts";
import { browser, hidden, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { linkIn, mailbox } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";

/** A member of staff who changes somebody's address. */
async function desk(
  { db }: Connection,
  given: Parameters<typeof person>[1] = {},
) {
  await db.execute(sql`delete from mails`);
  const running = program({ db });
  const mails = await mailbox(running);
  const user = await person(db, given);
  const staff = browser(running);
  await staff.signIn(await person(db, { permissions: ["user_management"] }));
  const path = `/users/${user.id}/edit`;
  const change = async (email: string) =>
    await staff.post(path, {
      version: hidden(await (await staff.get(path)).text(), "version"),
      name: user.name,
      username: user.username,
      email,
    });
  const stored = async () => (await findUser(db, user.id))!.email;
  const fresh = `new-${user.username}@example.net`;
  return { running, mails, user, staff, change, stored, fresh };
}

testOnEach(
  "a new email address counts once it is confirmed; the old one is told before and after (CPH-6, ASVS 6.3.7)",
  async (connection) => {
    const { running, mails, user, staff, change, stored, fresh } = await desk(
      connection,
    );
    const saved = await change(fresh);
    assert.match(saved.headers.get("location")!, /done=saved-email$/);
    assert.equal(await stored(), user.email);
    const details = await (await staff.get(`/users/${user.id}`)).text();
    assert.match(
      details,
      new RegExp(`${fresh}.*waits for its confirmation`, "s"),
    );

    const [confirmation] = await mails.to(fresh);
    const [announcement] = await mails.to(user.email);
    assert.equal(confirmation?.subject, "Confirm your email address");
    assert.equal(announcement?.subject, "Your email address is to change");
    const owner = browser(running);
    await owner.get(linkIn(confirmation!));
    const page = await (await owner.get("/email-confirmation")).text();
    assert.ok(page.includes(fresh) && page.includes(user.username));
    assert.equal(await stored(), user.email, "opening changes nothing");
    const done = await owner.post("/email-confirmation", {});
    assert.match(await done.text(), /The email address is confirmed/);
    assert.equal(await stored(), fresh);
    const subjects = async (address: string | null) =>
      (await mails.to(address)).map((it) => it.subject);
    assert.ok(
      (await subjects(user.email)).includes("Your email address was changed"),
    );
    assert.ok(
      (await subjects(fresh)).includes("Your email address was changed"),
    );
    assert.equal(
      (await eventsOf(connection.db, user.id, "email_changed")).length,
      1,
    );
    await owner.get(linkIn(confirmation!));
    assert.equal((await owner.get("/email-confirmation")).status, 403);
    await mails.close();
  },
);

testOnEach("the old address stops the change", async (connection) => {
  const { running, mails, user, change, stored, fresh } = await desk(
    connection,
  );
  await change(fresh);
  const [announcement] = await mails.to(user.email);
  const [confirmation] = await mails.to(fresh);
  const owner = browser(running);
  await owner.get(linkIn(announcement!));
  const stopped = await owner.post("/email-stop", {});
  assert.match(await stopped.text(), /The change is stopped/);
  const thief = browser(running);
  await thief.get(linkIn(confirmation!));
  const late = await thief.post("/email-confirmation", {}, {
    from: "/sign-in",
  });
  assert.equal(late.status, 403);
  assert.equal(await stored(), user.email);
  await mails.close();
});

testOnEach(
  "a newer change ends the links of the older one, and a link is good for its own step alone (ASVS 6.6.2)",
  async (connection) => {
    const { running, mails, user, change, stored, fresh } = await desk(
      connection,
    );
    await change(`first-${fresh}`);
    const [older] = await mails.to(`first-${fresh}`);
    await change(fresh);
    const [newer] = await mails.to(fresh);
    const visitor = browser(running);
    await visitor.get(linkIn(older!));
    assert.equal((await visitor.get("/email-confirmation")).status, 403);
    for (const cookie of ["stop-email", "reset", "not-me"]) {
      visitor.cookies.set(
        `passdesk-${cookie}`,
        linkIn(newer!).split("/").at(-1)!,
      );
    }
    for (const path of ["/email-stop", "/password-reset", "/not-me"]) {
      assert.equal((await visitor.get(path)).status, 403, path);
    }
    await visitor.get(linkIn(newer!));
    await visitor.post("/email-confirmation", {});
    assert.equal(await stored(), fresh);
    assert.notEqual(await stored(), user.email);
    await mails.close();
  },
);

testOnEach(
  "an address that somebody else got meanwhile is not confirmed",
  async (connection) => {
    const { running, mails, user, change, stored, fresh } = await desk(
      connection,
    );
    await change(fresh);
    await person(connection.db, { email: fresh.toUpperCase() });
    const [confirmation] = await mails.to(fresh);
    const owner = browser(running);
    await owner.get(linkIn(confirmation!));
    const refused = await owner.post("/email-confirmation", {});
    assert.equal(refused.status, 409);
    assert.match(await refused.text(), /Another account has this address/);
    assert.equal(await stored(), user.email);
    await mails.close();
  },
);

testOnEach(
  "an address that is taken away goes at once, and its mailbox is told",
  async (connection) => {
    const { mails, user, change, stored } = await desk(connection);
    await change("");
    assert.equal(await stored(), null);
    const [notice] = await mails.to(user.email);
    assert.match(notice!.text, /was removed/);
    await mails.close();
  },
);

testOnEach(
  "a change of address ends the reset links that went to the old one",
  async (connection) => {
    const { running, mails, user, change, fresh } = await desk(connection);
    const visitor = browser(running);
    await visitor.post("/password-resets/new", { identifier: user.username });
    const [reset] = await mails.to(user.email);
    await change(fresh);
    const [confirmation] = await mails.to(fresh);
    await visitor.get(linkIn(confirmation!));
    await visitor.post("/email-confirmation", {});
    await visitor.get(linkIn(reset!));
    assert.equal((await visitor.get("/password-reset")).status, 403);
    await mails.close();
  },
);
