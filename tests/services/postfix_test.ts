import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { insertMail } from "../../db/mails.ts";
import { program } from "../support/app.ts";
import { leaveOut } from "../support/browser.ts";
import { linkIn, mailOffice } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { postfixPath, startPostfix } from "../support/postfix.ts";
import { embedded } from "../support/embedded.ts";

if (!postfixPath) {
  leaveOut("the mail through Postfix: it is not on this machine");
}

Deno.test("mail goes through Debian's Postfix, also when that was away meanwhile", async () => {
  if (!postfixPath) return;
  const postfix = await startPostfix();
  const { db, close } = await embedded();
  try {
    const office = mailOffice(program({ db }, { SMTP_URL: postfix.url }));
    const user = await person(db, { name: "Żaneta Ødegård-Müller" });
    await insertMail(db, {
      kind: "password_reset",
      userId: user.id,
      facts: { address: "192.0.2.1", at: "2026-11-24T10:00:00Z" },
    });
    await postfix.stop();
    await office.deliver();
    const outcomes = () =>
      rows<{ outcome: string; answer: string }>(
        db,
        sql`select outcome, answer from mail_attempts order by id`,
      );
    assert.deepEqual((await outcomes()).map((it) => it.outcome), ["deferred"]);
    await postfix.start();
    await db.execute(sql`update mails set due_at = now()`);
    await office.deliver();
    const [, sent] = await outcomes();
    assert.match(sent!.answer, /^250 2\.0\.0 Ok: queued as/);
    const [mail, ...more] = await postfix.delivered();
    assert.deepEqual(more, []);
    assert.equal(mail!.to?.[0]?.address, user.email);
    assert.match(mail!.text!, /Hello Żaneta Ødegård-Müller,/);
    assert.match(linkIn({ text: mail!.text! }), /^\/password-resets\/[\w.-]+$/);
    office.transport.close();
  } finally {
    await close();
    await postfix.remove();
  }
});
