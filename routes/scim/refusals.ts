import type { Context } from "hono";
import type { ProvisionFailure } from "../../services/provisioning.ts";
import type {
  FieldProblem,
  FieldProblems,
} from "../../services/user_fields.ts";
import { refusalText } from "../../views/refusals.ts";
import { violationTexts } from "../../views/violations.ts";
import type { AppEnv } from "../env.ts";
import { LAST_ADMINISTRATOR, problemText, REPORT_OPEN } from "../messages.ts";
import { scimError, scimNotFound, type ScimType } from "./errors.ts";

/** What the service has refused, and recorded. */
export function refuse(c: Context<AppEnv>, failure: ProvisionFailure) {
  switch (failure.reason) {
    case "not_found":
      return scimNotFound(c);
    case "missing_permission":
    case "missing_scope":
    case "oneself":
    case "outranked":
      return scimError(c, 403, { detail: refusalText(failure) });
    case "invalid":
      return refuseFields(c, failure.problems);
    case "policy":
      return invalid(c, `password: ${violationTexts(failure.violations)}`);
    case "not_generated":
      return invalid(c, "password: Only generated passwords may be set here.");
    case "disabled":
      return invalid(c, "password: A disabled user is given none.");
    case "last_administrator":
      return scimError(c, 409, { detail: LAST_ADMINISTRATOR });
    case "report_open":
      return scimError(c, 409, { detail: REPORT_OPEN });
    case "other_version":
      return otherVersion(c);
    default:
      return scimError(c, 409, { detail: "It has changed meanwhile." });
  }
}

export function otherVersion(c: Context<AppEnv>) {
  return scimError(c, 412, {
    detail: "It has changed meanwhile. Read it again.",
  });
}

function refuseFields(c: Context<AppEnv>, problems: FieldProblems) {
  const entries = Object.entries(problems);
  const detail = entries.map(([field, it]) => said(field, it)).join(" ");
  const taken = entries.every(([, it]) =>
    it.problem === "taken" || it.problem === "look_alike"
  );
  return taken
    ? scimError(c, 409, { scimType: "uniqueness", detail })
    : invalid(c, detail);
}

const NAMES: Record<string, string> = {
  username: "userName",
  name: "displayName",
  email: "emails",
};

function said(field: string, problem: FieldProblem) {
  const mapped = field === "username" && problem.problem === "malformed"
    ? " Where it is an email address, map the part before the @ to userName."
    : "";
  const name = NAMES[field] ?? field.replace(/^attributes\./, "");
  return `${name}: ${problemText(problem)}${mapped}`;
}

function invalid(c: Context<AppEnv>, detail: string) {
  const scimType: ScimType = "invalidValue";
  return scimError(c, 400, { scimType, detail });
}
