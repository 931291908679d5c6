import type { Context } from "hono";
import { logFailure } from "../../services/failure_log.ts";
import { RightLostError } from "../../services/authorization.ts";
import type { AppEnv } from "../env.ts";

/**
 * A body that is made while it is read. Its status is out by then, so an error cuts the connection; it is logged
 * here, and the server behind us gets to see none, which it would write into the body.
 */
export function streamed(
  c: Context<AppEnv>,
  texts: AsyncIterable<string>,
): ReadableStream<Uint8Array> {
  const { services } = c.var;
  async function* whole() {
    try {
      yield* texts;
    } catch (error) {
      const { requestId, log } = services;
      if (error instanceof RightLostError) {
        log("info", "stream_cut", { requestId, reason: "right_lost" });
      } else logFailure(services, "stream_failed", error, { requestId });
      if (!c.env?.cut) throw error;
      c.env.cut();
    }
  }
  return ReadableStream.from(whole()).pipeThrough(new TextEncoderStream());
}
