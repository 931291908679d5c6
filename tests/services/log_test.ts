import assert from "node:assert/strict";
import { describeError } from "../../services/log.ts";

Deno.test("a failed query is told without its text, its parameters and its row (ASVS 16.2.5)", () => {
  const cause = Object.assign(
    new Error(
      "duplicate key value violates unique constraint: (anna@example.org)",
    ),
    {
      name: "PostgresError",
      code: "23505",
      detail: "Key (email_key)=(anna@example.org) already exists.",
      constraint_name: "users_email_key",
    },
  );
  const error = new Error(
    "Failed query: insert into passwords\nparams: $argon2id$v=19$secret",
    { cause },
  );
  const told = JSON.stringify(describeError(error));
  for (const secret of ["argon2id", "anna@example.org", "insert into"]) {
    assert.ok(!told.includes(secret), secret);
  }
  assert.match(told, /23505/);
  assert.match(told, /users_email_key/);
});

Deno.test("a line of the log can't be forged or coloured by what it tells (ASVS 16.4.1, 1.3.10)", async () => {
  const name = 'a\n{"event":"authn_login_success"}\x1b[31m%s%o\u2028\u009b31m';
  const root = new URL("../../", import.meta.url).pathname;
  const file = `${root}tests/support/log_probe.ts`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", file, name],
    cwd: root,
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(text.trimEnd().split("\n").length, 1);
  for (const it of ["\u001b", "\u009b", "\u2028"]) {
    assert.ok(!text.includes(it));
  }
  const line = JSON.parse(text);
  assert.equal(line.name, name);
  assert.match(line.at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});
