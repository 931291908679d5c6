import type { Settings } from "../services/config.ts";
import type { PasswordRules } from "../views/password_field.tsx";

/** The rules as the screen tells them before anybody types. */
export function passwordRules(settings: Settings): PasswordRules {
  return {
    minLength: settings.PASSWORD_MIN_LENGTH,
    maxLength: settings.PASSWORD_MAX_LENGTH,
    history: settings.PASSWORD_HISTORY,
  };
}
