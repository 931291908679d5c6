import type { PasswordHasher } from "./password_hash.ts";
import type { QueueTurn } from "./work_queue.ts";

/** The same hasher for one who asks: whatever is hashed stands in line for them, and for nobody after the deadline. */
export function inTurnOf(
  hasher: PasswordHasher,
  asker: QueueTurn,
): PasswordHasher {
  const of = (turn: QueueTurn = {}) => ({ ...asker, ...turn });
  return {
    ...hasher,
    hash: (password, turn) => hasher.hash(password, of(turn)),
    hashLike: (password, like, turn) =>
      hasher.hashLike(password, like, of(turn)),
    verify: (hash, password, turn) => hasher.verify(hash, password, of(turn)),
    verifyNobody: (password, turn) => hasher.verifyNobody(password, of(turn)),
    authenticate: (stored, password, turn) =>
      hasher.authenticate(stored, password, of(turn)),
  };
}
