import type { Settings } from "./config.ts";

export type AsvsLevel = 1 | 2 | 3;

/** Requirements of OWASP ASVS 5.0 that apply, by the level that first asks for them; docs/asvs.md has each. */
export const APPLICABLE: Record<AsvsLevel, number> = { 1: 53, 2: 116, 3: 60 };

/** Requirements that no setting reaches; docs/security.md says why. */
export const NOT_MET: Record<string, AsvsLevel> = {
  "2.3.5": 3,
  "2.4.2": 3,
  "3.4.7": 3,
  "4.1.5": 3,
  "7.5.3": 3,
  "8.2.4": 3,
  "11.7.2": 3,
};

interface Deciding {
  level: AsvsLevel;
  /** What it is about, in two words. */
  about: string;
  /** What to set, as the start names it. */
  by: string;
  reached: (settings: Settings) => boolean;
}

/** Requirements that the settings decide. */
export const BY_SETTING: Record<string, Deciding> = {
  "6.2.12": {
    level: 2,
    about: "stolen passwords",
    by: "BREACH_CORPUS=hibp",
    reached: (it) => it.BREACH_CORPUS !== "off",
  },
  "6.3.3": {
    level: 2,
    about: "second factor",
    by: "REQUIRE_2FA=all",
    reached: (it) => it.REQUIRE_2FA === "all",
  },
  "6.4.1": {
    level: 1,
    about: "temporary passwords",
    by: "FORCE_TEMPORARY=on",
    reached: (it) => it.FORCE_TEMPORARY === "on",
  },
  "6.4.6": {
    level: 3,
    about: "no chosen passwords",
    by: "PASSWORD_MODES=generated",
    reached: (it) => !it.PASSWORD_MODES.includes("typed"),
  },
  "12.3.1": {
    level: 2,
    about: "encrypted connections",
    by: "SMTP_TLS=required and DATABASE_TLS=required",
    reached: (it) => it.SMTP_TLS === "required" && it.DATABASE_TLS !== "off",
  },
  "13.2.2": {
    level: 2,
    about: "database roles",
    by: "DATABASE_OWNER_URL",
    reached: (it) => !it.DATABASE_URL || it.DATABASE_OWNER_URL !== undefined,
  },
};

/** How many requirements of each level these settings reach, and what would reach the others. */
export function reachOf(settings: Settings) {
  const missing = Object.entries(BY_SETTING)
    .filter(([, { reached }]) => !reached(settings))
    .map(([id, { level, about, by }]) => ({ id, level, about, by }));
  const never = Object.values(NOT_MET);
  const met = (level: AsvsLevel) =>
    APPLICABLE[level] - never.filter((it) => it === level).length -
    missing.filter((it) => it.level === level).length;
  return { met: { 1: met(1), 2: met(2), 3: met(3) }, missing };
}

/** One line for the start. */
export function describeReach(settings: Settings): string {
  const { met, missing } = reachOf(settings);
  const counts = ([1, 2, 3] as const).map((level) =>
    `level ${level}: ${met[level]} of ${APPLICABLE[level]}`
  ).join(", ");
  const open = missing.map(({ id, about, by }) => `${id} (${about}) by ${by}`)
    .join(", ");
  return `ASVS 5.0, ${counts}${
    open && `; settings would reach ${open}`
  }; see docs/asvs.md`;
}
