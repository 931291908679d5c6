import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../env.ts";

/** What the contract says of itself. */
const INFO = {
  openapi: "3.1.0",
  info: {
    title: "Passdesk",
    version: "1.0.0",
    description:
      "What staff can do in Passdesk, from a program: the same rules, the same audit log.",
    license: { name: "MIT", identifier: "MIT" },
    contact: { name: "The operator of this Passdesk" },
  },
  servers: [{ url: "/api/v1", description: "This Passdesk" }],
  tags: [
    { name: "Caller", description: "Who asks" },
    { name: "Users", description: "Accounts and their permissions" },
    {
      name: "Passwords",
      description: "What a user signs in with: set and removed, never read",
    },
    { name: "Sessions", description: "Where users are signed in" },
    { name: "Audit", description: "What has happened" },
    { name: "Jobs", description: "Many users at once: in, out, and changed" },
    { name: "Tokens", description: "What programs sign in with" },
  ],
};

export function registerSecurity(api: OpenAPIHono<AppEnv>) {
  api.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description:
      "An API token, passdesk_…, made under Account > API tokens. It does what its owner may, and of that what its scopes name.",
  });
  api.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "__Host-session",
    description:
      "The session of whoever is signed in, for pages of this server: the Origin has to be right.",
  });
}

/** The contract in OpenAPI 3.1, of the same schemas that judge requests. */
export function contractOf(api: OpenAPIHono<AppEnv>) {
  return api.getOpenAPI31Document(INFO, { unionPreferredType: "oneOf" });
}
