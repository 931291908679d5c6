import type { Actor, ServiceContext } from "./context.ts";
import { generatePassphrase } from "./passphrase.ts";
import { sameText, sign } from "./tokens.ts";

export interface Suggestion {
  password: string;
  /** That it is ours, for this user, in this session: where only generated passwords may be set. */
  proof: string;
}

/** A passphrase to show to the one who asks; nothing is stored. */
export function suggestPassword(
  { settings }: ServiceContext,
  { actor, subjectId }: { actor: Actor; subjectId: string },
): Suggestion {
  const password = generatePassphrase(settings.PASSPHRASE_LANGUAGE);
  return { password, proof: proofOf(actor, subjectId, password) };
}

export function isSuggestion(
  { actor, subjectId, password, proof }: {
    actor: Actor;
    subjectId: string;
    password: string;
    proof: string;
  },
): boolean {
  return sameText(proof, proofOf(actor, subjectId, password));
}

function proofOf(actor: Actor, subjectId: string, password: string) {
  return sign(actor.sessionKey, "suggestion", `${subjectId}\0${password}`);
}
