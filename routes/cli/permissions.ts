import type { ServiceContext } from "../../services/context.ts";
import { findGrantDoubts } from "../../services/grant_doubts.ts";
import { setPermissionByOperator } from "../../services/operator_changes.ts";
import { type Permission, PERMISSIONS } from "../../services/permissions.ts";
import { grantDoubtLines } from "../../views/grant_doubts.ts";
import { PERMISSION_LABELS } from "../../views/refusals.ts";
import { LAST_ADMINISTRATOR, PASSWORD_KNOWN } from "../messages.ts";
import {
  type Command,
  done,
  type Given,
  noSuchUser,
  refused,
  withSubject,
  WrongUseError,
} from "./command.ts";

export const grant: Command = {
  operands: ["USER", "PERMISSION"],
  does: `grants one of ${PERMISSIONS.join(", ")}; ends the user's sessions`,
  run: (context, given) => change(context, given, true),
};

export const revoke: Command = {
  operands: ["USER", "PERMISSION"],
  does: "takes a permission; never the last Administration",
  run: (context, given) => change(context, given, false),
};

function change(
  context: ServiceContext,
  { operands: [user, word], progress }: Given,
  granted: boolean,
) {
  const permission = readPermission(word!);
  return withSubject(context, user!, async ({ id: subjectId, name }) => {
    if (granted) {
      const doubts = await findGrantDoubts(context, subjectId);
      grantDoubtLines(doubts).forEach(progress);
    }
    const set = await setPermissionByOperator(context, {
      subjectId,
      permission,
      granted,
    });
    if (set.ok) {
      const { changed, sessionsEnded } = set.value;
      const label = PERMISSION_LABELS[permission];
      const state = `${changed ? "now" : "already"} ${
        granted ? "holds" : "doesn't hold"
      }`;
      const json = { userId: subjectId, permission, changed, sessionsEnded };
      return done([`${name} ${state} ${label}.`], json);
    }
    const { reason } = set.failure;
    switch (reason) {
      case "not_found":
        return noSuchUser();
      case "last_administrator":
        return refused(reason, LAST_ADMINISTRATOR);
      case "password_known_to_others":
        return refused(reason, PASSWORD_KNOWN);
    }
  });
}

function readPermission(word: string): Permission {
  const known = PERMISSIONS.find((it) => it === word);
  if (known) return known;
  throw new WrongUseError(
    `PERMISSION must be one of ${PERMISSIONS.join(", ")}`,
  );
}
