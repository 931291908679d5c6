import assert from "node:assert/strict";
import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import * as schema from "../db/schema.ts";
import * as programs from "../db/schema_programs.ts";
import { SETTING_NAMES } from "../services/config.ts";

const ROOT = new URL("../", import.meta.url);
const document = await Deno.readTextFile(new URL("docs/security.md", ROOT));

function section(title: string): string {
  const [, text] = document.split(`\n## ${title}\n`);
  assert.ok(text, title);
  return text.split("\n## ")[0]!;
}

const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

async function sources(folders: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of Deno.readDirSync(new URL(folder, ROOT))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) {
        for (const [name, text] of await sources([path])) found.set(name, text);
      } else if (/\.(tsx?|js)$/.test(entry.name)) {
        found.set(path, await read(path));
      }
    }
  }
  return found;
}

const OURS = await sources(["db", "routes", "services", "views", "static"]);
OURS.set("main.ts", await read("main.ts"));

function filesWith(pattern: RegExp): string[] {
  return [...OURS].filter(([, text]) => pattern.test(text))
    .map(([path]) => path).sort();
}

Deno.test("every file that does cryptography is in the inventory, and is there (ASVS 11.1.2, 11.1.3, 11.4.1)", () => {
  const listed = new Set(
    [...section("Cryptography").matchAll(/`((?:services|routes)\/[^`]+)`/g)]
      .map(([, path]) => path!),
  );
  const found = filesWith(
    /createHash\(|createHmac\(|createCipheriv|createDecipheriv|hkdfSync|\bscrypt(Sync)?\(|pbkdf2(Sync)?\(|crypto\.subtle|randomBytes\(|getRandomValues\(|argon2\.(hash|verify)\(|bcrypt\.compare|from "otpauth"|from "standardwebhooks"|from "@simplewebauthn\/server"/,
  );
  assert.ok(found.length > 8);
  assert.deepEqual(found.filter((it) => !listed.has(it)), []);
  assert.deepEqual([...listed].filter((it) => !OURS.has(it)), []);
});

Deno.test("no cipher but AES-256-GCM, and no digest but SHA-2 outside of the two old protocols (ASVS 11.3.1, 11.4.1)", () => {
  assert.deepEqual(
    filesWith(/createCipheriv|createDecipheriv/),
    ["services/secret_box.ts"],
  );
  assert.match(OURS.get("services/secret_box.ts")!, /"aes-256-gcm"/);
  assert.deepEqual(filesWith(/["']md5["']/i), []);
});

Deno.test("secrets are random bytes, and compared by their hash or in constant time (ASVS 11.2.4, 11.5.1)", () => {
  assert.deepEqual(
    filesWith(/Math\.random\(/).filter((it) => !/demo/.test(it)),
    [],
  );
  assert.deepEqual(
    filesWith(/[sS]ecret === (?!undefined)|=== [a-z.]*[sS]ecret\b(?!\()/),
    [],
  );
  assert.match(OURS.get("services/tokens.ts")!, /randomBytes\(32\)/);
});

Deno.test("every table is in a class of data (ASVS 14.1.1, 14.2.4)", () => {
  const classes = section("Data");
  const tables = Object.values({ ...schema, ...programs })
    .filter((it) => is(it, PgTable)).map((it) => getTableName(it as PgTable));
  assert.ok(tables.length > 20);
  assert.deepEqual(tables.filter((it) => !classes.includes(`\`${it}\``)), []);
});

Deno.test("the document names no setting that is not there", () => {
  const named = [...document.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)[`=]/g)]
    .map(([, name]) => name!);
  assert.ok(named.length > 15);
  assert.deepEqual(
    [...new Set(named)].filter((it) => !SETTING_NAMES.includes(it)),
    [],
  );
});

Deno.test("no code is made at run time, no program started, no HTML written by hand (ASVS 1.1.2, 1.2.5, 1.3.2, 1.3.5, 1.3.7)", () => {
  for (
    const [what, pattern] of Object.entries({
      "code from text": /\beval\(|new Function\(/,
      "another program": /Deno\.(Command|run)\b|child_process/,
      // The document type is the only HTML that no component makes.
      "raw HTML":
        /dangerouslySetInnerHTML|(?<!sql\.)\braw\((?!"<!DOCTYPE html>"\))/,
    })
  ) assert.deepEqual(filesWith(pattern), [], what);
});

Deno.test("scripts of ours write text, keep nothing in the browser's storage, and ids are no texts of people (ASVS 3.2.2, 3.2.3, 14.3.3)", () => {
  const scripts = [...OURS].filter(([path]) => path.startsWith("static/"));
  assert.ok(scripts.length >= 2);
  for (const [path, text] of scripts) {
    assert.doesNotMatch(
      text,
      /\.(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|localStorage|sessionStorage|indexedDB/,
      path,
    );
  }
  for (const [path, text] of OURS) {
    // The page of the contract has its schemas' names as ids.
    if (!path.startsWith("views/") || path === "views/api_docs.tsx") continue;
    assert.doesNotMatch(
      text,
      /\bid=\{[^}]*\b(name|username|email|label)\}/,
      path,
    );
  }
});

Deno.test("no source holds a key or a password (ASVS 13.3.1)", () => {
  assert.deepEqual(
    filesWith(
      /-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|SECRET_KEY\s*[:=]\s*["'][^"']{20,}/,
    ),
    [],
  );
});
