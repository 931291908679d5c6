import type { Actor, ServiceContext } from "./context.ts";
import { isDigestOf, keyedDigest } from "./keyed_digest.ts";
import { generatePassphrase } from "./passphrase.ts";

const PURPOSE = "suggested password";

export interface Suggestion {
  password: string;
  /** That it is ours, for this user, in this session: asked for where only generated passwords may be set. */
  proof: string;
}

/** A passphrase to show to the one who asks; nothing is stored. */
export function suggestPassword(
  { settings, secrets }: ServiceContext,
  { actor, subjectId }: { actor: Actor; subjectId: string },
): Suggestion {
  const password = generatePassphrase(settings.PASSPHRASE_LANGUAGE);
  const text = proven({ actor, subjectId, password });
  return { password, proof: keyedDigest(secrets, PURPOSE, text) };
}

export function isSuggestion(
  { secrets }: Pick<ServiceContext, "secrets">,
  { proof, ...given }: Proven & { proof: string },
): boolean {
  return isDigestOf(secrets, proof, PURPOSE, proven(given));
}

interface Proven {
  actor: Actor;
  subjectId: string;
  password: string;
}

function proven({ actor: { sessionId }, subjectId, password }: Proven) {
  return [sessionId, subjectId, password].join("\0");
}
