import { z } from "@hono/zod-openapi";
import { PERMISSIONS } from "../../services/permissions.ts";
import type { UserDetails } from "../../services/users.ts";
import { etagOf } from "./etag.ts";

export const EXAMPLE_ID = "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c11";

const Time = z.iso.datetime().openapi({ example: "2026-11-23T09:30:00.000Z" });

export const PermissionName = z.enum(PERMISSIONS);

export const Attributes = z.record(z.string(), z.string()).openapi({
  description: "By the names of the setting USER_ATTRIBUTES",
  example: { department: "Treasury", phone: "+49 30 123456" },
});

export const User = z.object({
  id: z.uuid(),
  username: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  pendingEmail: z.string().nullable().openapi({
    description: "A new address that waits for its owner's confirmation",
  }),
  externalId: z.string().nullable().openapi({
    description: "What the system that provisions users calls this one",
  }),
  attributes: Attributes,
  disabled: z.boolean(),
  disabledAt: Time.nullable(),
  permissions: z.array(PermissionName),
  secondFactor: z.boolean(),
  password: z.object({
    setAt: Time.nullable(),
    temporary: z.boolean(),
    expiresAt: Time.nullable(),
  }).openapi({ description: "What is known of it; itself it is never told" }),
  lastSignInAt: Time.nullable(),
  createdAt: Time,
  updatedAt: Time,
}).openapi("User", {
  example: {
    id: EXAMPLE_ID,
    username: "anna.mueller",
    name: "Anna Müller",
    email: "anna.mueller@example.org",
    pendingEmail: null,
    externalId: null,
    attributes: { department: "Treasury" },
    disabled: false,
    disabledAt: null,
    permissions: [],
    secondFactor: true,
    password: {
      setAt: "2026-11-02T08:15:00.000Z",
      temporary: false,
      expiresAt: null,
    },
    lastSignInAt: "2026-11-23T09:30:00.000Z",
    createdAt: "2026-01-07T10:00:00.000Z",
    updatedAt: "2026-11-02T08:15:00.000Z",
  },
});

export function toUser(user: UserDetails): z.output<typeof User> {
  const { id, username, name, email, pendingEmail, externalId } = user;
  const { attributes, permissions, secondFactor } = user;
  return {
    id,
    username,
    name,
    email,
    pendingEmail,
    externalId,
    attributes,
    disabled: user.disabledAt !== null,
    disabledAt: toTime(user.disabledAt),
    permissions,
    secondFactor,
    password: {
      setAt: toTime(user.passwordSetAt),
      temporary: user.temporary,
      expiresAt: toTime(user.passwordExpiresAt),
    },
    lastSignInAt: toTime(user.lastSignInAt),
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}

export function etagOfUser(user: UserDetails): string {
  return etagOf(toUser(user));
}

function toTime(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
