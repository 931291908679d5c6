import assert from "node:assert/strict";
import { offerSetup } from "../../services/setup.ts";
import { browser, program } from "../support/app.ts";
import { testEmbedded } from "../support/database.ts";
import { embedded } from "../support/embedded.ts";
import { linkFor } from "../support/mail.ts";
import { person } from "../support/people.ts";

const PLAIN = "velvet harbour tango 9";
const AT_END = "There is a blank at the end.";
const AT_BEGINNING = "There is a blank at the beginning.";
const BOTH = "There is a blank at the beginning and at the end.";

const SPELLINGS: [string, string | undefined][] = [
  [PLAIN, undefined],
  [`${PLAIN} `, AT_END],
  [` ${PLAIN}`, AT_BEGINNING],
  [`\u00a0${PLAIN}\u2009`, BOTH],
  [`${PLAIN}\u3000`, AT_END],
  [`${PLAIN}\u200b`, AT_END],
];

type Visitor = ReturnType<typeof browser>;

/** The check of a form points blanks out, as no error, and the form says that they count before anybody types. */
async function pointsOut(
  visitor: Visitor,
  form: string,
  fields: Record<string, string> = {},
) {
  const page = await (await visitor.get(form)).text();
  assert.match(page, /blanks count/, form);
  for (const [newPassword, told] of SPELLINGS) {
    const answer = await visitor.post(`${form}/check`, {
      ...fields,
      newPassword,
    }, { from: form, htmx: true });
    assert.equal(answer.status, 200);
    const html = await answer.text();
    assert.match(html, /It meets the rules/, "a blank is no error");
    assert.deepEqual(
      html.match(/There is a blank at [a-z ]+\./)?.[0],
      told,
      JSON.stringify(newPassword),
    );
  }
}

testEmbedded(
  "a blank at a password's ends is pointed out while it is typed, on each form",
  async ({ db }) => {
    const running = program({ db });
    const own = browser(running);
    await own.signIn(await person(db));
    await pointsOut(own, "/account/password");

    const desk = browser(running);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    const { id } = await person(db);
    await pointsOut(desk, `/users/${id}/password`, {
      formId: crypto.randomUUID(),
      seenSetAt: "",
    });

    const lost = browser(running);
    const { id: loser } = await person(db);
    await lost.get((await linkFor(running, loser, "password_reset")).path);
    await pointsOut(lost, "/password-reset");
  },
);

Deno.test("and when the first administrator is created", async () => {
  const connection = await embedded();
  const running = program(connection);
  const visitor = browser(running);
  await visitor.get(`/setup/${await offerSetup(running.services)}`);
  await pointsOut(visitor, "/setup", {
    name: "First Administrator",
    username: "first.admin",
    email: "",
  });
  await connection.close();
});

testEmbedded(
  "the answer to a saved password says it too, without scripts; nothing is cut off",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const own = browser(running);
    await own.signIn(user);
    const changed = await own.post("/account/password", {
      currentPassword: user.password,
      newPassword: `${PLAIN} `,
    });
    assert.equal(changed.status, 200);
    assert.ok((await changed.text()).includes(AT_END));
    const cut = await browser(running).signIn({ ...user, password: PLAIN });
    assert.equal(cut.status, 422);
    const whole = await browser(running)
      .signIn({ ...user, password: `${PLAIN} ` });
    assert.equal(whole.status, 303);

    const desk = browser(running);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    const path = `/users/${user.id}/password`;
    const page = await (await desk.get(path)).text();
    const saved = await desk.post(path, {
      newPassword: `  ${PLAIN} again`,
      reason: "no_mailbox",
      formId: crypto.randomUUID(),
      seenSetAt: page.match(/name="seenSetAt" value="(\d+)"/)![1]!,
    });
    assert.equal(saved.status, 200);
    assert.ok((await saved.text()).includes(AT_BEGINNING));
  },
);
