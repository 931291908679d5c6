import type { Forbidden } from "../services/authorization.ts";
import type { Permission } from "../services/context.ts";

export const PERMISSION_LABELS: Record<Permission, string> = {
  user_management: "User Management",
  audit_log: "Audit log",
  administration: "Administration",
};

/** Why not, and who can help. */
export function refusalText(refusal: Forbidden): string {
  switch (refusal.reason) {
    case "missing_permission":
      return `This needs the permission ${
        PERMISSION_LABELS[refusal.permission]
      }, which you don't hold (any more). Ask an administrator.`;
    case "missing_scope":
      if (refusal.forHolder) {
        return `This person holds a permission: for this an API token needs the scope ${refusal.scope} too.`;
      }
      return refusal.scope === null
        ? "This is for people alone; an API token can't do it."
        : `This needs an API token with the scope ${refusal.scope}.`;
    case "oneself":
      return "This is your own account. Change your own password under User > Password/2FA; for anything else ask a colleague.";
    case "outranked":
      return `This person holds the permission ${
        PERMISSION_LABELS[refusal.permission]
      }, which you don't hold. Ask a colleague who does.`;
  }
}
