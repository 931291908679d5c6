import type { ServiceContext } from "../../services/context.ts";
import { setDisabledByOperator } from "../../services/operator_changes.ts";
import { LAST_ADMINISTRATOR, REPORT_OPEN } from "../messages.ts";
import {
  type Command,
  done,
  type Given,
  noSuchUser,
  refused,
  withSubject,
} from "./command.ts";

export const disable: Command = {
  operands: ["USER"],
  does: "takes access away and ends the user's sessions",
  run: (context, given) => change(context, given, true),
};

export const enable: Command = {
  operands: ["USER"],
  does: "gives access back",
  run: (context, given) => change(context, given, false),
};

function change(
  context: ServiceContext,
  { operands: [user] }: Given,
  disabled: boolean,
) {
  return withSubject(context, user!, async ({ id: subjectId, name }) => {
    const set = await setDisabledByOperator(context, { subjectId, disabled });
    if (set.ok) {
      const { changed, sessionsEnded } = set.value;
      const state = `${changed ? "now" : "already"} ${
        disabled ? "disabled" : "enabled"
      }`;
      return done([`${name} is ${state}.`], {
        userId: subjectId,
        disabled,
        changed,
        sessionsEnded,
      });
    }
    const { reason } = set.failure;
    switch (reason) {
      case "not_found":
        return noSuchUser();
      case "last_administrator":
        return refused(reason, LAST_ADMINISTRATOR);
      case "report_open":
        return refused(reason, REPORT_OPEN);
    }
  });
}
