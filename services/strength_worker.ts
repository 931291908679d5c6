/**
 * A thread of its own for judging how hard passwords are to guess, since a chosen text takes tens of milliseconds.
 * It has no permissions. The first message is the list of common passwords; each other one is a question.
 */
import { readCommonPasswords } from "./common_passwords.ts";
import {
  createStrengthScorer,
  type Strength,
  type StrengthQuestion,
} from "./password_strength.ts";

export type ToWorker = { list: Uint8Array<ArrayBuffer> } | StrengthQuestion;

declare const self: {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(answer: Strength): void;
};

let score: ReturnType<typeof createStrengthScorer>;

self.onmessage = ({ data }) => {
  if ("list" in data) {
    score = createStrengthScorer(readCommonPasswords(data.list));
  } else {
    self.postMessage(score(data));
  }
};
