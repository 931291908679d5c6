import { type ApiTokenRow, findApiTokens } from "../../services/api_tokens.ts";
import type { ServiceContext } from "../../services/context.ts";
import { recordCommand } from "../../services/operator.ts";
import { endTokenByOperator } from "../../services/operator_changes.ts";
import { type Command, done, refused, withSubject } from "./command.ts";

export const tokens: Command = {
  does: "lists the API tokens that can be used",
  options: { user: { value: "USER" } },
  run: (context, { options: { user } }) =>
    user === undefined
      ? list(context, undefined)
      : withSubject(context, user, ({ id }) => list(context, id)),
};

export const revokeToken: Command = {
  operands: ["ID"],
  does: "ends an API token, by the id that `tokens` tells",
  async run(context, { operands: [tokenId] }) {
    const revoked = await endTokenByOperator(context, { tokenId: tokenId! });
    return revoked.ok
      ? done(["The token is revoked."], { tokenId })
      : refused("not_found", "There is no token of this id that can be used.");
  },
};

async function list(context: ServiceContext, ownerId: string | undefined) {
  const all: ApiTokenRow[] = [];
  let before: string | undefined;
  do {
    const page = await findApiTokens(context, { ownerId, before, limit: 500 });
    all.push(...page.tokens);
    before = page.next;
  } while (before);
  await recordCommand(context, { command: "tokens", subjectId: ownerId });
  return done(
    all.length > 0
      ? all.map(line)
      : ["There is no API token that can be used."],
    { tokens: all },
  );
}

function line(token: ApiTokenRow): string {
  const { id, ownerUsername, name, scopes, expiresAt, lastUsedAt } = token;
  return [
    id,
    ownerUsername,
    name,
    scopes.join(","),
    `until ${expiresAt.toISOString()}`,
    lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : "never used",
  ].join("  ");
}
