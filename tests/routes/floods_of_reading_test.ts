import assert from "node:assert/strict";
import { apiClient, apiToken } from "../support/api.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

testOnEach(
  "searches on the pages are limited for each session, with and without htmx (ASVS 2.4.1)",
  async ({ db }) => {
    const running = program({ db }, { SEARCHES_PER_MINUTE: "5" });
    const permissions = ["user_management" as const];
    const [one, other] = [
      await person(db, { permissions }),
      await person(db, { permissions }),
    ];
    const reader = browser(running);
    await reader.signIn(one);
    for (let n = 0; n < 5; n++) {
      const { status } = await reader.get("/users?query=a", { htmx: n > 2 });
      assert.equal(status, 200);
    }
    const page = await reader.get("/users?query=a");
    assert.equal(page.status, 429);
    assert.ok(Number(page.headers.get("retry-after")) > 0);
    assert.match(await page.text(), /Too many searches/);
    const part = await reader.get("/users?query=a", { htmx: true });
    assert.equal(part.status, 429);
    assert.equal(part.headers.get("hx-retarget"), "#trouble");
    assert.equal((await reader.get(`/users/${other.id}`)).status, 200);

    const colleague = browser(running);
    await colleague.signIn(other);
    assert.equal((await colleague.get("/users?query=a")).status, 200);
  },
);

testOnEach(
  "who knows a session's id alone uses none of its searches up (ASVS 2.4.1)",
  async ({ db }) => {
    const running = program({ db }, { SEARCHES_PER_MINUTE: "5" });
    const own = browser(running);
    await own.signIn(await person(db, { permissions: ["user_management"] }));
    const [id] = own.cookies.get("passdesk-session")!.split(".");
    const stranger = browser(running, { address: "203.0.113.9" });
    for (let n = 0; n < 10; n++) {
      stranger.cookies.set("passdesk-session", `${id}.${"A".repeat(43)}`);
      await (await stranger.get("/users?query=a")).body?.cancel();
    }
    assert.equal((await own.get("/users?query=a")).status, 200);
  },
);

testOnEach(
  "exports are limited for each token (ASVS 2.4.1)",
  async ({ db }) => {
    const running = program({ db }, { EXPORTS_PER_HOUR: "2" });
    const { id: ownerId } = await person(db, {
      permissions: ["user_management"],
    });
    const ask = apiClient(running, (await apiToken(db, { ownerId })).text);
    for (let n = 0; n < 2; n++) {
      assert.equal((await ask("GET", "/exports/users?staff=true")).status, 200);
    }
    const refused = await ask("GET", "/exports/users?staff=true");
    assert.deepEqual([refused.status, refused.problem], [429, "throttled"]);
    assert.ok(Number(refused.headers.get("retry-after")) > 60);
    const another = apiClient(running, (await apiToken(db, { ownerId })).text);
    assert.equal(
      (await another("GET", "/exports/users?staff=true")).status,
      200,
    );
  },
);
