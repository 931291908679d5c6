import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import type { UserInput } from "../services/user_fields.ts";
import { editUser, type EditUserFailure } from "../services/user_edits.ts";
import {
  getUser,
  recordView,
  refusalsOf,
  type UserDetails,
} from "../services/users.ts";
import { EditUserForm, EditUserPage } from "../views/user_edit.tsx";
import { withFrom } from "../views/parts.tsx";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery, readUserInput } from "./form.ts";
import { restoreForm } from "./kept_forms.ts";
import { problemTexts } from "./messages.ts";
import { SearchState, WithSearchState } from "./paths.ts";
import { notOpen, refuseAction } from "./refuse_action.ts";
import { redirect, respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";

const EditFields = z.object({
  from: SearchState,
  version: z.string().regex(/^\d{1,9}$/).transform(Number),
});

export const userEdit = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { from } = readQuery(c, WithSearchState);
    const { services, actor } = c.var;
    const userId = c.req.param("id")!;
    const user = await getUser(services, userId);
    if (!user) return notFound(c);
    const { edit: refusal } = refusalsOf(actor, user);
    if (refusal) return await refuseAction(c, { action: "edit_user", refusal });
    await recordView(services, { actor, userId });
    return respondForm(
      c,
      user,
      await restoreForm(c) ? readEdit(c) : { from, input: inputOf(user) },
    );
  })
  .post("/", async (c) => {
    const { services, actor } = c.var;
    const { from, version, input } = readEdit(c);
    const userId = c.req.param("id")!;
    const edited = await editUser(services, { actor, userId, version, input });
    if (edited.ok) {
      return redirect(
        c,
        withDone(
          withFrom(`/users/${userId}`, from),
          edited.value.emailPending ? "saved-email" : "saved",
        ),
      );
    }
    return await respondRefusal(c, edited.failure, { from, input, version });
  });

function readEdit(c: Context<AppEnv>) {
  return { ...readFields(c, EditFields), input: readUserInput(c) };
}

/** Adds what `routes/user.tsx` says above the details. */
export function withDone(path: string, done: string) {
  return `${path}${path.includes("?") ? "&" : "?"}done=${done}`;
}

async function respondRefusal(
  c: Context<AppEnv>,
  failure: EditUserFailure,
  typed: { from: string; input: UserInput; version: number },
) {
  switch (failure.reason) {
    case "not_found":
      return notFound(c);
    case "invalid": {
      const user = await getUser(c.var.services, c.req.param("id")!);
      if (!user) return notFound(c);
      return respondForm(c, user, {
        ...typed,
        errors: problemTexts(failure.problems),
        status: 422,
      });
    }
    case "changed_meanwhile":
      await recordView(c.var.services, {
        actor: c.var.actor,
        userId: failure.current.id,
      });
      // The form now starts from what is stored: saving again is a decision, not an accident.
      return respondForm(c, failure.current, {
        ...typed,
        version: failure.current.version,
        saved: differences(inputOf(failure.current), typed.input),
        status: 409,
      });
    default:
      return notOpen(c, failure);
  }
}

function respondForm(
  c: Context<AppEnv>,
  user: UserDetails,
  { from, input, version = user.version, errors = {}, saved, status = 200 }: {
    from: string;
    input: UserInput;
    version?: number;
    errors?: Record<string, string>;
    saved?: Record<string, string>;
    status?: 200 | 409 | 422;
  },
) {
  const { actor, services } = c.var;
  return respond(c, {
    page: EditUserPage,
    fragment: EditUserForm,
    props: {
      userId: user.id,
      name: user.name,
      version,
      from,
      input,
      errors,
      attributes: services.settings.USER_ATTRIBUTES,
      passwordRefusal: refusalsOf(actor, user).setPassword,
      ...(saved && { saved, changedMeanwhile: true }),
    },
    status,
  });
}

function inputOf(
  { name, username, email, pendingEmail, attributes }: UserDetails,
): UserInput {
  // What waits is what was asked for: saved as it is, the form changes nothing, and the old one withdraws it.
  return { name, username, email: pendingEmail ?? email ?? "", attributes };
}

/** What is stored where it isn't what was typed, by field. */
function differences(stored: UserInput, typed: UserInput) {
  const flat = ({ attributes, ...plain }: UserInput) => ({
    ...plain,
    ...Object.fromEntries(
      Object.entries(attributes).map((
        [name, it],
      ) => [`attributes.${name}`, it]),
    ),
  });
  const [there, here]: Record<string, string | undefined>[] = [
    flat(stored),
    flat(typed),
  ];
  return Object.fromEntries(
    Object.keys({ ...there, ...here })
      .filter((it) => (there![it] ?? "") !== (here![it] ?? ""))
      .map((it) => [it, there![it] ?? ""]),
  );
}
