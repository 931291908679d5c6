import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { limitBody } from "../form.ts";
import type { AppEnv } from "../env.ts";
import { type JsonRefusal, judgeJson } from "../../services/strict_json.ts";
import { problem } from "./problems.ts";

export const JSON_TYPE = "application/json";

/**
 * Refuses bodies of another type, none where one is `needed`, and those that two readers could understand differently: a key twice,
 * whatever is not JSON to the letter, anything but UTF-8 (RFC 8259, 4 and 8.1; ASVS 1.5.3, 3.5.2). The
 * operation's schema judges the rest.
 */
export function strictBody(
  { types, needed }: { types: string[]; needed: boolean },
) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const sent = c.req.header("Content-Type");
    if (sent !== undefined && !isOneOf(types, sent)) {
      throw new HTTPException(415);
    }
    let refused: string | undefined;
    await limitBody(c, async () => {
      const bytes = await c.req.arrayBuffer();
      const empty = bytes.byteLength === 0;
      if (!empty && sent === undefined) throw new HTTPException(415);
      refused = empty && !needed ? undefined : refusalOf(bytes);
      if (refused === undefined) await next();
    });
    return refused === undefined
      ? undefined
      : problem(c, "malformed", { detail: refused });
  });
}

/** By its name, in any case, with no parameter but the charset that JSON has anyway. */
function isOneOf(types: string[], sent: string) {
  const [type, ...parameters] = sent.toLowerCase().split(";")
    .map((it) => it.trim());
  return types.includes(type!) &&
    parameters.every((it) => it === "charset=utf-8");
}

const WHY: Record<JsonRefusal, string> = {
  not_json: "The body is not JSON.",
  too_deep: "The body is nested too deeply.",
  repeated_key: "The body has a key twice in one object.",
};

/** A byte order mark in front is taken, as Windows PowerShell 5.1 sends it (RFC 8259, 8.1). */
function refusalOf(bytes: ArrayBuffer): string | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "The body is not UTF-8; it may be ISO-8859-1, Windows-1252 or UTF-16. Send it as UTF-8.";
  }
  const refusal = judgeJson(text);
  return refusal && WHY[refusal];
}
