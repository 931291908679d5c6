import type { Context } from "hono";
import type { RuledOwner } from "../services/password_judgement.ts";
import { previewPassword } from "../services/password_previews.ts";
import { PasswordCheckResult } from "../views/password_field.tsx";
import type { AppEnv } from "./env.ts";
import { respond } from "./respond.tsx";

/**
 * Fragment: what is to be said of a new password while it is typed, on each form that has one.
 *
 * @param owner whose it would be; undefined where nobody may set it here
 * @param asker the user, in whatever sessions, or the link that opens the form
 */
export async function respondPasswordCheck(
  c: Context<AppEnv>,
  { owner, asker, password }: {
    owner: RuledOwner | undefined;
    asker: string;
    password: string;
  },
) {
  const page = PasswordCheckResult;
  if (!owner || password === "") return respond(c, { page, props: {} });
  const preview = await previewPassword(c.var.services, {
    owner,
    asker,
    password,
    gone: c.req.raw.signal,
  });
  if (preview.ok) return respond(c, { page, props: { check: preview.value } });
  const { failure } = preview;
  if (failure.reason === "not_waited_for") return c.body(null, 204);
  c.header("Retry-After", String(failure.retryAfterSeconds));
  return respond(c, { page, props: { later: true }, status: 429 });
}
