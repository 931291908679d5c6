import { asciiEmail } from "../db/email_addresses.ts";
import { fold } from "../db/fold.ts";
import type { UserFields } from "../db/users.ts";
import {
  cleanEmail,
  cleanText,
  UNREADABLE,
  visibleText,
} from "./clean_text.ts";
import type { AttributeSetting } from "./config.ts";

export type { UserFields };

/** What a form may say of a user. Whatever else it sends is not looked at (ASVS 15.3.3). */
export interface UserInput {
  name: string;
  username: string;
  email: string;
  attributes: Record<string, string>;
  /** What another system calls the user; undefined leaves it as it is. */
  externalId?: string | undefined;
}

export type FieldProblem =
  | { problem: "required" | "unreadable" | "taken" | "look_alike" }
  | { problem: "too_long"; max: number }
  | {
    problem: "malformed";
    kind: "username" | "email" | "tel" | "url" | "date" | "number";
  };

/** By the field's name; an attribute's is `attributes.NAME`. */
export type FieldProblems = Record<string, FieldProblem>;

/** Longest value of each field in code points (ASVS 2.1.1: the README lists them). */
export const FIELD_LIMITS = {
  name: 120,
  username: 64,
  email: 254, // RFC 5321, section 4.5.3.1.3
  attribute: 200,
  externalId: 200,
} as const;

/** Letters, digits and what joins them. No "@", so that a username is never somebody's email. */
const USERNAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * HTML Living Standard, "valid email address": what type=email lets through, and a dot in the domain, which has
 * become A-labels. In front of the @ is ASCII alone: anything else would need SMTPUTF8 (RFC 6531) all the way.
 */
const EMAIL =
  /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i;

const MALFORMED: Record<
  Exclude<AttributeSetting["type"], "text">,
  (text: string) => boolean
> = {
  tel: (text) => !/^[0-9+()/. -]+$/.test(text),
  url: (text) => !/^https?:\/\//i.test(text) || !URL.canParse(text),
  date: (text) => !isDate(text),
  number: (text) => !/^-?\d+(\.\d+)?$/.test(text),
};

/** Turns what was typed into fields that may be stored, or says what is wrong with each. */
export function checkUserFields(
  input: UserInput,
  attributes: readonly AttributeSetting[],
): { fields: UserFields; problems: FieldProblems } {
  const problems: FieldProblems = {};
  const take = (
    field: string,
    raw: string,
    { max, required, clean = cleanText }: {
      max: number;
      required: boolean;
      clean?: (raw: string) => string;
    },
  ) => {
    if (raw.length > 8 * max) { // before NFC, which takes its time over a long row of accents
      problems[field] = { problem: "too_long", max };
      return "";
    }
    const text = clean(raw);
    if (UNREADABLE.test(text)) {
      problems[field] = { problem: "unreadable" };
    } else if ([...text].length > max) {
      problems[field] = { problem: "too_long", max };
    } else if (required && fold(text) === "") {
      problems[field] = { problem: "required" };
    }
    return text;
  };

  const name = take("name", input.name, {
    max: FIELD_LIMITS.name,
    required: true,
  })
    .replace(/\s+/g, " ");
  const username = take("username", input.username, {
    max: FIELD_LIMITS.username,
    required: true,
    clean: visibleText,
  });
  if (
    !problems.username && (!USERNAME.test(username) || fold(username) === "")
  ) {
    problems.username = { problem: "malformed", kind: "username" };
  }
  const email = take("email", input.email, {
    max: FIELD_LIMITS.email,
    required: false,
    clean: cleanEmail,
  });
  if (!problems.email && email !== "") {
    const mailed = asciiEmail(email);
    if (!EMAIL.test(mailed)) {
      problems.email = { problem: "malformed", kind: "email" };
    } else if (mailed.length > FIELD_LIMITS.email) {
      problems.email = { problem: "too_long", max: FIELD_LIMITS.email };
    }
  }

  const externalId = input.externalId === undefined
    ? undefined
    : take("externalId", input.externalId, {
      max: FIELD_LIMITS.externalId,
      required: false,
    }) || null;

  const values: Record<string, string> = {};
  for (const { name, type, required } of attributes) {
    const field = `attributes.${name}`;
    const text = take(field, input.attributes[name] ?? "", {
      max: FIELD_LIMITS.attribute,
      required,
      clean: type === "text" ? cleanText : visibleText,
    });
    if (text === "") continue;
    values[name] = text;
    if (!problems[field] && type !== "text" && MALFORMED[type](text)) {
      problems[field] = { problem: "malformed", kind: type };
    }
  }
  return {
    fields: {
      name,
      username,
      email: email || null,
      attributes: values,
      ...(externalId !== undefined && { externalId }),
    },
    problems,
  };
}

function isDate(text: string) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) &&
    date.toISOString().startsWith(text);
}
