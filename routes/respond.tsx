import type { Context } from "hono";
import type { FC } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { PageContext } from "../views/page.ts";
import { csrfToken } from "./csrf.ts";
import type { AppEnv } from "./env.ts";

/** htmx 4 says whether it wants the part that it targets or a whole page. */
export function wantsFragment(c: Context<AppEnv>) {
  return c.req.header("HX-Request-Type") === "partial";
}

/** A page and its fragment take the same props. */
export function respond<Props extends object>(
  c: Context<AppEnv>,
  { page: Page, fragment: Fragment, props, status = 200 }: {
    page: FC<Props>;
    fragment?: FC<Props>;
    props: Props;
    status?: ContentfulStatusCode;
  },
) {
  const View = Fragment && wantsFragment(c) ? Fragment : Page;
  const facts = {
    nonce: c.var.nonce,
    csrf: csrfToken(c),
    actor: c.var.actor,
    path: c.req.path,
    asset: c.var.asset,
  };
  const html = (
    <PageContext.Provider value={facts}>
      <View {...props} />
    </PageContext.Provider>
  );
  return c.html(html.toString(), status);
}

/** To another page: by the browser, or by htmx where it asked. */
export function redirect(c: Context<AppEnv>, path: string) {
  if (!wantsFragment(c)) return c.redirect(path, 303);
  c.header("HX-Redirect", path);
  return c.body(null, 200);
}
