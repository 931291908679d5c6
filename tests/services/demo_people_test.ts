import assert from "node:assert/strict";
import { demoPeople } from "../../services/demo_people.ts";

const COUNT = 100_000;
const people = [...demoPeople(COUNT)];
const emails = people.flatMap(({ email }) => email ?? []);
const nameWords = people.map(({ name }) => name.split(/[\s-]+/));

function share(wanted: (person: typeof people[number]) => boolean): number {
  return people.filter(wanted).length / COUNT;
}

function assertBetween(value: number, low: number, high: number) {
  assert.ok(
    low <= value && value <= high,
    `${value} is not in ${low} to ${high}`,
  );
}

Deno.test("the same count gives the same people, and a larger one begins with them", () => {
  assert.deepEqual([...demoPeople(500)], [...demoPeople(500)]);
  assert.deepEqual([...demoPeople(500)], people.slice(0, 500));
});

Deno.test("no count, no people", () => {
  assert.deepEqual([...demoPeople(0)], []);
});

Deno.test("usernames, emails and employee numbers are unique", () => {
  const numbers = people.map(({ attributes }) => attributes.employee_number);
  assert.equal(new Set(people.map(({ username }) => username)).size, COUNT);
  assert.equal(new Set(emails).size, emails.length);
  assert.equal(new Set(numbers).size, COUNT);
});

Deno.test("usernames look like those of a company", () => {
  for (const { username } of people) {
    assert.match(username, /^[a-z]+(?:-[a-z]+)?(?:[.-][a-z]+)?[0-9]{0,4}$/);
    assertBetween(username.length, 2, 48);
  }
});

Deno.test("emails are at domains that nobody can own (RFC 2606)", () => {
  const reserved =
    /^[a-z0-9._-]+@(?:[a-z-]+\.)*(?:example\.(?:com|net|org)|[a-z-]+\.example)$/;
  for (const email of emails) assert.match(email, reserved);
  assertBetween(
    new Set(emails.map((email) => email.split("@")[1])).size,
    35,
    60,
  );
});

Deno.test("phone numbers are among those set aside for fiction", () => {
  const fictional = new RegExp(
    "^\\+(?:49 (?:30 23125|69 90009|40 66969|221 4710|89 99998) \\d{3}" +
      "|44 (?:20 7946|113 496|131 496|161 496) 0\\d{3}|1 (?:202|212|312) 555 01\\d{2}" +
      "|33 (?:1 99 00|4 65 71) \\d{2} \\d{2}|46 8 465 004 \\d{2})$",
  );
  for (const { attributes: { phone } } of people) {
    if (phone !== undefined) assert.match(phone, fictional);
  }
  assertBetween(
    share(({ attributes }) => attributes.phone !== undefined),
    0.75,
    0.85,
  );
});

Deno.test("everybody has a department and an employee number", () => {
  for (const { attributes } of people) {
    assert.ok(attributes.department);
    assert.match(attributes.employee_number ?? "", /^E\d{6,7}$/);
  }
});

Deno.test("a few are disabled, never signed in or have no email", () => {
  assertBetween(share(({ disabled }) => disabled), 0.035, 0.045);
  assertBetween(share(({ neverSignedIn }) => neverSignedIn), 0.065, 0.075);
  assertBetween(share(({ email }) => email === null), 0.015, 0.025);
  const ownAddress = share(({ email, username }) =>
    email?.split("@")[0] === username
  );
  assertBetween(ownAddress, 0.8, 0.9);
});

Deno.test("nobody signed in before the account was there", () => {
  for (const { neverSignedIn, createdDaysAgo, lastSignInDaysAgo } of people) {
    assert.equal(lastSignInDaysAgo === null, neverSignedIn);
    assertBetween(lastSignInDaysAgo ?? 0, 0, createdDaysAgo);
  }
});

Deno.test("names hold the letters of many languages, composed (NFC)", () => {
  const names = people.slice(0, 10_000).map(({ name }) => name).join("\n");
  assert.equal(names, names.normalize("NFC"));
  const letters = "äöüßéèçñãõáíóúłńśęąźżřšěůčžćđşğıİåøæÅØÖŐőűășțâÓêạễầðþÞōū";
  assert.deepEqual(
    [...letters].filter((letter) => !names.includes(letter)),
    [],
  );
});

Deno.test("some names are in other scripts", () => {
  for (
    const script of [
      "Greek",
      "Cyrillic",
      "Han",
      "Hiragana",
      "Hangul",
      "Arabic",
      "Hebrew",
    ]
  ) {
    const letter = new RegExp(`\\p{Script=${script}}`, "u");
    assertBetween(share(({ name }) => letter.test(name)), 0.0003, 0.05);
  }
});

Deno.test("names come with particles, hyphens, apostrophes and middle initials", () => {
  for (
    const shape of [
      / van der /,
      / de la /,
      / von /,
      / O'[A-Z]/,
      /\p{L}-\p{L}/u,
      / [A-Z]\. /,
    ]
  ) {
    assert.ok(share(({ name }) => shape.test(name)) > 0.0002, String(shape));
  }
});

Deno.test("no name has a blank too many or is without its capital", () => {
  for (const { name } of people) {
    assert.doesNotMatch(name, /^\s|\s\s|\s$|[_~=+\d]/);
    assert.doesNotMatch(name, /^\p{Ll}/u);
  }
});

Deno.test("names repeat as in life, with a long tail", () => {
  const times = new Map<string, number>();
  for (const word of nameWords.flat()) {
    times.set(word, (times.get(word) ?? 0) + 1);
  }
  assertBetween((times.get("Müller") ?? 0) / COUNT, 0.01, 0.03);
  assertBetween((times.get("Smith") ?? 0) / COUNT, 0.005, 0.03);
  assertBetween(Math.max(...times.values()) / COUNT, 0.01, 0.03);
  assert.ok(times.size > 20_000, `${times.size} words`);
  assertBetween(new Set(people.map(({ name }) => name)).size / COUNT, 0.4, 0.9);
});

Deno.test("locales are language tags that Intl knows", () => {
  const locales = new Set(people.flatMap(({ locale }) => locale ?? []));
  for (const locale of locales) {
    assert.equal(new Intl.Locale(locale).toString(), locale);
  }
  assertBetween(locales.size, 30, 40);
});
