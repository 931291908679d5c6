import { Hono } from "hono";
import { findMails } from "../services/user_mails.ts";
import { getUser, recordView } from "../services/users.ts";
import { UserMailsPage } from "../views/user_mails.tsx";
import type { AppEnv } from "./env.ts";
import { readQuery } from "./form.ts";
import { WithSearchState } from "./paths.ts";
import { respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";

export const userMails = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { services, actor } = c.var;
    const { from } = readQuery(c, WithSearchState);
    const userId = c.req.param("id")!;
    const user = await getUser(services, userId);
    if (!user) return notFound(c);
    await recordView(services, { actor, userId });
    return respond(c, {
      page: UserMailsPage,
      props: { user, from, mails: await findMails(services, userId) },
    });
  });
