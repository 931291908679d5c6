import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { findGrantDoubts } from "../services/grant_doubts.ts";
import {
  changePermissions,
  type Permission,
  PERMISSIONS,
} from "../services/permissions.ts";
import { getUser, refusalsOf, type UserDetails } from "../services/users.ts";
import {
  PermissionsForm,
  PermissionsPage,
} from "../views/user_permissions.tsx";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { restoreForm } from "./kept_forms.ts";
import {
  CHANGED_MEANWHILE,
  LAST_ADMINISTRATOR,
  PASSWORD_KNOWN,
} from "./messages.ts";
import { SearchState, WithSearchState } from "./paths.ts";
import { notOpen, refuseAction } from "./refuse_action.ts";
import { respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";

const held = z.string().optional().transform((it) => it === "yes");

const Fields = z.object({
  from: SearchState,
  seen: z.string().transform((it) => it === "" ? [] : it.split(","))
    .pipe(z.array(z.enum(PERMISSIONS))),
  user_management: held,
  audit_log: held,
  administration: held,
});

export const userPermissions = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { from } = readQuery(c, WithSearchState);
    const user = await getUser(c.var.services, c.req.param("id")!);
    if (!user) return notFound(c);
    const refusal = refusalsOf(c.var.actor, user).permissions;
    if (refusal) {
      return await refuseAction(c, { action: "change_permissions", refusal });
    }
    if (!await restoreForm(c)) return respondForm(c, user, { from });
    const { seen, ...typed } = readWanted(c);
    return respondForm(c, user, { ...typed, held: seen });
  })
  .post("/", async (c) => {
    const { from, seen, wanted } = readWanted(c);
    const { services, actor } = c.var;
    const subjectId = c.req.param("id")!;
    const changed = await changePermissions(services, {
      actor,
      subjectId,
      wanted,
      seen,
    });
    const user = await getUser(services, subjectId);
    if (!user) return notFound(c);
    if (changed.ok) {
      const { sessionsEnded } = changed.value;
      const ended = sessionsEnded > 0
        ? ` Open sessions ended: ${sessionsEnded}.`
        : "";
      return respondForm(c, user, {
        from,
        notice: `The permissions are saved.${ended}`,
      });
    }
    const { failure } = changed;
    switch (failure.reason) {
      case "last_administrator":
        return respondForm(c, user, {
          from,
          refusal: LAST_ADMINISTRATOR,
          status: 409,
        });
      case "changed_meanwhile":
        return respondForm(c, user, {
          from,
          refusal: CHANGED_MEANWHILE,
          status: 409,
        });
      case "password_known_to_others":
        return respondForm(c, user, {
          from,
          refusal: PASSWORD_KNOWN,
          status: 409,
        });
      case "not_found":
        return notFound(c);
      default:
        return notOpen(c, failure);
    }
  });

function readWanted(c: Context<AppEnv>) {
  const { from, seen, ...ticked } = readFields(c, Fields);
  return { from, seen, wanted: PERMISSIONS.filter((it) => ticked[it]) };
}

async function respondForm(
  c: Context<AppEnv>,
  user: UserDetails,
  { status = 200, ...said }: {
    from: string;
    held?: Permission[];
    wanted?: Permission[];
    refusal?: string;
    notice?: string;
    status?: 200 | 409;
  },
) {
  const { permissions: held } = user;
  const doubts = await findGrantDoubts(c.var.services, user.id);
  return respond(c, {
    page: PermissionsPage,
    fragment: PermissionsForm,
    props: { user, held, wanted: held, doubts, ...said },
    status,
  });
}
