import { z } from "zod";

const whole = (least: number, most: number) =>
  z.string().regex(/^\d+$/, "must be a whole number").transform(Number)
    .pipe(z.number().min(least).max(most));

const list = <const Item extends string>(...items: Item[]) =>
  z.string().transform((text) => text.split(",").map((it) => it.trim()))
    .pipe(z.array(z.enum(items)).min(1));

const words = z.string().transform((text) =>
  text.split(",").map((it) => it.trim()).filter((it) => it !== "")
);

const Attribute = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  label: z.string().min(1).max(60),
  type: z.enum(["text", "tel", "url", "date", "number"]).default("text"),
  required: z.boolean().default(false),
});

const attributes = z.string().transform((text, context) => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("must be a JSON list");
    return z.NEVER;
  }
}).pipe(z.array(Attribute).max(40)).refine(
  (all) => new Set(all.map((it) => it.name)).size === all.length,
  "names an attribute twice",
);

const DEFAULT_ATTRIBUTES = JSON.stringify([
  { name: "department", label: "Department" },
  { name: "employee_number", label: "Employee number" },
  { name: "phone", label: "Telephone", type: "tel" },
]);

/** Every setting with its default. `.env.example` and the README list the same ones, tested. */
const Settings = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_OWNER_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_POOL_SIZE: whole(1, 500).default(4),
  DATABASE_CONNECT_TIMEOUT_SECONDS: whole(1, 60).default(5),
  DATABASE_STATEMENT_TIMEOUT_MS: whole(100, 600_000).default(5_000),
  DATABASE_PREPARE: z.enum(["on", "off"]).default("on"),
  DATABASE_TLS: z.enum(["required", "off"]).optional(),
  DATABASE_CA: z.string().min(1).optional(),
  DATA_DIR: z.string().min(1).default("data"),
  SECRET_KEY: words.optional(),

  PUBLIC_URL: z.url({ protocol: /^https?$/ }).default("http://localhost:8000")
    .transform((text) => new URL(text))
    .refine((url) => url.pathname === "/" && !url.search, "must have no path")
    .refine(
      (url) => url.protocol === "https:" || url.hostname === "localhost",
      "must be https (plain http is for localhost alone)",
    ),
  LISTEN_HOST: z.string().default("127.0.0.1"),
  LISTEN_PORT: whole(0, 65_535).default(8000),
  TRUSTED_PROXIES: words.default([]),
  REQUEST_TIMEOUT_SECONDS: whole(1, 300).default(15),
  IDLE_CONNECTION_SECONDS: whole(1, 3600).default(75),

  SESSION_IDLE_MINUTES: whole(1, 24 * 60).default(30),
  SESSION_HOURS: whole(1, 24 * 30).default(12),
  SIGN_IN_WINDOW_MINUTES: whole(1, 24 * 60).default(15),
  SIGN_IN_ATTEMPTS: whole(1, 100).default(10),
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: whole(1, 100).default(50),
  SIGN_IN_ATTEMPTS_PER_ADDRESS: whole(1, 100_000).default(100),

  REQUIRE_2FA: z.enum(["off", "staff", "all"]).default("off"),
  SECOND_FACTOR_ATTEMPTS: whole(1, 100).default(5),

  API_REQUESTS_PER_MINUTE: whole(1, 1_000_000).default(600),
  SEARCHES_PER_MINUTE: whole(1, 1_000_000).default(600),
  EXPORTS_PER_HOUR: whole(1, 1_000_000).default(60),
  IMPORT_MAX_MB: whole(1, 1_000_000).default(1_024),

  SEARCH_FIELDS: words.default(["name", "username", "email"]),
  USER_ATTRIBUTES: attributes.prefault(DEFAULT_ATTRIBUTES),

  PASSWORD_MIN_LENGTH: whole(8, 64).default(10),
  PASSWORD_MIN_LENGTH_SINGLE_FACTOR: whole(8, 64).optional(),
  PASSWORD_MAX_LENGTH: whole(64, 256).default(128),
  PASSWORD_MIN_SCORE: whole(0, 4).default(2),
  PASSWORD_HISTORY: whole(0, 50).default(5),
  PASSWORD_CONTEXT_WORDS: words.default(["passdesk"]),
  PASSWORD_MODES: list("typed", "generated").default(["typed", "generated"]),
  PASSPHRASE_LANGUAGE: z.enum(["en", "de"]).default("en"),
  FORCE_TEMPORARY: z.enum(["on", "off"]).default("on"),
  TEMPORARY_PASSWORD_HOURS: whole(1, 24 * 30).default(72),
  BREACH_CORPUS: z.string().regex(
    /^(off|hibp|file:.+)$/,
    "must be off, hibp, or file:PATH",
  ).default("off"),
  BREACH_TIMEOUT_MS: whole(50, 10_000).default(1_000),

  RESET_LINK_MINUTES: whole(1, 60).default(10),
  RESET_REQUESTS: whole(1, 100).default(3),
  RESET_REQUESTS_PER_ADDRESS: whole(1, 100_000).default(20),

  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SMTP_TLS: z.enum(["required", "optional"]).default("required"),
  SMTP_CA: z.string().min(1).optional(),
  SMTP_TIMEOUT_SECONDS: whole(1, 120).default(15),
  SMTP_DATA_TIMEOUT_SECONDS: whole(1, 3_600).default(600),
  MAIL_FROM: z.string().regex(
    /^[^<>\r\n]* ?<[^<>@\s]+@[^<>@\s]+>$/,
    "must be like Passdesk <passdesk@example.org>",
  ).optional(),
  MAIL_LANGUAGE: z.enum(["en", "de"]).default("en"),
  MAIL_ATTEMPTS: whole(1, 50).default(10),
  MAIL_WORKER: z.enum(["on", "off"]).default("on"),

  WEBHOOK_TARGETS: words.default([]),

  HASH_MEMORY_KIB: whole(7_168, 4_194_304).default(19_456),
  HASH_ITERATIONS: whole(1, 100).default(2),
  HASH_PARALLELISM: whole(1, 64).default(1),
  HASH_QUEUE_LENGTH: whole(1, 10_000).default(128),
  FOREIGN_HASH_DAYS: whole(1, 36_500).default(180),
});

