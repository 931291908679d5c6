import {
  claimIdempotencyKey,
  findIdempotentAnswer,
  keepIdempotentAnswer,
  releaseIdempotencyKey,
} from "../db/idempotent_answers.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { isDigestOf, keyedDigest } from "./keyed_digest.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

const PURPOSE = "idempotent request";

/** What was answered to a request, as far as it is answered again. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Answers a request once for each key of its caller (draft-ietf-httpapi-idempotency-key-header): the same one
 * again gets the same answer, and nothing happens twice. The answer is kept in the transaction of what it tells
 * of, so neither is there without the other. It tells of a user, so it is sealed; what is told once is not in
 * it. A refusal has changed nothing and is not kept: the same request may be asked again.
 *
 * @param request all that it depends on: method, address, body, If-Match
 * @param answer does the work, by the context that it is given, and says what to keep; what it throws undoes everything
 */
export async function answerOnce(
  context: ServiceContext,
  { actor, key: given, request }: {
    actor: Actor;
    key: string;
    request: string;
  },
  answer: (inside: ServiceContext) => Promise<KeptAnswer>,
): Promise<
  Result<KeptAnswer & { again: boolean }, { reason: "key_reused" }>
> {
  const { secrets } = context;
  const ownerId = actor.userId;
  // Each session's and each token's keys are its own: what one was told in answer is no other's business.
  const key = `${actor.sessionId} ${given}`;
  const owner = `idempotent answer ${ownerId} ${key}`;
  const text = `${owner}\n${request}`;
  const requestHash = keyedDigest(secrets, PURPOSE, text); // a typed password may be in it
  return await context.once(() =>
    inTransaction(context, async (tx) => {
      if (await claimIdempotencyKey(tx, { ownerId, key, requestHash })) {
        const answered = await answer({ ...context, db: tx });
        if (answered.status >= 400) {
          await releaseIdempotencyKey(tx, { ownerId, key });
          return ok({ ...answered, again: false });
        }
        await keepIdempotentAnswer(tx, {
          ownerId,
          key,
          status: answered.status,
          headers: answered.headers,
          sealedBody: secrets.seal(answered.body, owner),
        });
        return ok({ ...answered, again: false });
      }
      const kept = await findIdempotentAnswer(tx, { ownerId, key });
      const body = secrets.open(kept?.sealedBody ?? "", owner);
      if (
        !kept?.status || !isDigestOf(secrets, kept.requestHash, PURPOSE, text)
      ) {
        return refuse({ reason: "key_reused" });
      }
      if (body === undefined) {
        throw new Error("a kept answer can't be unsealed");
      }
      const { status, headers } = kept;
      return ok({ status, headers: headers ?? {}, body, again: true });
    })
  );
}
