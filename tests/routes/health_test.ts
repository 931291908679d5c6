import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectPostgres } from "../../db/client.ts";
import { ORIGIN, program } from "../support/app.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";

const PROBE = "http://10.244.0.5:8212";

testOnEach(
  "a probe by address is answered on the health path and nowhere else (ASVS 13.4.5)",
  async (connection) => {
    const { app, log } = program(connection);
    for (const origin of [PROBE, ORIGIN]) {
      for (const path of ["/health/live", "/health/ready"]) {
        const answer = await app.request(origin + path, {
          headers: { cookie: "passdesk-session=some.thing" },
        });
        assert.equal(answer.status, 200);
        assert.equal(await answer.text(), "up\n");
        assert.equal(answer.headers.get("cache-control"), "no-store");
        assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
        assert.equal(answer.headers.get("server"), null);
        assert.deepEqual(answer.headers.getSetCookie(), []);
        const head = await app.request(origin + path, { method: "HEAD" });
        assert.deepEqual([head.status, await head.text()], [200, ""]);
      }
    }
    assert.deepEqual(log, []);
    for (
      const path of ["/", "/sign-in", "/health", "/health/", "/health/live/x"]
    ) {
      assert.equal((await app.request(PROBE + path)).status, 421, path);
    }
    const posted = await app.request(`${PROBE}/health/live`, {
      method: "POST",
    });
    assert.equal(posted.status, 421);
  },
);

testOnPostgres(
  "without its database the program is up and not ready, and ready again with it",
  async () => {
    const url = await freshDatabaseUrl();
    const settings = { ...POSTGRES_SETTINGS, poolSize: 1 };
    const connection = await connectPostgres({ ...settings, url });
    const { app } = program(connection);
    const status = async (path: string) =>
      (await app.request(PROBE + path)).status;
    const held = Promise.withResolvers<void>();
    const holding = connection.db.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await held.promise;
    });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => status("/health/ready")),
    );
    assert.deepEqual([...new Set(answers)], [503]);
    assert.equal(await status("/health/live"), 200);
    held.resolve();
    await holding;
    assert.equal(await status("/health/ready"), 200);
    await connection.close();
    assert.equal(await status("/health/ready"), 503);
    assert.equal(await status("/health/live"), 200);
  },
);