export type Settings = z.output<typeof Settings>;
export type AttributeSetting = z.output<typeof Attribute>;
export const SETTING_NAMES = Object.keys(Settings.shape);

/** One line that says which setting is wrong and why; stops the start. */
export class SettingError extends Error {
  override name = "SettingError";
}

/**
 * Reads all settings from the environment, once. An empty value counts as unset.
 *
 * @throws {SettingError} a value is wrong, or a name looks like ours and is not
 */
export function readSettings(environment: Record<string, string>): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== ""),
  );
  const stray = Object.keys(given).find(looksLikeOurs);
  if (stray) {
    throw new SettingError(
      `${stray}: there is no such setting; .env.example lists all of them`,
    );
  }
  const parsed = Settings.safeParse(given);
  if (parsed.success) return checkTogether(parsed.data);
  const { path, message } = parsed.error.issues[0]!;
  throw new SettingError(`${path.join(".")}: ${message}`);
}

/** Argon2id's parameters of today. */
export function hashParameters(
  { HASH_MEMORY_KIB, HASH_ITERATIONS, HASH_PARALLELISM }: Settings,
) {
  return {
    memoryKib: HASH_MEMORY_KIB,
    iterations: HASH_ITERATIONS,
    parallelism: HASH_PARALLELISM,
  };
}

/** Least memory (KiB) for each number of iterations: OWASP Password Storage Cheat Sheet, ASVS 11.4.2. */
const LEAST_MEMORY: Record<number, number> = {
  1: 47_104,
  2: 19_456,
  3: 12_288,
  4: 9_216,
};

/** What each setting allows, but not all of them together. */
function checkTogether(settings: Settings): Settings {
  const least = LEAST_MEMORY[settings.HASH_ITERATIONS] ?? 7_168;
  if (settings.HASH_MEMORY_KIB < least) {
    throw new SettingError(
      `HASH_MEMORY_KIB: must be at least ${least} with ${settings.HASH_ITERATIONS} iterations`,
    );
  }
  const { PASSWORD_MIN_LENGTH, PASSWORD_MIN_LENGTH_SINGLE_FACTOR } = settings;
  if ((PASSWORD_MIN_LENGTH_SINGLE_FACTOR ?? 64) < PASSWORD_MIN_LENGTH) {
    throw new SettingError(
      "PASSWORD_MIN_LENGTH_SINGLE_FACTOR: must not be under PASSWORD_MIN_LENGTH",
    );
  }
  if (settings.SMTP_CA !== undefined && settings.SMTP_TLS === "optional") {
    throw new SettingError(
      "SMTP_CA: needs SMTP_TLS=required, since with optional no certificate is asked for",
    );
  }
  if (settings.SIGN_IN_ATTEMPTS >= settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT) {
    throw new SettingError(
      "SIGN_IN_ATTEMPTS: must be under SIGN_IN_ATTEMPTS_PER_ACCOUNT, or one place could lock anybody out",
    );
  }
  checkSearchFields(settings);
  return settings;
}

function checkSearchFields({ SEARCH_FIELDS, USER_ATTRIBUTES }: Settings) {
  const attributes = USER_ATTRIBUTES.map((it) => `attributes.${it.name}`);
  const known = ["name", "username", "email", "external_id", "id"]
    .concat(attributes);
  const unknown = SEARCH_FIELDS.find((it) => !known.includes(it));
  if (unknown !== undefined || SEARCH_FIELDS.length === 0) {
    throw new SettingError(
      `SEARCH_FIELDS: ${
        unknown === undefined ? "names no field" : `there is no "${unknown}"`
      }; there are ${known.join(", ")}`,
    );
  }
  if (new Set(SEARCH_FIELDS).size !== SEARCH_FIELDS.length) {
    throw new SettingError("SEARCH_FIELDS: names a field twice");
  }
}

/** First words of our settings that other programs hardly use: with them a misspelling is found. */
const FAMILIES =
  /^(PASSDESK|PASSWORD|PASSPHRASE|SIGN_IN|SESSION|SEARCH|DATABASE|BREACH|HASH|TEMPORARY|RESET|MAIL|WEBHOOK)_/;
const FOREIGN = new Set(["SESSION_MANAGER"]); // every X11 desktop sets it

function looksLikeOurs(name: string) {
  return FAMILIES.test(name) && !SETTING_NAMES.includes(name) &&
    !FOREIGN.has(name);
}
