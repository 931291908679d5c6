import type { Database } from "../db/client.ts";
import { insertSession } from "../db/sessions.ts";
import type { ServiceContext } from "./context.ts";
import { hashSecret, type Token } from "./tokens.ts";

/** Begins a session of whoever asks; `pending` where a second factor is still to come. */
export async function startSession(
  tx: Database,
  { address, userAgent }: ServiceContext,
  { userId, token, pending = false }: {
    userId: string;
    token: Token;
    pending?: boolean;
  },
) {
  await insertSession(tx, {
    id: token.id,
    userId,
    secretHash: hashSecret(token.secret),
    address,
    userAgent,
    pending,
  });
}
