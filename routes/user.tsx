import { Hono } from "hono";
import { z } from "zod";
import { viewUser } from "../services/users.ts";
import { UserDetails, UserPage } from "../views/user.tsx";
import type { AppEnv } from "./env.ts";
import { readQuery } from "./form.ts";
import { SearchState } from "./paths.ts";
import { respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";

/** What has just been done, said by name: no text comes out of an address. */
const DONE = {
  created:
    "The user is created. Nobody can sign in as this user before a password is set: press Edit, then Change password.",
  saved: "The changes are saved.",
  "saved-email":
    "The changes are saved. The new email address counts once the link that was sent to it is opened; until then the old one stays.",
  disabled: "The user is disabled, and all sessions are ended.",
  enabled: "The user is enabled.",
  "second-factor-removed":
    "The second factor is removed, and all sessions are ended. The user is told by email.",
} as const;

const DetailsQuery = z.object({
  from: SearchState,
  done: z.enum(Object.keys(DONE) as [keyof typeof DONE]).optional()
    .catch(undefined),
});

export const user = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { services, actor } = c.var;
    const { from, done } = readQuery(c, DetailsQuery);
    const view = await viewUser(services, {
      actor,
      userId: c.req.param("id")!,
    });
    if (!view) return notFound(c);
    return respond(c, {
      page: UserPage,
      fragment: UserDetails,
      props: {
        ...view,
        from,
        attributes: services.settings.USER_ATTRIBUTES,
        notice: done && DONE[done],
      },
    });
  });
