import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";

const SECRET_BYTES = 32;

/** As Standard Webhooks writes them: what the receiver verifies by. */
export function createWebhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
}

/**
 * The headers of the Standard Webhooks specification: HMAC-SHA-256 over id, time and body, so that neither can
 * be replaced, and an old one not be sent again.
 *
 * @param id the same for each try, so that the receiver knows what it has had
 */
export function signWebhook(
  { secret, id, at, body }: {
    secret: string;
    id: string;
    at: Date;
    body: string;
  },
): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
}
