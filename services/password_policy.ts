import { contextWords, madeOfContextWords } from "./context_words.ts";
import type { Strength } from "./password_strength.ts";
import { type AskStrength, strengthChecks } from "./strength_checks.ts";
import type { QueueTurn } from "./work_queue.ts";

export interface PasswordPolicySettings {
  /** Code points. */
  minLength: number;
  /** Code points. */
  maxLength: number;
  /** zxcvbn's scale: 2 is beyond 10^6 guesses, 3 beyond 10^8, 4 beyond 10^10. */
  minScore: 0 | 1 | 2 | 3 | 4;
  /** Product and organisation. */
  contextWords: string[];
}

/** Why a password is refused. `breached` and `reused` are for callers to add: they take looking up. */
export type PolicyViolation =
  | { rule: "too_short"; length: number; min: number }
  | { rule: "too_long"; length: number; max: number }
  | { rule: "not_text" }
  | { rule: "common" }
  | { rule: "context_word"; word: string }
  | { rule: "too_guessable" }
  | { rule: "breached" }
  | { rule: "reused" };

export interface PasswordCheck {
  violations: PolicyViolation[];
  /** How hard to guess, from 0 to 4; 0 for what is no text. */
  score: 0 | 1 | 2 | 3 | 4;
}

export interface PasswordPolicy {
  readonly settings: PasswordPolicySettings;
  /**
   * Gives everything that is wrong with a new password, so that it can be put right in one go.
   *
   * - Length in code points after NFC (ASVS 6.2.1, 6.2.9; NIST SP 800-63B-4 3.1.1.2). No composition
   *   rules (ASVS 6.2.5).
   * - `not_text`: control characters, lone surrogates and U+FFFD, which is what a broken character
   *   becomes on the way: nobody could type it again.
   * - `common`: on the list of common passwords as a whole, in any case (ASVS 6.2.4).
   * - `context_word`: only made of `about` and the settings' words (ASVS 6.2.11).
   * - `too_guessable`: below `minScore`, and none of the two reasons before it says why.
   *
   * @param about the owner's name, username and email
   * @param minLength of this owner, not under the settings' one
   * @param turn whom it is for: it waits in a line (services/strength_checks.ts)
   * @throws {OverloadedError} the line is full
   */
  check(
    password: string,
    about: string[],
    options?: { minLength?: number; turn?: QueueTurn },
  ): Promise<PasswordCheck>;
}

/** Makes the one policy of every path. */
export function createPasswordPolicy(
  settings: PasswordPolicySettings,
  ask: AskStrength = strengthChecks.ask,
): PasswordPolicy {
  const ours = contextWords(settings.contextWords);

  return {
    settings,
    async check(
      password,
      about,
      { minLength = settings.minLength, turn = {} } = {},
    ) {
      if (password.length > 8 * settings.maxLength) { // before NFC, whose time grows with the square
        const { maxLength: max } = settings;
        const length = [...password].length;
        return { violations: [{ rule: "too_long", length, max }], score: 0 };
      }
      const text = password.normalize("NFC");
      const violations = lengthViolations(text, { ...settings, minLength });
      if (!isText(text)) {
        return { violations: [...violations, { rule: "not_text" }], score: 0 };
      }
      const words = new Map([...contextWords(about), ...ours]);
      const strength = await ask({
        text,
        words: [...words.keys(), ...words.values()],
      }, turn);
      violations.push(...guessViolations(text, words, strength));
      return { violations, score: strength.score };
    },
  };

  function guessViolations(
    text: string,
    words: ReadonlyMap<string, string>,
    { score, common }: Strength,
  ): PolicyViolation[] {
    const violations: PolicyViolation[] = [];
    if (common && text.length >= settings.minLength) {
      violations.push({ rule: "common" });
    }
    const word = text.length > 4 * settings.maxLength
      ? undefined // refused already; spares the search
      : madeOfContextWords(text, words);
    if (word !== undefined) violations.push({ rule: "context_word", word });
    if (violations.length > 0 || score >= settings.minScore) return violations;
    return [{ rule: "too_guessable" }];
  }
}

function lengthViolations(
  text: string,
  { minLength: min, maxLength: max }: PasswordPolicySettings,
): PolicyViolation[] {
  let length = 0;
  for (const _ of text) length++;
  if (length < min) return [{ rule: "too_short", length, min }];
  if (length > max) return [{ rule: "too_long", length, max }];
  return [];
}

function isText(text: string) {
  return text.isWellFormed() && !/[\p{Cc}\ufffd]/u.test(text);
}
