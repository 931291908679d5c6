import assert from "node:assert/strict";
import { readSettings } from "../../services/config.ts";
import { checkUserFields, FIELD_LIMITS } from "../../services/user_fields.ts";

const attributes = readSettings({
  USER_ATTRIBUTES: JSON.stringify([
    { name: "room", label: "Room", required: true },
    { name: "phone", label: "Telephone", type: "tel" },
    { name: "site", label: "Site", type: "url" },
    { name: "since", label: "Since", type: "date" },
    { name: "desks", label: "Desks", type: "number" },
  ]),
}).USER_ATTRIBUTES;
const GOOD = {
  name: "Zoë Müller",
  username: "zoe.mueller",
  email: "zoe@example.org",
  attributes: {
    room: "4.12",
    phone: "+49 (30) 23125-001",
    site: "https://example.org/a",
    since: "2024-02-29",
    desks: "-1.5",
  },
};

Deno.test("what staff usually type is taken, trimmed, in NFC", () => {
  const { fields, problems } = checkUserFields({
    ...GOOD,
    name: "  Zoe\u0308   Müller ",
  }, attributes);
  assert.deepEqual(problems, {});
  assert.equal(fields.name, "Zoë Müller");
  assert.deepEqual(fields.attributes, GOOD.attributes);
  for (
    const name of [
      "田中 蓮",
      "Олександр Ганжовко",
      "O’Brien-Smith Jr.",
      "مريم",
      "X Æ A-12",
    ]
  ) {
    assert.deepEqual(
      checkUserFields({ ...GOOD, name }, attributes).problems,
      {},
      name,
    );
  }
});

Deno.test("each documented limit holds at its edge (ASVS 2.1.1)", () => {
  const at = (field: "name" | "username", length: number) =>
    checkUserFields({ ...GOOD, [field]: "é".repeat(length) }, attributes)
      .problems[field];
  for (const field of ["name", "username"] as const) {
    assert.equal(at(field, FIELD_LIMITS[field]), undefined);
    assert.deepEqual(at(field, FIELD_LIMITS[field] + 1), {
      problem: "too_long",
      max: FIELD_LIMITS[field],
    });
  }
  const room = (length: number) =>
    checkUserFields(
      { ...GOOD, attributes: { room: "x".repeat(length) } },
      attributes,
    ).problems["attributes.room"];
  assert.equal(room(FIELD_LIMITS.attribute), undefined);
  assert.equal(room(FIELD_LIMITS.attribute + 1)?.problem, "too_long");
});

Deno.test("malformed values are named by their field", () => {
  const wrong = {
    username: ["a b", "a@b", ".a", "a.", "<b>", "a/b", "-", ""],
    email: [
      "x",
      "x@y",
      "a@b@c.de",
      "a b@c.de",
      "a@-b.de",
      "a@b..de",
      `a@${"x".repeat(250)}.de`,
      "a@b.de\r\nBcc: c@d.ef",
    ],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const { problems } = checkUserFields(
        { ...GOOD, [field]: value },
        attributes,
      );
      assert.deepEqual(Object.keys(problems), [field], `${field}=${value}`);
    }
  }
  const attribute = {
    room: ["", " "],
    phone: ["call me", "+49x"],
    site: ["javascript:alert(1)", "example.org", "https://"],
    since: ["2023-02-29", "yesterday", "2024-1-1"],
    desks: ["1e3", "many", "1,5"],
  };
  for (const [name, values] of Object.entries(attribute)) {
    for (const value of values) {
      const { problems } = checkUserFields({
        ...GOOD,
        attributes: { ...GOOD.attributes, [name]: value },
      }, attributes);
      assert.deepEqual(
        Object.keys(problems),
        [`attributes.${name}`],
        `${name}=${value}`,
      );
    }
  }
});

Deno.test("what can't be read is refused: NUL, escapes, line feeds, undecodable bytes", () => {
  for (
    const evil of [
      "a\0b",
      "a\x1b[31m",
      "a\ufffdb",
      "a\ud800b",
      "a\nb",
    ]
  ) {
    const { problems } = checkUserFields({ ...GOOD, name: evil }, attributes);
    assert.equal(problems.name?.problem, "unreadable", JSON.stringify(evil));
  }
});

Deno.test("what was pasted along is dropped from every field, and what carries spelling stays in texts", () => {
  const { fields, problems } = checkUserFields({
    name: "\u202e葛\u{e0100}\u200b 花子\ufeff",
    username: "\u200bzoe\u00ad.muel\u200dler\ufe0f",
    email: "\u2068zoe@example.org\u2069\u00a0",
    attributes: {
      room: "Soft\u00adhyphen ❤\ufe0f",
      phone: "\u202a+49\u00a0(30) 23125\u202c",
      site: "\ufeffhttps://example.org/a",
      since: "\u200e2024-02-29",
      desks: "\u200f7",
    },
  }, attributes);
  assert.deepEqual(problems, {});
  assert.deepEqual(fields, {
    name: "葛\u{e0100} 花子",
    username: "zoe.mueller",
    email: "zoe@example.org",
    attributes: {
      room: "Softhyphen ❤\ufe0f",
      phone: "+49 (30) 23125",
      site: "https://example.org/a",
      since: "2024-02-29",
      desks: "7",
    },
  });
});

Deno.test("a long input is judged in no time (ASVS 1.3.12)", () => {
  const long = "a.".repeat(25_000);
  const { problems } = checkUserFields({
    name: long,
    username: long,
    email: `${long}@${long}`,
    attributes: { room: long },
  }, attributes);
  assert.deepEqual(Object.keys(problems).sort(), [
    "attributes.room",
    "email",
    "name",
    "username",
  ]);
});
