import type { Random } from "./random.ts";

/** A CSV that was made by its rules: what is in it, and the line on which each record begins. */
export interface MadeCsv {
  text: string;
  records: { line: number; cells: string[] }[];
}

const LINE_ENDS = ["\r\n", "\n", "\r"];
const SNIPPETS = [
  ..."\"',;=-@\t\r\n\0 aZ9",
  '""',
  '","',
  "\r\n",
  "é",
  "\u{1F600}",
  "\ufeff",
  "\ufffd",
  "\u2028",
  "\u202e",
  "Müller",
  "yes",
  "ada@example.org",
  "$2b$05$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu",
  "x".repeat(300),
];
const HEADERS = [
  ["username", "name"],
  ["username", "name", "email", "external_id", "disabled"],
  ["username", "name", "password_hash", "temporary", "attributes.phone"],
  [" username ", "name", "id", "attributes.department"],
  ["username", "name", "role"],
  ["username", "username", "name"],
  ["name"],
];

/** Header and rows by RFC 4180, with any line ends, empty lines, quotes where they are needed and elsewhere. */
export function makeCsv(random: Random): MadeCsv {
  const header = random.pick(HEADERS);
  const mixed = random.chance(0.3);
  const usual = random.pick(LINE_ENDS);
  const rows = [
    header,
    ...random.some(
      6,
      () =>
        random.chance(0.9)
          ? header.map(() => anyCell(random))
          : random.some(7, () => anyCell(random)),
    ),
  ].filter((cells) => cells.length > 0);
  const records: MadeCsv["records"] = [];
  let text = "";
  let line = 1;
  rows.forEach((cells, at) => {
    const end = () => mixed ? random.pick(LINE_ENDS) : usual;
    for (const empty of random.some(random.chance(0.1) ? 3 : 0, end)) {
      text += empty;
    }
    line = 1 + lineEnds(text);
    const written = cells.map((it) => {
      const quoted = /[",\r\n]/.test(it) || random.chance(0.3) ||
        it === "" && cells.length === 1;
      return quoted ? `"${it.replaceAll('"', '""')}"` : it;
    }).join(",");
    records.push({ line, cells });
    text += written;
    if (at < rows.length - 1 || random.chance(0.7)) text += end();
  });
  return { text, records };
}

function anyCell(random: Random): string {
  return random.some(4, () => random.pick(SNIPPETS)).join("");
}

export function lineEnds(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

/** An NDJSON of users and of what is none. */
export function makeNdjson(random: Random): string {
  const lines = random.some(6, () => anyLine(random));
  const end = random.pick(LINE_ENDS);
  return (random.chance(0.1) ? "\ufeff" : "") +
    lines.map((it) => it + (random.chance(0.2) ? random.pick(LINE_ENDS) : end))
      .join("");
}

const VALUES = [
  "null",
  "true",
  "1",
  "-0",
  "1e999",
  "9".repeat(400),
  '""',
  '"\\ud800"',
  '"\\udc00\\u0000"',
  "[]",
  "{}",
  '{"a":{"b":[1,{"c":null}]}}',
  '["x",["y"]]',
  `${"[".repeat(3_000)}${"]".repeat(3_000)}`,
  '{"a":'.repeat(2_000) + "1" + "}".repeat(2_000),
  "[".repeat(5_000),
  '"never closed',
  "NaN",
  "",
];
const NAMES = [
  "username",
  "name",
  "email",
  "external_id",
  "password_hash",
  "temporary",
  "disabled",
  "attributes",
  "attributes.phone",
  "__proto__",
  "constructor",
  "toString",
  "\\u0000",
  "\\ud800",
  "",
  "role",
];

function anyLine(random: Random): string {
  if (random.chance(0.1)) return random.pick(VALUES);
  if (random.chance(0.05)) return anyCell(random);
  const value = () =>
    random.chance(0.6) ? JSON.stringify(anyCell(random)) : random.pick(VALUES);
  const fields = random.some(6, () => `"${random.pick(NAMES)}":${value()}`);
  if (random.chance(0.3)) {
    fields.push(
      `"attributes":{"${random.pick(NAMES)}":${value()},"phone":${value()}}`,
    );
  }
  return `{${fields.join(random.chance(0.1) ? " ,\t" : ",")}}`;
}

/** The same text with a few things put in, taken out, doubled or cut off. */
export function spoil(random: Random, text: string): string {
  for (
    const [at, length, what] of random.some(3, () => [
      random.below(text.length + 1),
      random.below(12),
      random.below(4),
    ]) as [number, number, number][]
  ) {
    const [before, part, after] = [
      text.slice(0, at),
      text.slice(at, at + length),
      text.slice(at + length),
    ];
    if (what === 0) text = before + random.pick(SNIPPETS) + part + after;
    else if (what === 1) text = before + after;
    else if (what === 2) text = before + part + part + after;
    else text = before;
  }
  return text.toWellFormed(); // as its bytes will be
}

const FLAWS = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0], [0xef, 0xbb, 0xbf]];

/** The bytes of a text, in UTF-8 or UTF-16 by its mark, the first now and then with some that are none, in pieces. */
export function inBytes(
  random: Random,
  text: string,
  { whole }: { whole: boolean },
): Uint8Array[] {
  const wide = random.chance(0.15);
  const mark = random.chance(0.2) ? "\ufeff" : "";
  let bytes = wide
    ? utf16(text, random.chance(0.5))
    : new TextEncoder().encode(mark + text);
  if (!wide && !whole && random.chance(0.2)) {
    const at = random.below(bytes.length + 1);
    bytes = Uint8Array.from([
      ...bytes.subarray(0, at),
      ...random.pick(FLAWS),
      ...bytes.subarray(at),
    ]);
  }
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random.below(random.chance(0.2) ? 3 : 4_000);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const units = new DataView(new ArrayBuffer(2 * text.length + 2));
  units.setUint16(0, 0xfeff, littleEndian);
  for (let at = 0; at < text.length; at++) {
    units.setUint16(2 * at + 2, text.charCodeAt(at), littleEndian);
  }
  return new Uint8Array(units.buffer);
}
