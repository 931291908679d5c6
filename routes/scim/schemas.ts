import type { AttributeSetting } from "../../services/config.ts";
import {
  CORE,
  ENTERPRISE,
  ENTERPRISE_ATTRIBUTES,
  PHONE_ATTRIBUTES,
  PLAIN_ATTRIBUTES,
} from "./attributes.ts";

interface Attribute {
  name: string;
  type: "string" | "boolean" | "complex";
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact: boolean;
  mutability: "readWrite" | "writeOnly";
  returned: "default" | "never";
  uniqueness: "none" | "server";
  canonicalValues?: string[];
  subAttributes?: Attribute[];
}

/** What is kept of a user, and nothing else: it depends on the setting USER_ATTRIBUTES. */
export function schemas(declared: readonly AttributeSetting[]) {
  const plain = declaredOf(PLAIN_ATTRIBUTES, declared);
  const enterprise = declaredOf(ENTERPRISE_ATTRIBUTES, declared);
  const phones = Object.entries(PHONE_ATTRIBUTES)
    .filter(([, kept]) => declared.some((it) => it.name === kept))
    .map(([type]) => type);
  const user = [...core(), ...(phones.length > 0 ? [phone(phones)] : [])];
  return [
    schema(CORE, "User", "User account", [...user, ...plain]),
    ...(enterprise.length > 0
      ? [schema(ENTERPRISE, "EnterpriseUser", "Enterprise user", enterprise)]
      : []),
  ];
}

function core(): Attribute[] {
  return [
    attribute("userName", "Letters, digits, dots, hyphens and underscores", {
      required: true,
      uniqueness: "server",
    }),
    attribute("displayName", "The name; of all that is sent it comes first"),
    attribute("name", "The name, in parts", {
      type: "complex",
      subAttributes: [
        attribute("formatted", "The name, where there is no displayName"),
        attribute("givenName", "All words of the name but the last"),
        attribute("familyName", "The last word of the name"),
      ],
    }),
    attribute("active", "Whether the user may sign in", { type: "boolean" }),
    attribute("password", "Temporary: the user replaces it", {
      mutability: "writeOnly",
      returned: "never",
      caseExact: true,
    }),
    list("emails", "The one address", ["work"], {
      uniqueness: "server",
    }),
  ];
}

function phone(types: string[]): Attribute {
  return list("phoneNumbers", "One number of each type", types);
}

function list(
  name: string,
  description: string,
  types: string[],
  value: Partial<Attribute> = {},
): Attribute {
  return attribute(name, description, {
    type: "complex",
    multiValued: true,
    subAttributes: [
      attribute("value", description, value),
      attribute("type", "Which one", { canonicalValues: types }),
      attribute("primary", "Whether it is the first one", { type: "boolean" }),
    ],
  });
}

function declaredOf(
  table: Record<string, string>,
  declared: readonly AttributeSetting[],
): Attribute[] {
  return Object.entries(table).flatMap(([name, kept]) => {
    const setting = declared.find((it) => it.name === kept);
    const { label, required } = setting ?? {};
    return label === undefined
      ? []
      : [attribute(name, label, { required: required ?? false })];
  });
}

function attribute(
  name: string,
  description: string,
  more: Partial<Attribute> = {},
): Attribute {
  return {
    name,
    type: "string",
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
    ...more,
  };
}

function schema(
  id: string,
  name: string,
  description: string,
  attributes: Attribute[],
) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    id,
    name,
    description,
    attributes,
    meta: { resourceType: "Schema", location: `/scim/v2/Schemas/${id}` },
  };
}
