import type { Context } from "hono";
import { Hono } from "hono";
import { v4 as uuidv4 } from "uuid";
import { z } from "zod";
import { blankEnds } from "../services/password_blanks.ts";
import {
  setPassword,
  type SetPasswordFailure,
  type SetPasswordInput,
} from "../services/passwords.ts";
import {
  isSuggestion,
  suggestPassword,
} from "../services/password_suggestions.ts";
import { getUser, refusalsOf, type UserDetails } from "../services/users.ts";
import {
  SetPasswordPage,
  SetPasswordPanel,
  type SetPasswordProps,
} from "../views/user_password.tsx";
import { violationTexts } from "../views/violations.ts";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { restoreForm } from "./kept_forms.ts";
import { respondPasswordCheck } from "./password_check.ts";
import { passwordRules } from "./password_rules.ts";
import { SearchState } from "./paths.ts";
import { notOpen, refuseAction } from "./refuse_action.ts";
import { respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";

const FormQuery = z.object({
  from: SearchState,
  clear: z.literal("yes").optional().catch(undefined),
});

const FormFields = z.object({
  from: SearchState,
  newPassword: z.string().default(""),
  proof: z.string().default(""),
  temporary: z.string().optional().transform((it) => it === "yes"),
  reason: z.enum(["", "no_mailbox", "email_not_arriving", "other"]).default(""),
  reasonText: z.string().default(""),
  formId: z.uuid(),
  seenSetAt: z.string().regex(/^\d{0,16}$/),
  generate: z.string().optional(),
}).transform(({ reason, ...fields }) => ({
  ...fields,
  // Whoever writes a reason means it, also without a tick at "Other".
  reason: reason === "" && fields.reasonText.trim() !== ""
    ? "other" as const
    : reason,
}));
type Fields = z.output<typeof FormFields>;

export const userPassword = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { from, clear } = readQuery(c, FormQuery);
    return await withUser(c, async (user) =>
      respondForm(
        c,
        user,
        await restoreForm(c) ? readFields(c, FormFields) : fresh(user, from),
        {
          clear: clear === "yes",
          ...(!allows(c, "typed") && { suggestion: suggest(c, user) }),
        },
      ));
  })
  .post("/check", async (c) => {
    const { newPassword } = readFields(c, FormFields);
    return await withUser(c, (user) =>
      respondPasswordCheck(c, {
        owner: user,
        asker: c.var.actor.userId,
        password: newPassword,
      }));
  })
  .post("/", async (c) => {
    const fields = readFields(c, FormFields);
    if (fields.generate) return await respondSuggestion(c, fields);
    const { actor, services } = c.var;
    const subjectId = c.req.param("id")!;
    const set = await setPassword(services, {
      actor,
      subjectId,
      input: toInput(fields, mustBeTemporary(c)),
    });
    const user = await getUser(services, subjectId);
    if (!user) return notFound(c);
    return set.ok
      ? respondForm(c, user, fields, {
        saved: {
          ...set.value,
          temporary: user.temporary,
          blanks: blankEnds(fields.newPassword),
        },
      })
      : respondRefusal(c, user, fields, set.failure);
  });

/** *Generate*: nothing is saved. */
async function respondSuggestion(c: Context<AppEnv>, fields: Fields) {
  if (!allows(c, "generated")) return notFound(c);
  return await withUser(
    c,
    (user) => respondForm(c, user, fields, { suggestion: suggest(c, user) }),
  );
}

/** The user, unless there is none or whoever asks may not set this password. */
async function withUser(
  c: Context<AppEnv>,
  answer: (user: UserDetails) => Response | Promise<Response>,
) {
  const user = await getUser(c.var.services, c.req.param("id")!);
  if (!user) return notFound(c);
  const refusal = refusalsOf(c.var.actor, user).setPassword;
  return refusal
    ? await refuseAction(c, { action: "set_password", refusal })
    : await answer(user);
}

