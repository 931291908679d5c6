import assert from "node:assert/strict";
import type { QueueTurn } from "../../services/work_queue.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { hasher, person } from "../support/people.ts";

testOnEach(
  "whatever is hashed stands in line for the address that asks, at a sign-in for the account too, and until the deadline (ASVS 15.2.2)",
  async ({ db }) => {
    const turns: QueueTurn[] = [];
    const seen = (turn?: QueueTurn) => (turns.push(turn!), turn);
    const running = program({ db }, {}, {
      ...hasher,
      hash: (it, turn) => hasher.hash(it, seen(turn)),
      verify: (hash, it, turn) => hasher.verify(hash, it, seen(turn)),
      authenticate: (stored, it, turn) =>
        hasher.authenticate(stored, it, seen(turn)),
    });
    const user = await person(db);
    const visitor = browser(running, { address: "2001:db8:1:2ab::9" });
    const place = "2001:db8:1:200::/56";
    await visitor.signIn({ ...user, username: "nobody.at.all" });
    await visitor.signIn(user);
    visitor.cookies.delete("passdesk-session");
    await visitor.signIn(user); // in a browser that the account knows by now
    await visitor.post("/account/check", {
      password: user.password,
      next: "/account/totp",
    });
    const told = turns.map(({ place, account }) => ({ place, account }));
    assert.equal(told.length, 4);
    const [nobody, signIn, known, check] = told;
    for (const stranger of [nobody!, signIn!]) {
      assert.equal(stranger.place, place);
      assert.ok(
        stranger.account,
        "a stranger's turn is that of the typed name",
      );
      assert.notEqual(stranger.account, user.id);
    }
    assert.notEqual(nobody!.account, signIn!.account);
    assert.deepEqual(known, { place, account: user.id });
    assert.deepEqual(check, { place, account: user.id });
    assert.ok(turns.every((it) => it.signal instanceof AbortSignal));

    turns.length = 0;
    await visitor.post("/account/password", {
      currentPassword: user.password,
      newPassword: "eleven larks in the loft",
    });
    assert.ok(turns.length > 1);
    assert.deepEqual(new Set(turns.map((it) => it.place)), new Set([place]));
  },
);
