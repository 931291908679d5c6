import type { Context } from "hono";
import { Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import {
  API_TOKEN_DAYS,
  API_TOKEN_NAME_LIMIT,
  createApiToken,
  type CreateApiTokenFailure,
  endApiToken,
  findApiTokens,
  SCOPES,
} from "../services/api_tokens.ts";
import { isCheckedLately } from "../services/own_account.ts";
import {
  ApiTokens,
  ApiTokensPage,
  NewApiTokenForm,
  NewApiTokenPage,
} from "../views/api_tokens.tsx";
import { refusalText } from "../views/refusals.ts";
import { toCheck } from "./account_check.tsx";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { restoreForm } from "./kept_forms.ts";
import { ID } from "./paths.ts";
import { respond } from "./respond.tsx";

const ListQuery = z.object({ before: z.uuid().optional().catch(undefined) });

const ticked = z.string().optional().transform((it) => it === "yes");

const Fields = z.object({
  name: z.string().default(""),
  days: z.string().default(String(API_TOKEN_DAYS.usual)),
  formId: z.uuid().default(() => uuidv7()),
  ...Object.fromEntries(SCOPES.map((it) => [it, ticked])) as Record<
    typeof SCOPES[number],
    typeof ticked
  >,
});
type Typed = z.output<typeof Fields>;

/** API tokens: all that can be used, of all owners; each makes its own. */
export const apiTokens = new Hono<AppEnv>()
  .get("/", (c) => respondList(c, {}))
  .get("/new", async (c) => {
    const { services, actor } = c.var;
    return await isCheckedLately(services, actor)
      ? respondForm(c, await restoredFields(c), {})
      : toCheck(c, { reason: "check_needed" }, "/api-tokens/new");
  })
  .post("/new", async (c) => {
    const { services, actor } = c.var;
    const typed = readFields(c, Fields);
    const created = await createApiToken(services, {
      actor,
      input: {
        name: typed.name,
        scopes: SCOPES.filter((it) => typed[it]),
        days: /^\d{1,5}$/.test(typed.days) ? Number(typed.days) : NaN,
        formId: typed.formId,
      },
    });
    if (created.ok) return await respondList(c, { made: created.value });
    return created.failure.reason === "sent_twice"
      ? await respondList(c, { refusal: SENT_TWICE, status: 409 })
      : respondForm(c, typed, refusalOf(created.failure));
  })
  .post(`/${ID}/revocation`, async (c) => {
    const { services, actor } = c.var;
    const ended = await endApiToken(services, {
      actor,
      tokenId: c.req.param("id"),
    });
    return ended.ok || ended.failure.reason === "not_found"
      ? await respondList(c, { notice: "The token is revoked." })
      : await respondList(c, {
        refusal: refusalText(ended.failure),
        status: 403,
      });
  });

/** What was typed before the session ended; else what a new form has. */
async function restoredFields(c: Context<AppEnv>): Promise<Typed> {
  return await restoreForm(c) ? readFields(c, Fields) : Fields.parse({});
}

async function respondList(
  c: Context<AppEnv>,
  { status = 200, ...said }: {
    made?: { id: string; token: string };
    notice?: string;
    refusal?: string;
    status?: 200 | 403 | 409;
  },
) {
  const { before } = readQuery(c, ListQuery);
  return respond(c, {
    page: ApiTokensPage,
    fragment: ApiTokens,
    props: { ...await findApiTokens(c.var.services, { before }), ...said },
    status,
  });
}

function respondForm(
  c: Context<AppEnv>,
  typed: Typed,
  { status = 200, ...said }: {
    errors?: Record<string, string>;
    refusal?: string;
    check?: boolean;
    status?: 200 | 403 | 409 | 422;
  },
) {
  return respond(c, {
    page: NewApiTokenPage,
    fragment: NewApiTokenForm,
    props: {
      name: typed.name,
      days: typed.days,
      formId: typed.formId,
      scopes: SCOPES.filter((it) => typed[it]),
      mostDays: API_TOKEN_DAYS.most,
      errors: {},
      ...said,
    },
    status,
  });
}

const SENT_TWICE =
  "This form was sent before, and its token was made then. It can't be shown again: revoke it if you haven't kept it, and make a new one.";

const WRONG = {
  name: `Use 1 to ${API_TOKEN_NAME_LIMIT} readable characters.`,
  scopes: "Choose at least one.",
  days: `Write a number from 1 to ${API_TOKEN_DAYS.most}.`,
};

function refusalOf(
  failure: Exclude<CreateApiTokenFailure, { reason: "sent_twice" }>,
) {
  switch (failure.reason) {
    case "invalid":
      return {
        errors: { [failure.field]: WRONG[failure.field] },
        status: 422,
      } as const;
    case "too_many":
      return {
        refusal:
          `You have ${failure.most} tokens already. Revoke one that is not needed.`,
        status: 409,
      } as const;
    case "session_ended":
    case "check_needed":
      return { check: true, status: 403 } as const;
    case "beyond_own_scopes": // of programs alone
      return { refusal: "These scopes can't be given.", status: 403 } as const;
    default:
      return { refusal: refusalText(failure), status: 403 } as const;
  }
}
