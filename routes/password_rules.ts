import type { Settings } from "../services/config.ts";
import {
  type FactorStanding,
  minLengthFor,
} from "../services/second_factor_rules.ts";
import type { PasswordRules } from "../views/password_field.tsx";

/** The rules as the screen tells them before anybody types. */
export function passwordRules(
  settings: Settings,
  owner: FactorStanding,
): PasswordRules {
  return {
    minLength: minLengthFor(settings, owner),
    maxLength: settings.PASSWORD_MAX_LENGTH,
    history: settings.PASSWORD_HISTORY,
  };
}
