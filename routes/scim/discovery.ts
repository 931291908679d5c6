import { type Context, Hono } from "hono";
import type { AppEnv } from "../env.ts";
import { BODY_LIMIT } from "../form.ts";
import { CORE, ENTERPRISE } from "./attributes.ts";
import { scimError, scimJson, scimNotFound } from "./errors.ts";
import { listResponse } from "./list_response.ts";
import { PAGE_SIZE } from "./query.ts";
import { schemas } from "./schemas.ts";

/** What this server can do, for whoever sets up an identity provider (RFC 7644, 4; RFC 7643, 5 to 7). */
export const discovery = new Hono<AppEnv>()
  .use(
    "/:kind{ServiceProviderConfig|ResourceTypes|Schemas}/*",
    async (c, next) =>
      c.req.query("filter") === undefined
        ? await next()
        : scimError(c, 403, { detail: "What is told here has no filter." }),
  )
  .get("/ServiceProviderConfig", (c) => scimJson(c, configuration(c)))
  .get("/ResourceTypes", (c) => scimJson(c, listResponse([userType(c)])))
  .get("/ResourceTypes/User", (c) => scimJson(c, userType(c)))
  .get("/Schemas", (c) => scimJson(c, listResponse(allSchemas(c))))
  .get("/Schemas/:urn", (c) => {
    const urn = c.req.param("urn").toLowerCase();
    const found = allSchemas(c).find((it) => it.id.toLowerCase() === urn);
    return found ? scimJson(c, found) : scimNotFound(c);
  });

function configuration(c: Context<AppEnv>) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: BODY_LIMIT },
    filter: { supported: true, maxResults: PAGE_SIZE },
    changePassword: { supported: true },
    sort: { supported: false },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: "index",
      defaultPageSize: PAGE_SIZE,
      maxPageSize: PAGE_SIZE,
    },
    authenticationSchemes: [{
      type: "oauthbearertoken",
      name: "API token",
      description: "Made under Account > API tokens, sent as a bearer token.",
      primary: true,
    }],
    meta: {
      resourceType: "ServiceProviderConfig",
      location: absolute(c, "/scim/v2/ServiceProviderConfig"),
    },
  };
}

function userType(c: Context<AppEnv>) {
  const extended = allSchemas(c).some((it) => it.id === ENTERPRISE);
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    id: "User",
    name: "User",
    endpoint: "/Users",
    description: "User account",
    schema: CORE,
    schemaExtensions: extended ? [{ schema: ENTERPRISE, required: false }] : [],
    meta: {
      resourceType: "ResourceType",
      location: absolute(c, "/scim/v2/ResourceTypes/User"),
    },
  };
}

function allSchemas(c: Context<AppEnv>) {
  const { USER_ATTRIBUTES } = c.var.services.settings;
  return schemas(USER_ATTRIBUTES).map((it) => ({
    ...it,
    meta: { ...it.meta, location: absolute(c, it.meta.location) },
  }));
}

function absolute(c: Context<AppEnv>, path: string) {
  return new URL(path, c.var.services.settings.PUBLIC_URL).href;
}
