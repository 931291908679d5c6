import assert from "node:assert/strict";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { type Person, person } from "../support/people.ts";
import { codeOf, enrolTotp } from "../support/totp.ts";

const WRONG = "not the password";

/** Signs in from each address in turn with a wrong password until one is refused; tells how many were not. */
async function triesUntilThrottled(
  running: ReturnType<typeof program>,
  user: Person,
  addressOf: (n: number) => string,
) {
  for (let n = 0; n < 150; n++) {
    const own = browser(running, { address: addressOf(n) });
    const { status } = await own.signIn({ ...user, password: WRONG });
    if (status === 429) return n;
  }
  return Infinity;
}

testOnEach(
  "a household's 256 networks are one place, and a company's 65,536 are two (ASVS 6.1.1, 6.3.1)",
  async ({ db }) => {
    const running = program({ db }, { SIGN_IN_ATTEMPTS: "4" });
    const [first, second, third] = [
      await person(db),
      await person(db),
      await person(db),
    ];
    const hex = (n: number) => n.toString(16);
    const household = (n: number) => `2001:db8:1:1${hex(n + 16)}::1`;
    assert.equal(await triesUntilThrottled(running, first, household), 6);
    const company = (n: number) => `2001:db8:2:${hex(n + 1)}00::1`;
    assert.equal(await triesUntilThrottled(running, second, company), 8);
    const neighbours = (n: number) => `203.0.113.${n}`;
    assert.equal(await triesUntilThrottled(running, third, neighbours), 8);

    // From elsewhere each of them still signs in.
    for (const user of [first, second, third]) {
      const own = browser(running, { address: "198.51.100.9" });
      assert.equal((await own.signIn(user)).status, 303);
    }
  },
);

testOnEach(
  "wrong tries at whomever are counted for each width of network, and a success takes its own back",
  async ({ db }) => {
    const running = program({ db }, { SIGN_IN_ATTEMPTS_PER_ADDRESS: "4" });
    const user = await person(db);
    const addressOf = (n: number) => `2001:db8:3:${n + 1}::1`;
    for (let n = 0; n < 12; n++) {
      const own = browser(running, { address: addressOf(n) });
      assert.equal((await own.signIn(user)).status, 303);
    }
    for (let n = 0; n < 6; n++) {
      const other = await person(db);
      const tries = await triesUntilThrottled(
        running,
        other,
        () => addressOf(n),
      );
      if (n === 0) assert.equal(tries, 4);
      if (n === 5) assert.equal(tries, 0); // the /56 has had its six
    }
  },
);

testOnEach(
  "an account that many networks have locked opens to a browser that it knows, with limits of its own (ASVS 6.1.1)",
  async ({ db }) => {
    const running = program({ db }, {
      SIGN_IN_ATTEMPTS: "3",
      SIGN_IN_ATTEMPTS_PER_ACCOUNT: "10",
    });
    const user = await person(db);
    const own = browser(running, { address: "198.51.100.9" });
    assert.equal((await own.signIn(user)).status, 303);
    await own.post("/sign-out", {}, { from: "/account/password" });

    const everywhere = (n: number) => `203.0.${n}.1`;
    assert.equal(await triesUntilThrottled(running, user, everywhere), 10);
    const stranger = browser(running, { address: "198.51.101.9" });
    assert.equal((await stranger.signIn(user)).status, 429);

    const wrong = { ...user, password: WRONG };
    for (const status of [422, 422, 422, 429]) {
      assert.equal((await own.signIn(wrong)).status, status);
    }
    const another = await person(db);
    const theirs = browser(running, { address: "198.51.100.9" });
    assert.equal((await theirs.signIn(another)).status, 303);
  },
);

testOnEach(
  "a known browser's right password, and its code, sign in while the account is locked for all others",
  async ({ db }) => {
    const running = program({ db }, {
      SIGN_IN_ATTEMPTS: "3",
      SIGN_IN_ATTEMPTS_PER_ACCOUNT: "10",
    });
    const user = await person(db);
    const own = browser(running, { address: "198.51.100.9" });
    assert.equal((await own.signIn(user)).status, 303);
    await own.post("/sign-out", {}, { from: "/account/password" });
    const everywhere = (n: number) => `203.0.${n}.1`;
    assert.equal(await triesUntilThrottled(running, user, everywhere), 10);
    assert.equal((await own.signIn(user)).status, 303);
    const stranger = browser(running, { address: "198.51.101.9" });
    assert.equal((await stranger.signIn(user)).status, 429); // it is no success of theirs

    const { secret } = await enrolTotp(own);
    await own.post("/sign-out", {}, { from: "/account/password" });
    assert.equal((await own.signIn(user)).status, 303);
    const second = await own.post("/sign-in/second-factor", {
      code: codeOf(secret),
    });
    assert.equal(second.status, 303);
  },
);
