import type { Context, ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import {
  TroubleNotice,
  TroublePage,
  type TroubleProps,
} from "../views/trouble.tsx";
import type { AppEnv } from "./env.ts";
import { judgeFailure } from "./failures.ts";
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

const SAID: Record<
  ReturnType<typeof judgeFailure>,
  { title: string; text: string }
> = {
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
  500: {
    title: "Something went wrong",
    text:
      "That is our fault, not yours. Try again; if it stays, tell an administrator.",
  },
  503: {
    title: "Not able to answer at the moment",
    text: "Nothing was changed. Please try again in a few seconds.",
  },
};

/** The one place where a bug or an outage ends: logged with its request's id, shown with no more. */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  const status = judgeFailure(error, c);
  return trouble(c, {
    status,
    ...SAID[status],
    ...(status >= 500 && { requestId: c.var.services.requestId }),
  });
};
