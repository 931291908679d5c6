import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { Context } from "hono";
import type { FC } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { PageContext } from "../views/page.ts";
import { csrfToken } from "./csrf.ts";
import { wantedEncoding } from "./encoding.ts";
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
  let csrf: string | undefined;
  const facts = {
    nonce: c.get("nonce"),
    csrf: () => csrf ??= csrfToken(c),
    actor: c.get("actor"),
    path: c.req.path,
    restored: c.get("restored") ?? false,
    asset: c.get("asset"),
  };
  const html = (
    <PageContext.Provider value={facts}>
      <View {...props} />
    </PageContext.Provider>
  );
  return sendHtml(c, html.toString(), status);
}

/** Bytes that arrive with the first packets anyway: compressing them takes longer, here and there, than it saves. */
const WORTH_COMPRESSING = 4096;
const GZIP_LEVEL = 3; // 9 is 4 % smaller and takes twice as long

/** Compressed in one go: a stream for it took longer than all the rest of a page. */
function sendHtml(
  c: Context<AppEnv>,
  html: string,
  status: ContentfulStatusCode,
) {
  c.header("Content-Type", "text/html; charset=UTF-8");
  const gzip = html.length >= WORTH_COMPRESSING && !isCrossSite(c) &&
    wantedEncoding(c, ["gzip", "identity"]) === "gzip";
  if (gzip) c.header("Content-Encoding", "gzip");
  const body = gzip
    ? new Uint8Array(gzipSync(html, { level: GZIP_LEVEL }))
    : html;
  if (c.req.method === "HEAD") { // tells it too (RFC 9110, 8.6)
    c.header("Content-Length", String(Buffer.byteLength(body)));
  }
  return c.body(body, status);
}

/** Another site that chooses a part of our address must not read our secrets off the length (BREACH). */
function isCrossSite(c: Context<AppEnv>) {
  return c.req.header("Sec-Fetch-Site") === "cross-site";
}

/** To another page: by the browser, or by htmx where it asked. */
export function redirect(c: Context<AppEnv>, path: string) {
  if (!wantsFragment(c)) return c.redirect(path, 303);
  c.header("HX-Redirect", path);
  return c.body(null, 200);
}
