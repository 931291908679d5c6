import type { Context } from "hono";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import { bearerOf } from "../services/sessions.ts";
import { searchLabels } from "../services/search_fields.ts";
import { findUsersAsBearer } from "../services/user_search.ts";
import { createUser } from "../services/user_edits.ts";
import { refusalText } from "../views/refusals.ts";
import { NewUserForm, NewUserPage } from "../views/user_new.tsx";
import { SearchResults, UserRows, UsersPage } from "../views/users.tsx";
import { readCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { readableQuery, readUserInput } from "./form.ts";
import { restoreForm } from "./kept_forms.ts";
import { problemTexts, searchedBy } from "./messages.ts";
import { redirect, respond } from "./respond.tsx";
import { trouble } from "./trouble.tsx";

const yes = z.literal("yes").optional().catch(undefined)
  .transform((it) => it === "yes" ? true : undefined);

const SearchQuery = z.object({
  query: z.string().default("").transform((it) => it.slice(0, 200)),
  state: z.enum(["active", "disabled"]).optional().catch(undefined),
  temporary: yes,
  staff: yes,
  after: z.string().max(2000).optional(),
});

/** Who asks and what they look for, in one round trip to the database; anything else is left to `resume`. */
export const resumeSearch = createMiddleware<AppEnv>(async (c, next) => {
  const services = c.get("services");
  const bearer = bearerOf(services.settings, readCookie(c, "session"));
  const query = readableQuery(c, SearchQuery);
  const wait = bearer && services.searches(bearer.secretHash);
  if (wait) {
    c.header("Retry-After", `${wait}`);
    return trouble(c, {
      status: 429,
      title: "Too many searches",
      text: `Wait ${wait} seconds, then search again.`,
    });
  }
  if (bearer && query) {
    const found = await findUsersAsBearer(services, { query, bearer });
    if (found) {
      c.set("actor", found.actor);
      c.set("search", found.search);
    }
  }
  await next();
});

export const users = new Hono<AppEnv>()
  .get("/", (c) => {
    const { services, actor, search } = c.var;
    if (!search) throw new HTTPException(400); // whoever came this far has a session, so it was the query
    return respond(c, {
      page: UsersPage,
      fragment: search.query.after ? UserRows : SearchResults,
      props: {
        ...search,
        searchedBy: searchedBy(Object.values(searchLabels(services.settings))),
        labels: searchLabels(services.settings),
        mayCreate: actor.permissions.includes("user_management"),
      },
    });
  })
  .get("/new", async (c) => {
    await restoreForm(c);
    return respondNew(c, { errors: {} });
  })
  .post("/new", async (c) => {
    const { services, actor } = c.var;
    const input = readUserInput(c);
    const created = await createUser(services, { actor, input });
    if (created.ok) return redirect(c, `/users/${created.value}?done=created`);
    const { failure } = created;
    return failure.reason === "invalid"
      ? respondNew(c, { errors: problemTexts(failure.problems) }, 422)
      : respondNew(c, { errors: {}, refusal: refusalText(failure) }, 403);
  });

function respondNew(
  c: Context<AppEnv>,
  said: { errors: Record<string, string>; refusal?: string },
  status: 200 | 403 | 422 = 200,
) {
  return respond(c, {
    page: NewUserPage,
    fragment: NewUserForm,
    props: {
      input: readUserInput(c),
      attributes: c.var.services.settings.USER_ATTRIBUTES,
      ...said,
    },
    status,
  });
}
