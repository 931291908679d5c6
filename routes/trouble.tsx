import type { Context, ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { HTTPException } from "hono/http-exception";
import { describeError } from "../services/log.ts";
import { isOutage } from "../services/outage.ts";
import { HashingOverloadedError } from "../services/password_hash.ts";
import {
  TroubleNotice,
  TroublePage,
  type TroubleProps,
} from "../views/trouble.tsx";
import type { AppEnv } from "./env.ts";
import { respond, wantsFragment } from "./respond.tsx";

/** A refusal that has no form of its own. For htmx it goes above the page, which stays as it is. */
export function trouble(
  c: Context<AppEnv>,
  { status, ...props }: TroubleProps & { status: ContentfulStatusCode },
) {
  if (wantsFragment(c)) {
    c.header("HX-Retarget", "#trouble");
    c.header("HX-Reswap", "innerHTML show:top");
  }
  return respond(c, {
    page: TroublePage,
    fragment: TroubleNotice,
    props,
    status,
  });
}

export function notFound(c: Context<AppEnv>) {
  return trouble(c, {
    status: 404,
    title: "Not found",
    text:
      "There is nothing at this address. It may be mistyped, or be of something that is no longer there.",
  });
}

const MALFORMED: Record<number, { title: string; text: string }> = {
  400: {
    title: "This can't be read",
    text:
      "What was sent is not what a form of ours sends. Nothing was changed. Go back, reload the page and try again.",
  },
  413: {
    title: "This is too long",
    text:
      "What was sent is larger than any form needs. Nothing was changed. Shorten it and try again.",
  },
  415: {
    title: "This kind of content is not accepted",
    text: "Forms are sent as application/x-www-form-urlencoded.",
  },
};

/** The one place where a bug or an outage ends: logged with its request's id, shown with no more. */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  if (error instanceof HTTPException && MALFORMED[error.status]) {
    return trouble(c, { status: error.status, ...MALFORMED[error.status]! });
  }
  const { requestId, log } = c.var.services;
  const busy = error instanceof HashingOverloadedError || isOutage(error) ||
    (error instanceof HTTPException && error.status === 503);
  log(busy ? "warning" : "error", busy ? "overloaded" : "failure", {
    requestId,
    ...describeError(error),
  });
  if (busy) {
    const seconds = error instanceof HashingOverloadedError
      ? error.retryAfterSeconds
      : 5;
    c.header("Retry-After", String(seconds));
    return trouble(c, {
      status: 503,
      title: "Not able to answer at the moment",
      text: "Nothing was changed. Please try again in a few seconds.",
      requestId,
    });
  }
  return trouble(c, {
    status: 500,
    title: "Something went wrong",
    text:
      "That is our fault, not yours. Try again; if it stays, tell an administrator.",
    requestId,
  });
};
