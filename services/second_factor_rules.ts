import type { Settings } from "./config.ts";
import type { Permission } from "./context.ts";

/** What decides of a user which rules hold. */
export interface FactorStanding {
  secondFactor: boolean;
  permissions: readonly Permission[];
}

/** Must whoever holds these permissions have a second factor (ASVS 6.3.3)? */
export function requiresSecondFactor(
  { REQUIRE_2FA }: Settings,
  { permissions }: Pick<FactorStanding, "permissions">,
): boolean {
  return REQUIRE_2FA === "all" ||
    REQUIRE_2FA === "staff" && permissions.length > 0;
}

/** Code points that a password must have: more where nothing else protects the account (NIST SP 800-63B-4 3.1.1.2). */
export function minLengthFor(
  settings: Settings,
  standing: FactorStanding,
): number {
  const { PASSWORD_MIN_LENGTH, PASSWORD_MIN_LENGTH_SINGLE_FACTOR } = settings;
  return standing.secondFactor || requiresSecondFactor(settings, standing)
    ? PASSWORD_MIN_LENGTH
    : PASSWORD_MIN_LENGTH_SINGLE_FACTOR ?? PASSWORD_MIN_LENGTH;
}

/** Is a password that was long enough with a second factor too short without? Then it has to be replaced. */
export function outgrowsPassword(
  settings: Settings,
  { permissions }: Pick<FactorStanding, "permissions">,
): boolean {
  return minLengthFor(settings, { secondFactor: false, permissions }) >
    minLengthFor(settings, { secondFactor: true, permissions });
}

const NIST_SINGLE_FACTOR = 15;

/** Whether the passwords that these settings admit are long enough for NIST, in one line for the start. */
export function describePasswordLengths(settings: Settings): string {
  const shortest = minLengthFor(settings, {
    secondFactor: false,
    permissions: [],
  });
  return settings.REQUIRE_2FA === "all" || shortest >= NIST_SINGLE_FACTOR
    ? "NIST SP 800-63B-4, 3.1.1.2: password lengths conform"
    : `NIST SP 800-63B-4, 3.1.1.2: ${shortest} characters are too few without a second factor; set PASSWORD_MIN_LENGTH_SINGLE_FACTOR=${NIST_SINGLE_FACTOR} or REQUIRE_2FA=all`;
}
