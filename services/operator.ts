import { v7 as uuidv7, validate } from "uuid";
import { findUser, findUserByIdentifier } from "../db/users.ts";
import { type Acting, recordAudit } from "./audit.ts";
import type { ServiceContext, Services } from "./context.ts";

/**
 * Whoever runs the program on its machine: above every account, and none of them. What they may is not asked,
 * what they do is recorded.
 */
export const OPERATOR: Acting = { actorId: null, detail: { by: "cli" } };

export function operatorContext(services: Services): ServiceContext {
  return {
    ...services,
    requestId: uuidv7(),
    address: "cli",
    userAgent: "cli",
  };
}

/** Whom a username, an email or an id names; null for nobody. */
export async function findSubject(
  { db }: ServiceContext,
  text: string,
): Promise<{ id: string; name: string } | null> {
  const byId = validate(text) ? await findUser(db, text) : null;
  return byId ?? await findUserByIdentifier(db, text);
}

/** That a command was run which changes no account, and so has no event of its own. */
export async function recordCommand(
  context: ServiceContext,
  { command, subjectId = null, detail }: {
    command: string;
    subjectId?: string | null | undefined;
    detail?: Record<string, unknown>;
  },
) {
  await recordAudit(context.db, context, {
    event: "command_run",
    subjectId,
    detail: { ...OPERATOR.detail, command, ...detail },
  });
}
