export const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
export const ENTERPRISE =
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** Where an attribute of SCIM is kept, as far as the setting USER_ATTRIBUTES declares it. */
export const PLAIN_ATTRIBUTES: Record<string, string> = {
  title: "title",
  nickName: "nickname",
  userType: "user_type",
  profileUrl: "profile_url",
  preferredLanguage: "language",
  locale: "locale",
  timezone: "timezone",
};

export const ENTERPRISE_ATTRIBUTES: Record<string, string> = {
  employeeNumber: "employee_number",
  costCenter: "cost_center",
  organization: "organization",
  division: "division",
  department: "department",
};

/** By the type of the number. */
export const PHONE_ATTRIBUTES: Record<string, string> = {
  work: "phone",
  mobile: "mobile",
  fax: "fax",
};

/** What RFC 7643 knows and nothing here keeps: it is read and left alone. */
export const IGNORED = new Set([
  "ims",
  "photos",
  "addresses",
  "entitlements",
  "roles",
  "x509certificates",
  "manager",
]);

/** What the server alone says. */
export const READ_ONLY = new Set(["schemas", "id", "meta", "groups"]);

/** Entra sends "True" and "False" where it is not told better. */
export function isBoolean(value: unknown): value is boolean | string {
  return typeof value === "boolean" ||
    typeof value === "string" && /^(true|false)$/i.test(value);
}

export function isTrue(value: boolean | string): boolean {
  return String(value).toLowerCase() === "true";
}