function respondRefusal(
  c: Context<AppEnv>,
  user: UserDetails,
  fields: Fields,
  failure: SetPasswordFailure,
) {
  switch (failure.reason) {
    case "not_found":
      return notFound(c);
    case "reason_missing":
      return respondForm(c, user, fields, {
        ...again(c, fields),
        errors: { reason: "Say why: choose a reason, or write another one." },
        status: 422,
      });
    case "reason_too_long":
      return respondForm(c, user, fields, {
        ...again(c, fields),
        errors: { reason: `Use at most ${failure.max} readable characters.` },
        status: 422,
      });
    case "policy":
      return respondForm(c, user, fields, {
        errors: { newPassword: violationTexts(failure.violations) },
        status: 422,
      });
    case "must_be_temporary": // toInput asks for nothing else
    case "not_generated":
      return respondForm(c, user, fields, {
        errors: { newPassword: "Only generated passwords may be set here." },
        suggestion: suggest(c, user),
        status: 422,
      });
    case "disabled":
      return respondForm(c, user, fields, {
        refusal:
          "The user is disabled: a password would be of no use. Enable the user first.",
        status: 409,
      });
    case "changed_meanwhile":
      return respondForm(c, user, fresh(user, fields.from), {
        refusal:
          "The password was set by somebody else while this form was open. Nothing was saved. Look at the details before you set it again.",
        status: 409,
      });
    default:
      return notOpen(c, failure);
  }
}

function respondForm(
  c: Context<AppEnv>,
  user: UserDetails,
  fields: Omit<Fields, "newPassword" | "proof" | "generate">,
  { status = 200, errors = {}, ...said }:
    & Partial<
      Pick<
        SetPasswordProps,
        "errors" | "refusal" | "saved" | "clear" | "suggestion"
      >
    >
    & { status?: 200 | 409 | 422 },
) {
  const { settings } = c.var.services;
  return respond(c, {
    page: SetPasswordPage,
    fragment: SetPasswordPanel,
    props: {
      user,
      from: fields.from,
      formId: fields.formId,
      seenSetAt: fields.seenSetAt,
      temporary: fields.temporary,
      reason: fields.reason,
      reasonText: fields.reasonText,
      rules: passwordRules(settings, user),
      temporaryHours: settings.TEMPORARY_PASSWORD_HOURS,
      mustBeTemporary: mustBeTemporary(c),
      modes: settings.PASSWORD_MODES,
      errors,
      ...said,
    },
    status,
  });
}

function fresh(user: UserDetails, from: string) {
  return {
    from,
    formId: uuidv4(),
    seenSetAt: String(user.passwordSetAt?.getTime() ?? ""),
    temporary: true,
    reason: "" as const,
    reasonText: "",
  };
}

function mustBeTemporary(c: Context<AppEnv>) {
  return c.var.services.settings.FORCE_TEMPORARY === "on";
}

/** Where every password is temporary, the form has no box for it. */
function toInput(fields: Fields, mustBeTemporary: boolean): SetPasswordInput {
  const { newPassword, proof, temporary, reason, reasonText, formId } = fields;
  return {
    password: newPassword,
    proof,
    temporary: temporary || mustBeTemporary,
    reason: reason === "" ? undefined : reason,
    reasonText,
    formId,
    seenSetAt: fields.seenSetAt === "" ? null : Number(fields.seenSetAt),
  };
}

/** A suggestion of ours comes back with the form; what somebody has typed never does. */
function again(c: Context<AppEnv>, { newPassword: password, proof }: Fields) {
  const { actor, services } = c.var;
  const subjectId = c.req.param("id")!;
  return isSuggestion(services, { actor, subjectId, password, proof })
    ? { suggestion: { password, proof } }
    : {};
}

function suggest(c: Context<AppEnv>, { id }: UserDetails) {
  const { actor, services } = c.var;
  return suggestPassword(services, { actor, subjectId: id });
}

function allows(c: Context<AppEnv>, mode: "typed" | "generated") {
  return c.var.services.settings.PASSWORD_MODES.includes(mode);
}
