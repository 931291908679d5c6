import assert from "node:assert/strict";
import {
  APPLICABLE,
  type AsvsLevel,
  BY_SETTING,
  describeReach,
  NOT_MET,
  reachOf,
} from "../services/asvs.ts";
import { readSettings } from "../services/config.ts";

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const ROW =
  /^\| ([\d.]+) \| ([123]) \| (yes|no|`[A-Z_0-9]+`) \| (.+?) \| (.+) \|$/;

const rows = (await read("docs/asvs.md")).split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const found = line.match(ROW);
    assert.ok(found, `a row that can't be read: ${line}`);
    const [, id, level, met, , proof] = found;
    return {
      id: id!,
      level: Number(level) as AsvsLevel,
      met: met!,
      proof: proof!,
    };
  });

/** A heading as the anchor that leads to it. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

/** Does the text name the requirement, and not one whose number only contains this one's? */
function names(text: string, id: string): boolean {
  return new RegExp(`(?<![\\d.])${id.replaceAll(".", "\\.")}(?!\\d)`).test(
    text,
  );
}

async function anchors(path: string): Promise<string[]> {
  return [...(await read(path)).matchAll(/^#+ (.+)$/gm)]
    .map(([, heading]) => anchor(heading!));
}

Deno.test("the table has each requirement that applies, once", () => {
  assert.equal(new Set(rows.map((it) => it.id)).size, rows.length);
  for (const level of [1, 2, 3] as const) {
    assert.equal(
      rows.filter((it) => it.level === level).length,
      APPLICABLE[level],
    );
  }
});

Deno.test("what the table says is met is what the start counts", () => {
  const not = Object.fromEntries(
    rows.filter((it) => it.met === "no").map((it) => [it.id, it.level]),
  );
  assert.deepEqual(not, NOT_MET);
  const decided = rows.filter((it) => it.met.startsWith("`"));
  assert.deepEqual(
    decided.map(({ id, level }) => ({ id, level })),
    Object.entries(BY_SETTING).map(([id, { level }]) => ({ id, level })),
  );
  for (const { id, met } of decided) {
    assert.ok(BY_SETTING[id]!.by.includes(met.replaceAll("`", "")), id);
  }
});

Deno.test("each proof is there: the file, the quoted text or the requirement's number in it, the section", async () => {
  let tests = 0;
  const dead: string[] = [];
  for (const { id, proof } of rows) {
    const files = [...proof.matchAll(/`(tests\/[^`]+)`(?: "([^"]+)")?/g)];
    const links = [...proof.matchAll(/\]\(([^)#]+)#([^)]+)\)/g)];
    assert.ok(files.length + links.length > 0, id);
    for (const [, path, quoted] of files) {
      tests += 1;
      const text = await read(path!);
      // A test in two lines of the source reads as one.
      const joined = text.replace(/\s+/g, " ");
      const found = quoted ? joined.includes(quoted) : names(joined, id);
      if (!found) {
        dead.push(`${id}: ${path} does not hold "${quoted ?? id}"`);
      }
    }
    for (const [, path, section] of links) {
      const file = new URL(path!, new URL("docs/", ROOT)).pathname;
      if (!(await anchors(file)).includes(section!)) {
        dead.push(`${id}: ${path} has no section ${section}`);
      }
    }
  }
  assert.deepEqual(dead, []);
  assert.ok(tests > 150);
});

Deno.test("the default settings reach level 1 whole, at least 112 of level 2 and 44 of level 3", () => {
  const { met } = reachOf(readSettings({}));
  assert.equal(met[1], APPLICABLE[1]);
  assert.ok(met[2] >= 112, String(met[2]));
  assert.ok(met[3] >= 44, String(met[3]));
  const strict = reachOf(readSettings({
    BREACH_CORPUS: "hibp",
    REQUIRE_2FA: "all",
  }));
  assert.equal(strict.met[2], APPLICABLE[2]);
});

Deno.test("the start says what the settings reach, and what would reach more", () => {
  const line = describeReach(readSettings({ FORCE_TEMPORARY: "off" }));
  assert.match(line, /level 1: 52 of 53/);
  assert.match(line, /6\.4\.1 \(temporary passwords\) by FORCE_TEMPORARY=on/);
  assert.match(line, /6\.3\.3 \(second factor\) by REQUIRE_2FA=all/);
});
