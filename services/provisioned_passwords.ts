import { v4 as uuidv4 } from "uuid";
import { findPassword } from "../db/passwords.ts";
import type { UserDetails } from "../db/users.ts";
import { authorize, authorizeActor } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { judgePassword } from "./password_judgement.ts";
import { type JudgedPassword, setPassword } from "./passwords.ts";
import { inTransaction } from "./transaction.ts";
import { checkUserFields, type UserInput } from "./user_fields.ts";
import { must } from "./all_or_nothing.ts";

/**
 * A password as it was judged and hashed before the transaction: that takes its time, and the transaction locks names
 * that others wait for.
 */
export interface ReadyPassword {
  password: string;
  judged: JudgedPassword;
  /** Since when the user has the password that it was compared with; null for none. */
  seenSetAt: Date | null;
}

/** For a user that is to be made; undefined where that, or its fields, will be refused anyway. */
export async function readyForNew(
  context: ServiceContext,
  { actor, input, password }: {
    actor: Actor;
    input: UserInput;
    password: string;
  },
): Promise<ReadyPassword | undefined> {
  const { fields, problems } = checkUserFields(
    input,
    context.settings.USER_ATTRIBUTES,
  );
  if (Object.keys(problems).length > 0) return undefined;
  const allowed = await inTransaction(
    context,
    (tx) => authorizeActor(tx, context, { actor, action: "set_password" }),
  );
  if (!allowed.ok) return undefined;
  const judged = await judgePassword(context, {
    known: {
      userId: uuidv4(), // nobody's
      ...fields,
      hash: null,
      secondFactor: false,
      permissions: [],
    },
    password,
  });
  return { password, judged, seenSetAt: null };
}

/** For a user who is there, whose fields may change with it; undefined where it will be refused anyway. */
export async function readyForKnown(
  context: ServiceContext,
  { actor, user, input, password }: {
    actor: Actor;
    user: UserDetails;
    input: UserInput | undefined;
    password: string;
  },
): Promise<ReadyPassword | undefined> {
  const subjectId = user.id;
  const checked = input &&
    checkUserFields(input, context.settings.USER_ATTRIBUTES);
  if (checked && Object.keys(checked.problems).length > 0) return undefined;
  const found = await inTransaction(context, async (tx) => {
    const given = { actor, action: "set_password", subjectId } as const;
    const allowed = await authorize(tx, context, given);
    return allowed.ok ? await findPassword(tx, subjectId) : null;
  });
  if (!found) return undefined;
  const judged = await judgePassword(context, {
    known: {
      ...found,
      // A new email counts once it is confirmed.
      ...(checked &&
        { name: checked.fields.name, username: checked.fields.username }),
    },
    password,
  });
  return { password, judged, seenSetAt: found.setAt };
}

/** The user replaces it at the next sign-in: the system that has set it knows it. */
export async function applyPassword(
  inside: ServiceContext,
  { actor, userId, ready: { password, judged, seenSetAt } }: {
    actor: Actor;
    userId: string;
    ready: ReadyPassword;
  },
) {
  const input = {
    password,
    proof: "",
    temporary: true,
    reason: "other" as const,
    reasonText: "SCIM",
    formId: uuidv4(),
    seenSetAt: seenSetAt?.getTime() ?? null,
  };
  must(
    await setPassword(inside, { actor, subjectId: userId, input, judged }),
  );
}
