import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { mailbox } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";

testOnEach(
  "staff see what was mailed to a user, and what the mail server said, and that is recorded",
  async ({ db }) => {
    await db.execute(sql`delete from mails`);
    const running = program({ db });
    const mails = await mailbox(running);
    const user = await person(db);
    const desk = browser(running);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    const page = async () =>
      await (await desk.get(`/users/${user.id}/mails`)).text();
    assert.match(await page(), /Nothing was mailed/);
    await browser(running).post("/password-resets/new", {
      identifier: user.username,
    });
    assert.match(await page(), /Reset link.*waiting/s);
    await mails.to(user.email);
    assert.match(await page(), /Reset link.*>sent<.*250 2\.0\.0 kept/s);
    assert.equal((await eventsOf(db, user.id, "sensitive_read")).length, 3);
    await mails.close();
  },
);
