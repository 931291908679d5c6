import { type Context, Hono } from "hono";
import {
  findProvisioned,
  listProvisionedAfter,
  listProvisionedFrom,
  type ProvisionedUser,
} from "../../services/provisioned_users.ts";
import { provisionUser } from "../../services/provisioning.ts";
import { getUser } from "../../services/users.ts";
import type { AppEnv } from "../env.ts";
import { checkSchemas, readBody, startReading } from "./body.ts";
import { READING, refusePassword, WRITING } from "./doors.ts";
import { scimError, scimJson } from "./errors.ts";
import { readUserFilter } from "./filter.ts";
import { readResource } from "./input.ts";
import { cursorResponse, listResponse } from "./list_response.ts";
import { type ListQuery, readListQuery, readProjection } from "./query.ts";
import { refuse } from "./refusals.ts";
import { answerUser, render } from "./user_answer.ts";

export const users = new Hono<AppEnv>()
  .get("/Users", READING, async (c) => {
    const query = readListQuery(c);
    if (query.filter !== undefined) return await find(c, query, query.filter);
    return query.cursor === undefined
      ? await listByPosition(c, query)
      : await listByCursor(c, query);
  })
  .post("/Users", ...WRITING, async (c) => {
    const { services, actor } = c.var;
    const body = await readBody(c);
    checkSchemas(body);
    const reading = startReading(c);
    readResource(reading, body);
    const { given } = reading;
    const refused = await refusePassword(c, given);
    if (refused) return refused;
    readProjection(c); // before anything is made
    const made = await provisionUser(services, { actor, given });
    if (!made.ok) return refuse(c, made.failure);
    return answerUser(c, (await getUser(services, made.value))!, 201);
  });

async function find(c: Context<AppEnv>, query: ListQuery, text: string) {
  const { services, actor } = c.var;
  const filter = readUserFilter(text);
  const found = filter && await findProvisioned(services, { actor, filter });
  if (found && !found.ok) {
    return scimError(c, 400, {
      scimType: "tooMany",
      detail: `More than ${found.failure.most} users are alike in this.`,
    });
  }
  const all = found?.value ?? [];
  const { cursor, position, count } = query;
  if (cursor === undefined) {
    const page = all.slice(position, position + count);
    const startIndex = position + 1;
    const response = { startIndex, total: all.length };
    return scimJson(c, listResponse(renderAll(c, page), response));
  }
  const behind = all.filter((it) => cursor === null || it.id > cursor);
  const page = behind.slice(0, count);
  const next = behind.length > count ? page.at(-1)?.id : undefined;
  return scimJson(c, cursorResponse(renderAll(c, page), next));
}

async function listByCursor(
  c: Context<AppEnv>,
  { cursor, count }: ListQuery,
) {
  const { services, actor } = c.var;
  const after = cursor ?? undefined;
  const { users, next } = await listProvisionedAfter(services, {
    actor,
    after,
    count,
  });
  return scimJson(c, cursorResponse(renderAll(c, users), next));
}

async function listByPosition(
  c: Context<AppEnv>,
  { position, count }: ListQuery,
) {
  const { services, actor } = c.var;
  const listed = await listProvisionedFrom(services, {
    actor,
    position,
    count,
  });
  if (!listed.ok) {
    return scimError(c, 400, {
      scimType: "tooMany",
      detail:
        `startIndex goes up to ${listed.failure.farthest}. Begin with cursor= and follow nextCursor (RFC 9865), or filter.`,
    });
  }
  const { users, total } = listed.value;
  const startIndex = position + 1;
  return scimJson(
    c,
    listResponse(renderAll(c, users), { startIndex, total }),
  );
}

function renderAll(c: Context<AppEnv>, users: ProvisionedUser[]) {
  const projection = readProjection(c);
  return users.map((it) => render(c, it, projection));
}
