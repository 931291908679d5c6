import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { completeSignIn, findSecondStep } from "../services/second_step.ts";
import { SecondStepPage } from "../views/second_step.tsx";
import { readCookie, readDevice } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { compareClocks, tooManyAttempts } from "./messages.ts";
import { ownPath } from "./paths.ts";
import { respond } from "./respond.tsx";
import { welcome } from "./signed_in.ts";

const Query = z.object({ next: z.string().optional() });
const Fields = z.object({
  code: z.string().default("").transform((it) => it.slice(0, 100)),
  next: z.string().default("/"),
});

/** The second step of signing in; its cookie is that of the first one. */
export const secondStep = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { next } = readQuery(c, Query);
    return await respondForm(c, { next: ownPath(next) });
  })
  .post("/", async (c) => {
    const { code, next } = readFields(c, Fields);
    const device = readDevice(c);
    const done = await completeSignIn(c.var.services, {
      token: readCookie(c, "step"),
      code,
      device,
      replaces: c.var.actor,
    });
    if (done.ok) return welcome(c, done.value, { device, next });
    const { failure } = done;
    switch (failure.reason) {
      case "step_over":
        return await respondForm(c, { next: ownPath(next) });
      case "wrong_code":
        return await respondForm(c, {
          next: ownPath(next),
          error:
            `This code is not right, or was used before. Wait for the next one, and try again. ${compareClocks()}`,
          status: 422,
        });
      case "throttled":
        c.header("Retry-After", String(failure.retryAfterSeconds));
        return await respondForm(c, {
          next: ownPath(next),
          error: tooManyAttempts(failure.retryAfterSeconds),
          status: 429,
        });
    }
  });

async function respondForm(
  c: Context<AppEnv>,
  { status = 200, ...said }: {
    next: string;
    error?: string;
    status?: 200 | 422 | 429;
  },
) {
  const step = await findSecondStep(c.var.services, readCookie(c, "step"));
  return respond(c, {
    page: SecondStepPage,
    props: {
      open: step !== undefined,
      passkeys: step?.passkeys ?? false,
      ...said,
    },
    status: step ? status : 403,
  });
}
