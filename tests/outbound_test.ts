import assert from "node:assert/strict";
import { readSettings } from "../services/config.ts";
import { networkFlag } from "../services/outbound.ts";
import { freshDatabaseUrl, testOnPostgres } from "./support/database.ts";
import { freePort, startProgram, taskCommand } from "./support/process.ts";

Deno.test("every system that the settings name is listed, and no other (ASVS 13.2.4)", () => {
  const flag = (environment: Record<string, string>) =>
    networkFlag(readSettings(environment));
  assert.equal(flag({}), "--allow-net=127.0.0.1:8000");
  assert.equal(
    flag({
      DATABASE_URL: "postgres://passdesk@db.example.org/passdesk",
      DATABASE_OWNER_URL: "postgres://owner@db.example.org/passdesk",
      SMTP_URL: "smtps://mail.example.org",
      BREACH_CORPUS: "hibp",
      LISTEN_HOST: "0.0.0.0",
    }),
    "--allow-net=0.0.0.0:8000,db.example.org:5432,mail.example.org:465,api.pwnedpasswords.com:443",
  );
  assert.equal(flag({ WEBHOOK_TARGETS: "hooks.example.org" }), "--allow-net");
});

testOnPostgres(
  "with no more than the printed permission the program starts and serves (ASVS 13.2.5)",
  async () => {
    const port = freePort();
    const environment = {
      DATABASE_URL: await freshDatabaseUrl(),
      SECRET_KEY: new Uint8Array(32).fill(7).toBase64(),
      PUBLIC_URL: `http://localhost:${port}`,
      LISTEN_PORT: String(port),
    };
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: await taskCommand("outbound"),
      cwd: new URL("../", import.meta.url),
      env: { ...environment, NO_COLOR: "1" },
    }).output();
    const flag = new TextDecoder().decode(stdout).trim();
    assert.match(flag, /^--allow-net=[^,]+,[^,]+$/);
    const program = await startProgram(
      "start",
      environment,
      [],
      "read",
      flag,
    );
    await program.said("Passdesk is ready");
    const response = await fetch(`http://localhost:${port}/sign-in`);
    assert.equal(response.status, 200);
    await response.body?.cancel();
    assert.equal(await program.end(), 0);
  },
);
