import type { ServiceContext } from "./context.ts";
import { refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

/** A step was refused, so the ones before it are undone. */
class Undone extends Error {
  constructor(readonly failure: unknown) {
    super("undone");
  }
}

/** What a step gives; where it is refused, the whole of `allOrNothing` is. */
export function must<Value>(step: Result<Value, unknown>): Value {
  if (!step.ok) throw new Undone(step.failure);
  return step.value;
}

/**
 * Several decisions as one: each goes on in the same transaction. What a step that is refused has recorded is
 * undone with the rest.
 */
export async function allOrNothing<Value, Failure>(
  context: ServiceContext,
  steps: (inside: ServiceContext) => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure>> {
  try {
    return await inTransaction(
      context,
      (tx) => steps({ ...context, db: tx }),
    );
  } catch (error) {
    if (error instanceof Undone) return refuse(error.failure as Failure);
    throw error;
  }
}
