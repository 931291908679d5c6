import { splitName } from "../../services/provisioned_names.ts";
import type { ProvisionedUser } from "../../services/provisioned_users.ts";
import {
  CORE,
  ENTERPRISE,
  ENTERPRISE_ATTRIBUTES,
  PHONE_ATTRIBUTES,
  PLAIN_ATTRIBUTES,
} from "./attributes.ts";

export type Resource = Record<string, unknown>;

/** A user in SCIM's form (RFC 7643, 4.1 and 4.3). What is empty is not there (2.5). */
export function toResource(
  user: ProvisionedUser,
  { publicUrl, declared }: { publicUrl: URL; declared: ReadonlySet<string> },
): Resource {
  const { id, username: userName, name, email, externalId, disabledAt } = user;
  const attributes = Object.fromEntries(
    Object.entries(user.attributes).filter(([it]) => declared.has(it)),
  );
  const enterprise = pick(attributes, ENTERPRISE_ATTRIBUTES);
  const phoneNumbers = Object.entries(pick(attributes, PHONE_ATTRIBUTES))
    .map(([type, value]) => ({ value, type }));
  const hasEnterprise = Object.keys(enterprise).length > 0;
  return {
    schemas: hasEnterprise ? [CORE, ENTERPRISE] : [CORE],
    id,
    ...(externalId !== null && { externalId }),
    userName,
    displayName: name,
    name: { formatted: name, ...splitName(name) },
    active: disabledAt === null,
    ...(email !== null &&
      { emails: [{ value: email, type: "work", primary: true }] }),
    ...(phoneNumbers.length > 0 && { phoneNumbers }),
    ...pick(attributes, PLAIN_ATTRIBUTES),
    ...(hasEnterprise && { [ENTERPRISE]: enterprise }),
    meta: {
      resourceType: "User",
      created: user.createdAt.toISOString(),
      lastModified: user.updatedAt.toISOString(),
      location: locationOf(publicUrl, id),
      version: versionOf(user),
    },
  };
}

export function locationOf(publicUrl: URL, id: string): string {
  return new URL(`/scim/v2/Users/${id}`, publicUrl).href;
}

/** A weak validator (RFC 7644, 3.14): it counts the changes of what is shown. */
export function versionOf({ version }: Pick<ProvisionedUser, "version">) {
  return `W/"${version}"`;
}

function pick(
  attributes: Record<string, string>,
  table: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, kept]) => {
      const value = attributes[kept];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
