import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";

/** Of a password in NFC. */
export interface StrengthQuestion {
  text: string;
  /** What belongs to the owner or the service, and makes it easier to guess. */
  words: string[];
}

export interface Strength {
  /** zxcvbn's, from 0 to 4. */
  score: 0 | 1 | 2 | 3 | 4;
  /** On the list of common passwords, in any case of letters, any width, and with signs between that nobody sees. */
  common: boolean;
}

/**
 * zxcvbn's time grows with the square of the length: it sees the first 32 code units. Their score is
 * a lower bound for the whole, so nothing weak gets through.
 */
const SCORED_LENGTH = 32;
/** Likewise its time grows with the ways to read "p4$$w0rd" that it tries. */
const SUBSTITUTIONS_TRIED = 64;

/** Soft hyphens, spaces without width, joiners, variants. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Takes some 30 ms and 10 MB, for the dictionaries: it is for the worker alone (services/strength_worker.ts). */
export function createStrengthScorer(
  commonPasswords: Set<string>,
): (question: StrengthQuestion) => Strength {
  const ours = common.dictionary["passwords-common"];
  const blocklist = new Set([...commonPasswords, ...ours]);
  const zxcvbn = new ZxcvbnFactory({
    dictionary: common.dictionary,
    graphs: common.adjacencyGraphs,
    maxLength: SCORED_LENGTH,
    l33tMaxSubstitutions: SUBSTITUTIONS_TRIED,
  });
  return ({ text, words }) => {
    const common = [text, text.normalize("NFKC").replace(INVISIBLE, "")]
      .some((it) => blocklist.has(it.toLowerCase()));
    if (common) return { score: 0, common };
    return { score: zxcvbn.check(text, words).score, common: false };
  };
}
