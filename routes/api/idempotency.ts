import { createMiddleware } from "hono/factory";
import type { ContentfulStatusCode, StatusCode } from "hono/utils/http-status";
import { answerOnce, type KeptAnswer } from "../../services/idempotency.ts";
import type { AppEnv } from "../env.ts";
import { problem } from "./problems.ts";

const KEPT_HEADERS = ["Content-Type", "Location", "ETag"];

/** The request has failed: what it did is undone, and its answer is not kept. */
class Failed extends Error {}

/**
 * `Idempotency-Key` on a POST: sent twice, it happens once.
 *
 * @param secret the member of the answer that is told once: it is kept, and so told again, as null (ASVS 14.2.6)
 */
export const idempotent = (secret?: string) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const key = c.req.header("Idempotency-Key");
    if (key === undefined) return await next();
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      return problem(c, "malformed", {
        detail: "Idempotency-Key is up to 255 visible characters of ASCII.",
      });
    }
    const { services, actor } = c.var;
    const request = [
      c.req.method,
      c.req.url,
      c.req.header("If-Match") ?? "",
      await c.req.text(),
    ].join("\n");
    try {
      const answered = await answerOnce(
        services,
        { actor, key, request },
        async (inside) => {
          c.set("services", inside);
          await next();
          if (c.error || c.res.status >= 500) throw new Failed();
          return await toKeep(c.res, secret);
        },
      );
      if (!answered.ok) {
        return problem(c, "idempotency-key-reused", {
          detail: "Take a new key for another request.",
        });
      }
      if (!answered.value.again) return;
      const { status, headers, body } = answered.value;
      c.header("Idempotency-Replayed", "true");
      for (const [name, value] of Object.entries(headers)) {
        c.header(name, value);
      }
      return body === ""
        ? c.body(null, status as StatusCode)
        : c.body(body, status as ContentfulStatusCode);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
    } finally {
      c.set("services", services);
    }
  });

async function toKeep(
  response: Response,
  secret: string | undefined,
): Promise<KeptAnswer> {
  const body = await response.clone().text();
  return {
    status: response.status,
    headers: Object.fromEntries(
      KEPT_HEADERS.flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, value]];
      }),
    ),
    body: secret === undefined || response.status >= 400
      ? body
      : JSON.stringify({ ...JSON.parse(body), [secret]: null }),
  };
}
