import type { ServiceContext } from "./context.ts";
import { type BlankEnd, blankEnds } from "./password_blanks.ts";
import { checkRules, type RuledOwner } from "./password_judgement.ts";
import type { PasswordCheck } from "./password_policy.ts";
import { ok, refuse, type Result } from "./result.ts";
import { OverloadedError } from "./work_queue.ts";

/** What can be told while somebody types. */
export interface PasswordPreview extends PasswordCheck {
  blanks: BlankEnd[];
}

export type PreviewPasswordFailure =
  | { reason: "not_waited_for" } // a newer check has begun, or the browser has gone
  | { reason: "too_often"; retryAfterSeconds: number };

/**
 * The rules that can be told while somebody types: nothing is stored, logged or sent anywhere. One check at a time
 * for each asker, and so many in a row: judging is dear, and saving judges again.
 *
 * @param asker the user, in whatever sessions, or the link that opens the form
 * @param gone aborted when the browser no longer waits
 */
export async function previewPassword(
  context: ServiceContext,
  { owner, asker, password, gone }: {
    owner: RuledOwner;
    asker: string;
    password: string;
    gone: AbortSignal;
  },
): Promise<Result<PasswordPreview, PreviewPasswordFailure>> {
  const begun = context.newestChecks.begin(asker);
  if (!begun.ok) return begun;
  const { superseded, end } = begun.value;
  const unwanted = AbortSignal.any([superseded, gone]);
  try {
    const check = await checkRules(context, {
      owner,
      password,
      account: asker,
      unwanted,
    });
    return ok({ ...check, blanks: blankEnds(password) });
  } catch (error) {
    if (unwanted.aborted) return refuse({ reason: "not_waited_for" });
    if (!(error instanceof OverloadedError)) throw error;
    const { retryAfterSeconds } = error;
    return refuse({ reason: "too_often", retryAfterSeconds });
  } finally {
    end();
  }
}
