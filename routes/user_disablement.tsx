import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { isFrozen } from "../services/reports.ts";
import {
  getUser,
  refusalsOf,
  setUserDisabled,
  type UserDetails,
} from "../services/users.ts";
import { withFrom } from "../views/parts.tsx";
import { DisablementPage } from "../views/user_disablement.tsx";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { LAST_ADMINISTRATOR, REPORT_OPEN } from "./messages.ts";
import { SearchState, WithSearchState } from "./paths.ts";
import { notOpen, refuseAction } from "./refuse_action.ts";
import { redirect, respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";
import { withDone } from "./user_edit.tsx";

const Fields = z.object({
  from: SearchState,
  disabled: z.enum(["yes", "no"]).transform((it) => it === "yes"),
});

const REFUSALS = {
  last_administrator: LAST_ADMINISTRATOR,
  report_open: REPORT_OPEN,
};

export const userDisablement = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { from } = readQuery(c, WithSearchState);
    const user = await getUser(c.var.services, c.req.param("id")!);
    if (!user) return notFound(c);
    const { edit: refusal } = refusalsOf(c.var.actor, user);
    return refusal
      ? await refuseAction(c, { action: "disable_user", refusal })
      : respondPage(c, user, { from });
  })
  .post("/", async (c) => {
    const { from, disabled } = readFields(c, Fields);
    const { services, actor } = c.var;
    const userId = c.req.param("id")!;
    const set = await setUserDisabled(services, { actor, userId, disabled });
    if (set.ok) {
      const path = withFrom(`/users/${userId}`, from);
      return redirect(c, withDone(path, disabled ? "disabled" : "enabled"));
    }
    const { failure } = set;
    if (failure.reason === "not_found") return notFound(c);
    if (
      failure.reason !== "last_administrator" &&
      failure.reason !== "report_open"
    ) return notOpen(c, failure);
    const user = await getUser(services, userId);
    if (!user) return notFound(c);
    return respondPage(c, user, { from, refusal: REFUSALS[failure.reason] });
  });

async function respondPage(
  c: Context<AppEnv>,
  user: UserDetails,
  said: { from: string; refusal?: string },
) {
  const frozen = await isFrozen(c.var.services, user);
  return respond(c, {
    page: DisablementPage,
    props: {
      user: { ...user, disabled: user.disabledAt !== null },
      frozen,
      ...(frozen && { refusal: REPORT_OPEN }),
      ...said,
    },
    status: said.refusal ? 409 : 200,
  });
}
