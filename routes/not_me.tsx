import type { Context } from "hono";
import { Hono } from "hono";
import { NOT_ME_DAYS } from "../services/mail_links.ts";
import { findNotMe, reportNotMe } from "../services/reports.ts";
import { NotMePage, type NotMeState } from "../views/not_me.tsx";
import { dropCookie, keepLinkToken, readCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { respond } from "./respond.tsx";

/** The link of a notice: opening it changes nothing, as with a reset link. */
export const notMe = new Hono<AppEnv>()
  .get("/", async (c) => {
    const owner = await findNotMe(c.var.services, readCookie(c, "not-me"));
    return respondPage(c, owner ? "open" : "over", owner?.username);
  })
  .get("/:token", (c) => {
    keepLinkToken(c, "not-me", NOT_ME_DAYS * 24 * 3600);
    return c.redirect("/not-me", 303);
  })
  .post("/", async (c) => {
    const token = readCookie(c, "not-me");
    const { ok } = await reportNotMe(c.var.services, { token });
    dropCookie(c, "not-me");
    return respondPage(c, ok ? "done" : "over");
  });

function respondPage(
  c: Context<AppEnv>,
  state: NotMeState,
  username?: string,
) {
  return respond(c, {
    page: NotMePage,
    props: { state, username },
    status: state === "over" ? 403 : 200,
  });
}
