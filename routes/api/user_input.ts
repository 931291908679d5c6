import { z } from "@hono/zod-openapi";
import type { FieldProblems, UserInput } from "../../services/user_fields.ts";
import type { UserDetails } from "../../services/users.ts";
import { problemText } from "../messages.ts";
import type { ProblemEntry } from "./problems.ts";
import { Attributes } from "./user_schema.ts";

const email = z.string().nullable();
const externalId = z.string().nullable();

export const NewUser = z.strictObject({
  username: z.string(),
  name: z.string(),
  email: email.optional(),
  externalId: externalId.optional(),
  attributes: Attributes.optional(),
}).openapi("NewUser", {
  example: {
    username: "anna.mueller",
    name: "Anna Müller",
    email: "anna.mueller@example.org",
    attributes: { department: "Treasury" },
  },
});

export const UserPatch = z.strictObject({
  username: z.string().optional(),
  name: z.string().optional(),
  email: email.optional(),
  externalId: externalId.optional(),
  attributes: z.record(z.string(), z.string().nullable()).optional(),
}).openapi("UserPatch", {
  description:
    "JSON Merge Patch (RFC 7396): what is not named stays; null takes it away.",
  example: { name: "Anna Schmidt", attributes: { department: null } },
});

export function toInput(given: z.output<typeof NewUser>): UserInput {
  return {
    username: given.username,
    name: given.name,
    email: given.email ?? "",
    attributes: given.attributes ?? {},
    externalId: given.externalId ?? "",
  };
}

/** A user as a form would send it, with a patch merged in. */
export function merge(
  user: UserDetails,
  patch: z.output<typeof UserPatch>,
): UserInput {
  const { username = user.username, name = user.name } = patch;
  // What waits for its confirmation is what was asked for.
  const { email = user.pendingEmail ?? user.email } = patch;
  const attributes = { ...user.attributes, ...patch.attributes };
  return {
    username,
    name,
    email: email ?? "",
    attributes: Object.fromEntries(
      Object.entries(attributes).filter((it): it is [string, string] =>
        it[1] !== null
      ),
    ),
    ...(patch.externalId !== undefined &&
      { externalId: patch.externalId ?? "" }),
  };
}

/** Attributes that the setting doesn't declare: a form would not have them. */
export function undeclaredAttributes(
  given: Record<string, unknown> | undefined,
  declared: readonly { name: string }[],
): ProblemEntry[] {
  return Object.keys(given ?? {})
    .filter((name) => !declared.some((it) => it.name === name))
    .map((name) => ({
      pointer: `/attributes/${escapePointer(name)}`,
      detail: "There is no such attribute.",
    }));
}

/** One entry for each field that the service refuses. */
export function fieldEntries(problems: FieldProblems): ProblemEntry[] {
  return Object.entries(problems).map(([field, it]) => ({
    pointer: `/${
      field.split(/\.(.*)/s).filter(Boolean).map(escapePointer).join("/")
    }`,
    detail: problemText(it),
  }));
}

/** RFC 6901, 3. */
export function escapePointer(text: string) {
  return text.replaceAll("~", "~0").replaceAll("/", "~1");
}
