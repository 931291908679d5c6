import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { removeSecondFactor } from "../services/second_factor_removal.ts";
import { getUser, refusalsOf } from "../services/users.ts";
import { withFrom } from "../views/parts.tsx";
import { RemoveSecondFactorPage } from "../views/user_second_factor.tsx";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { restoreForm } from "./kept_forms.ts";
import { SearchState, WithSearchState } from "./paths.ts";
import { notOpen, refuseAction } from "./refuse_action.ts";
import { redirect, respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";
import { withDone } from "./user_edit.tsx";

const Fields = z.object({
  from: SearchState,
  reason: z.string().default(""),
});

export const userSecondFactor = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { from } = readQuery(c, WithSearchState);
    return await respondPage(
      c,
      await restoreForm(c) ? readFields(c, Fields) : { from, reason: "" },
    );
  })
  .post("/", async (c) => {
    const { from, reason } = readFields(c, Fields);
    const subjectId = c.req.param("id")!;
    const removed = await removeSecondFactor(c.var.services, {
      actor: c.var.actor,
      subjectId,
      reason,
    });
    if (removed.ok) {
      const path = withFrom(`/users/${subjectId}`, from);
      return redirect(c, withDone(path, "second-factor-removed"));
    }
    const { failure } = removed;
    switch (failure.reason) {
      case "not_found":
        return notFound(c);
      case "reason_missing":
        return await respondPage(c, {
          from,
          reason,
          error: "Please say it in some words.",
        });
      case "reason_too_long":
        return await respondPage(c, {
          from,
          reason,
          error: `Use at most ${failure.max} characters.`,
        });
      default:
        return notOpen(c, failure);
    }
  });

async function respondPage(
  c: Context<AppEnv>,
  said: { from: string; reason: string; error?: string },
) {
  const user = await getUser(c.var.services, c.req.param("id")!);
  if (!user) return notFound(c);
  const { edit: refusal } = refusalsOf(c.var.actor, user);
  if (refusal) {
    return await refuseAction(c, { action: "remove_second_factor", refusal });
  }
  return respond(c, {
    page: RemoveSecondFactorPage,
    props: { user, ...said },
    status: said.error ? 422 : 200,
  });
}
