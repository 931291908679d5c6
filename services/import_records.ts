import { v7 as uuidv7 } from "uuid";
import { identifierKey } from "../db/email_addresses.ts";
import { fold } from "../db/fold.ts";
import { usernameLook } from "../db/look_alikes.ts";
import type { ImportedUser } from "../db/imports.ts";
import type { JobProblem } from "../db/jobs.ts";
import type { AttributeSetting } from "./config.ts";
import { type ForeignHashFailure, judgeForeignHash } from "./foreign_hashes.ts";
import {
  COLUMNS,
  MAX_LINE_PROBLEMS,
  nameToTell,
  type RawRecord,
  TOLD_COLUMNS,
} from "./import_lines.ts";
import { checkUserFields, type FieldProblem } from "./user_fields.ts";

/** A record that may be stored, with its line; or what is wrong with it. */
export type CheckedRecord =
  | { ok: true; line: number; user: ImportedUser; notes: JobProblem[] }
  | { ok: false; line: number; problems: JobProblem[] };

export interface RecordRules {
  attributes: readonly AttributeSetting[];
  /** What verifying a hash may cost (`dearestCost`); a dearer one is left out, and its user needs a reset. */
  dearest: number;
}

/** Checks a record of an import as the form of a user is checked, and its hash. */
export function checkRecord(
  { line, texts, problems: misshapen }: RawRecord,
  { attributes, dearest }: RecordRules,
): CheckedRecord {
  const problems: JobProblem[] = [];
  const add = (field: string, problem: string) => {
    if (problems.length < MAX_LINE_PROBLEMS) {
      problems.push({ line, field, problem });
    }
  };
  for (const { field, problem } of misshapen) add(field, problem);
  if (misshapen.some((it) => it.field === "line")) {
    return { ok: false, line, problems };
  }
  const known = new Set<string>([...COLUMNS, ...TOLD_COLUMNS]);
  for (const { name } of attributes) known.add(`attributes.${name}`);
  for (const name of Object.keys(texts)) {
    if (!known.has(name)) add(nameToTell(name), "is no field of a user");
  }

  const text = (name: string) => Object.hasOwn(texts, name) ? texts[name]! : "";
  const checked = checkUserFields({
    name: text("name"),
    username: text("username"),
    email: text("email"),
    externalId: text("external_id"),
    attributes: Object.fromEntries(
      attributes.map(({ name }) => [name, text(`attributes.${name}`)]),
    ),
  }, attributes);
  for (const [field, problem] of Object.entries(checked.problems)) {
    add(field === "externalId" ? "external_id" : field, inWords(problem));
  }
  const hash = text("password_hash").trim();
  const judged = hash === "" ? undefined : judgeForeignHash(hash, dearest);
  const failure = judged && !judged.ok ? judged.failure : undefined;
  const tooCostly = failure?.reason === "too_costly";
  if (failure && failure.reason !== "too_costly") {
    add("password_hash", hashInWords(failure));
  }
  const [temporary, disabled] = (["temporary", "disabled"] as const)
    .map((name) => {
      const said = text(name).trim().toLowerCase();
      if (!["yes", "no", ""].includes(said)) add(name, "is neither yes nor no");
      return said === "yes";
    });
  if (temporary && hash === "") {
    add("temporary", "is of a password, and there is no password_hash");
  }
  if (problems.length > 0) return { ok: false, line, problems };

  const { name, username, email, externalId } = checked.fields;
  return {
    ok: true,
    line,
    notes: tooCostly
      ? [{ line, field: "password_hash", problem: TOO_COSTLY }]
      : [],
    user: {
      id: uuidv7(),
      username,
      name,
      email,
      externalId: externalId ?? null,
      attributes: checked.fields.attributes,
      usernameKey: fold(username),
      usernameLook: usernameLook(username),
      nameKey: fold(name),
      emailKey: email === null ? null : identifierKey(email),
      passwordHash: hash === "" || tooCostly ? null : hash,
      temporary: temporary!,
      disabled: disabled!,
    },
  };
}

/** What is wrong with a username that looks like somebody else's. */
export const LOOK_ALIKE = "looks like one that is taken";

function inWords(it: FieldProblem): string {
  switch (it.problem) {
    case "required":
      return "is missing";
    case "unreadable":
      return "has signs that can't be read, or is not UTF-8";
    case "taken":
      return "is taken";
    case "look_alike":
      return LOOK_ALIKE;
    case "too_long":
      return `is longer than ${it.max} characters`;
    case "malformed":
      return `is no ${it.kind}`;
  }
}

/** The record goes in all the same. */
const TOO_COSTLY =
  "costs too much to verify and is left out: this user can't sign in before a password reset";

function hashInWords(
  failure: Exclude<ForeignHashFailure, { reason: "too_costly" }>,
): string {
  switch (failure.reason) {
    case "unknown_form":
      return "is neither Argon2, bcrypt, scrypt nor PBKDF2";
    case "malformed":
      return `is ${failure.form}, but damaged`;
    case "too_weak":
      return `is too weak: ${failure.limit}`;
  }
}
