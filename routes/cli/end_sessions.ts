import { endAllSessionsByOperator } from "../../services/all_sessions.ts";
import { OPERATOR } from "../../services/operator.ts";
import { type Command, done, refused } from "./command.ts";

export const endSessions: Command = {
  options: { all: { value: null } },
  does: "signs everybody out: with --all the sessions of all users end",
  async run(context, { options: { all } }) {
    if (all === undefined) {
      return refused(
        "not_all",
        "Nothing was ended. Say --all if all users shall be signed out.",
      );
    }
    const { sessions, users } = await endAllSessionsByOperator(
      context,
      OPERATOR,
    );
    return done([`${sessions} sessions of ${users} users were ended.`], {
      sessionsEnded: sessions,
      users,
    });
  },
};
