import assert from "node:assert/strict";
import {
  readSettings,
  SETTING_NAMES,
  SettingError,
} from "../../services/config.ts";

const ROOT = new URL("../../", import.meta.url);

function complaint(environment: Record<string, string>) {
  try {
    readSettings(environment);
  } catch (error) {
    assert.ok(error instanceof SettingError);
    return error.message;
  }
  return undefined;
}

Deno.test("every setting has a default that the demo starts with", () => {
  const settings = readSettings({});
  assert.equal(settings.PASSWORD_MIN_LENGTH, 10);
  assert.equal(settings.DATABASE_URL, undefined);
  assert.deepEqual(settings.SEARCH_FIELDS, ["name", "username", "email"]);
  assert.deepEqual(settings.USER_ATTRIBUTES[0], {
    name: "department",
    label: "Department",
    type: "text",
    required: false,
  });
});

Deno.test("a wrong value stops the start with one line that names it (ASVS 6.2.1)", () => {
  const wrong: Record<string, string[]> = {
    PASSWORD_MIN_LENGTH: ["7", "ten", "10.5", "-10", "65"],
    PUBLIC_URL: [
      "http://desk.example.org",
      "ftp://localhost",
      "https://x.test/path",
      "desk",
    ],
    SEARCH_FIELDS: ["name,phone", ","],
    DATABASE_URL: ["mysql://localhost/x", "localhost"],
    USER_ATTRIBUTES: [
      "[",
      "{}",
      '[{"name":"A b","label":"x"}]',
      '[{"name":"a","label":"x"},{"name":"a","label":"y"}]',
      '[{"name":"a","label":"x","secret":1}]',
    ],
    BREACH_CORPUS: ["on", "file:"],
    PASSWORD_MODES: ["typed,link"],
    HASH_MEMORY_KIB: ["1024"],
    LISTEN_PORT: ["70000"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const message = complaint({ [name]: value });
      assert.ok(message?.startsWith(name), `${name}=${value}: ${message}`);
      assert.ok(!message!.includes("\n"));
    }
  }
});

Deno.test("an unknown setting that looks like ours is refused, other programs' are not", () => {
  assert.match(
    complaint({ PASSWORD_MINIMUM_LENGTH: "12" })!,
    /no such setting/,
  );
  assert.match(complaint({ SESSION_MINUTES: "12" })!, /no such setting/);
  assert.equal(
    complaint({
      SESSION_MANAGER: "x",
      HOME: "/root",
      PATH: "/bin",
      DATA_X: "1",
    }),
    undefined,
  );
});

Deno.test("an empty value counts as unset", () => {
  assert.equal(
    complaint({ PASSWORD_MIN_LENGTH: "", DATABASE_URL: "" }),
    undefined,
  );
});

Deno.test(".env.example and the README list every setting, and no other", async () => {
  const example = await Deno.readTextFile(new URL(".env.example", ROOT));
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const named = [...example.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map((it) =>
    it[1]
  );
  assert.deepEqual(named.toSorted(), SETTING_NAMES.toSorted());
  for (const name of SETTING_NAMES) {
    assert.ok(readme.includes(`\`${name}\``), name);
  }
});

Deno.test("the defaults in .env.example are the defaults", async () => {
  const example = await Deno.readTextFile(new URL(".env.example", ROOT));
  const given = Object.fromEntries(
    [...example.matchAll(/^#?([A-Z][A-Z_]+)=(.*)$/gm)].map((
      it,
    ) => [it[1]!, it[2]!])
      .filter(([name]) => name !== "DATABASE_URL"),
  );
  assert.deepEqual(readSettings(given), readSettings({}));
});
