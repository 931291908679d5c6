import { Buffer } from "node:buffer";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { createUser } from "../../services/user_edits.ts";
import {
  findUsers,
  isSearchCursor,
  type UserHit,
} from "../../services/user_search.ts";
import { getUser } from "../../services/users.ts";
import type { AppEnv } from "../env.ts";
import { JSON_TYPE } from "./json_body.ts";
import {
  answer,
  BODY_PROBLEMS,
  changing,
  guarded,
  HEADERS,
  IdempotencyKey,
  jsonBody,
  linkNext,
  pageSize,
  problems,
} from "./operation.ts";
import { problem } from "./problems.ts";
import { invalid, refused } from "./refusals.ts";
import {
  fieldEntries,
  NewUser,
  toInput,
  undeclaredAttributes,
} from "./user_input.ts";
import { etagOfUser, EXAMPLE_ID, toUser, User } from "./user_schema.ts";
import { onInvalid } from "./validation.ts";

const yes = z.enum(["true", "false"]).transform((it) => it === "true");

const SearchQuery = z.strictObject({
  query: z.string().max(200).default("").openapi({
    description:
      "Name, username or email, or another field of SEARCH_FIELDS, as somebody would type it; misspelt names still find",
    example: "anna mull",
  }),
  state: z.enum(["active", "disabled"]).optional(),
  temporary: yes.optional().openapi({
    description: "Only users with a temporary password",
  }),
  staff: yes.optional().openapi({
    description: "Only users who hold a permission",
  }),
  limit: pageSize({ usual: 25, most: 100 }),
  cursor: z.string().max(2000).optional().openapi({
    description: "`next` of the page before",
  }),
});

const Marked = z.array(z.object({ text: z.string(), match: z.boolean() }));

const Hit = z.object({
  user: z.object({
    id: z.uuid(),
    username: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    disabled: z.boolean(),
    temporary: z.boolean(),
    staff: z.boolean(),
  }),
  similar: z.boolean().openapi({
    description: "Only spelt nearly like what was asked for",
  }),
  marks: z.object({ name: Marked, username: Marked, email: Marked }).openapi({
    description: "Why it is a hit: each field in pieces, those that matched",
  }),
  matched: z.object({ field: z.string(), text: z.string() }).nullable().openapi(
    {
      description:
        "The value of another field that matched, where SEARCH_FIELDS names one",
    },
  ),
}).openapi("UserHit");

const Page = z.object({
  items: z.array(Hit),
  next: z.string().nullable(),
}).openapi("UserPage", {
  example: {
    items: [{
      user: {
        id: EXAMPLE_ID,
        username: "anna.mueller",
        name: "Anna Müller",
        email: "anna.mueller@example.org",
        disabled: false,
        temporary: false,
        staff: false,
      },
      similar: false,
      marks: {
        name: [{ text: "Anna", match: true }, { text: " ", match: false }, {
          text: "Müll",
          match: true,
        }, { text: "er", match: false }],
        username: [{ text: "anna.mueller", match: false }],
        email: [{ text: "anna.mueller@example.org", match: false }],
      },
      matched: null,
    }],
    next: null,
  },
});

const search = createRoute({
  method: "get",
  path: "/users",
  operationId: "searchUsers",
  summary: "Search users",
  tags: ["Users"],
  ...guarded({
    scope: "users:read",
    permissions: ["user_management", "administration"],
    description: "The same matching as the page, the best hits first.",
  }),
  request: { query: SearchQuery },
  responses: {
    200: answer(Page, "The hits", { Link: HEADERS.link }),
    ...problems(),
  },
});

const create = createRoute({
  method: "post",
  path: "/users",
  operationId: "createUser",
  summary: "Create a user",
  tags: ["Users"],
  ...changing({
    body: JSON_TYPE,
    scope: "users:write",
    permissions: ["user_management"],
    description: "Without a password: nobody can sign in before one is set.",
    once: true,
  }),
  request: { headers: IdempotencyKey, body: jsonBody(NewUser) },
  responses: {
    201: answer(User, "The user", {
      Location: HEADERS.location,
      ETag: HEADERS.etag,
    }),
    ...problems(...BODY_PROBLEMS),
  },
});

export const users = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
  .openapi(search, async (c) => {
    const { cursor, ...query } = c.req.valid("query");
    const after = cursor && Buffer.from(cursor, "base64url").toString();
    if (after !== undefined && !isSearchCursor(after)) {
      return problem(c, "malformed", {
        detail: "A parameter is not as it has to be.",
        errors: [{
          parameter: "cursor",
          detail: "Use the `next` of a page as it came.",
        }],
      });
    }
    const { hits, next } = await findUsers(c.var.services, {
      ...query,
      temporary: query.temporary || undefined,
      staff: query.staff || undefined,
      after,
    });
    const cursorNext = next && Buffer.from(next).toString("base64url");
    linkNext(c, cursorNext);
    return c.json({ items: hits.map(toHit), next: cursorNext ?? null }, 200);
  })
  .openapi(create, async (c) => {
    const { services, actor } = c.var;
    const given = c.req.valid("json");
    const unknown = undeclaredAttributes(
      given.attributes,
      services.settings.USER_ATTRIBUTES,
    );
    if (unknown.length > 0) return invalid(c, unknown);
    const created = await createUser(services, {
      actor,
      input: toInput(given),
    });
    if (!created.ok) {
      const { failure } = created;
      return failure.reason === "invalid"
        ? invalid(c, fieldEntries(failure.problems))
        : refused(c, failure);
    }
    const user = (await getUser(services, created.value))!;
    c.header("Location", `/api/v1/users/${user.id}`);
    c.header("ETag", etagOfUser(user));
    return c.json(toUser(user), 201);
  });

function toHit({ user, similar, name, username, email, matched }: UserHit) {
  return {
    user: {
      id: user.id,
      username: user.username,
      name: user.name,
      email: user.email,
      disabled: user.disabled,
      temporary: user.temporary,
      staff: user.staff,
    },
    similar,
    marks: { name, username, email },
    matched,
  };
}
