import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

export const instant = (name: string) =>
  timestamp(name, { withTimezone: true });

/** Folded text (db/fold.ts), ordered by bytes: one btree serves equality, prefix and paging. */
const key = customType<{ data: string }>({
  dataType: () => `text collate "C"`,
});

/** No key sorts behind a prefix followed by this one. */
export const LAST = "\u{10FFFF}";

/** Why none of a user's authenticators counts until the user has confirmed it, the gravest last. */
export const SUSPENSIONS = [
  "password_reset", // by a link, where none was named as the user's own
  "permission_gained",
  "frozen", // "It was not me", or a printed link; alone of the three, it isn't even asked for
] as const;
export type Suspension = typeof SUSPENSIONS[number];

export const users = pgTable("users", {
  id: uuid("id").primaryKey(), // UUIDv7
  username: text("username").notNull(),
  name: text("name").notNull(),
  email: text("email"),
  attributes: jsonb("attributes").$type<Record<string, string>>().notNull()
    .default({}),
  usernameKey: key("username_key").notNull(),
  /** Of what does not fold to ASCII: db/look_alikes.ts. */
  usernameLook: key("username_look"),
  nameKey: key("name_key").notNull(),
  emailKey: key("email_key"),
  /** What the system that provisions users calls this one (RFC 7643, 3.1). */
  externalId: text("external_id"),
  /** "muller anna": the last word first, so that a surname is a beginning too. */
  invertedNameKey: key("inverted_name_key").notNull().generatedAlwaysAs(
    sql`regexp_replace(name_key, '^(.*) ([^ ]+)$', '\\2 \\1')`,
  ),
  /** A line of words for each field, as `haystack` of db/fold.ts: what "contains" looks into. */
  searchKey: key("search_key").notNull().generatedAlwaysAs(
    sql`regexp_replace(regexp_replace(' ' || name_key || E' \\n ' || username_key || E' \\n ' || coalesce(email_key, '') || ' ', '([\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\U00020000-\\U0003ffff])', ' \\1 ', 'g'), '[ -/:-@[-\`{-~]+', ' ', 'g')`,
  ),
  version: integer("version").notNull().default(1), // counts edits; the form sends it back
  disabledAt: instant("disabled_at"),
  /** Of all authenticators at once: what is added later would be suspended too. */
  authenticatorsSuspended: text("authenticators_suspended", {
    enum: SUSPENSIONS,
  }),
  lastSignInAt: instant("last_sign_in_at"),
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
}, (t) => [
  uniqueIndex("users_username_key").on(t.usernameKey),
  uniqueIndex("users_email_key").on(t.emailKey),
  // Not unique: there may be look-alikes from before, and two of ASCII are none.
  index("users_look").on(
    sql`coalesce(username_look, replace(translate(username_key, 'i01', 'lol'), 'm', 'rn'))`,
  ),
  index("users_without_look").on(t.id).where(
    sql`username_look is null and octet_length(username_key) > char_length(username_key)`,
  ),
  // With the search key, so that a search can go along the names without looking into the table.
  index("users_name_key").on(t.nameKey, t.id, t.searchKey),
  index("users_inverted_name_key").on(t.invertedNameKey, t.id),
  index("users_external_id").on(t.externalId).where(
    sql`external_id is not null`,
  ),
  index("users_disabled").on(t.nameKey, t.id, t.searchKey).where(
    sql`disabled_at is not null`,
  ),
  // Without a list of pending entries, which every search would have to read from end to end.
  index("users_search_key").using("gin", sql`search_key gin_trgm_ops`)
    .with({ fastupdate: false }),
  check(
    "users_suspension_known",
    sql`authenticators_suspended in ('password_reset', 'permission_gained', 'frozen')`,
  ),
]);

/** Apart from `users`, so that no query of a user can carry a hash out. */
export const passwords = pgTable("passwords", {
  userId: uuid("user_id").primaryKey().references(() => users.id, {
    onDelete: "cascade",
  }),
  hash: text("hash").notNull(), // Argon2id, PHC string; of an import, another program's until the next sign-in
  setAt: instant("set_at").notNull().defaultNow(),
  setBy: uuid("set_by").references(() => users.id),
  /**
   * Since when somebody else may know it, or one of which it is the successor: whoever knows a password can
   * replace it. Null once the user has set one by a link.
   */
  knownToOthersSince: instant("known_to_others_since"),
  temporary: boolean("temporary").notNull().default(false),
  expiresAt: instant("expires_at"),
  /** The form that set it: the same form sent twice is answered twice and saved once. */
  formId: uuid("form_id"),
  sessionsEnded: integer("sessions_ended").notNull().default(0),
}, (t) => [
  index("passwords_temporary").on(t.userId).where(sql`temporary`),
  check("passwords_expiry", sql`temporary or expires_at is null`),
]);

/** One salt for all of a user's rows, so that reuse costs one hash however many are kept. */
export const passwordHistory = pgTable("password_history", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  hash: text("hash").notNull(),
}, (t) => [index("password_history_user").on(t.userId, t.id)]);

export const PERMISSIONS = [
  "user_management",
  "audit_log",
  "administration",
] as const;
export type Permission = typeof PERMISSIONS[number];

export const permissions = pgTable("permissions", {
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  permission: text("permission", { enum: PERMISSIONS }).notNull(),
  grantedAt: instant("granted_at").notNull().defaultNow(),
  grantedBy: uuid("granted_by").references(() => users.id),
}, (t) => [
  primaryKey({ columns: [t.userId, t.permission] }),
  check(
    "permissions_known",
    sql`permission in ('user_management', 'audit_log', 'administration')`,
  ),
]);

export const sessions = pgTable("sessions", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  secretHash: text("secret_hash").notNull(), // SHA-256; the secret lives in the cookie only
  createdAt: instant("created_at").notNull().defaultNow(),
  lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
  address: text("address").notNull(),
  userAgent: text("user_agent").notNull(),
  /** When it was last proved who sits there: at sign-in, and again before what that asks for. */
  checkedAt: instant("checked_at").notNull().defaultNow(),
  /** The password was right; the second factor is still to come. It opens nothing else. */
  pending: boolean("pending").notNull().default(false),
}, (t) => [index("sessions_user").on(t.userId)]);

/** An authenticator app (RFC 6238). Counts once a code of it has confirmed it. */
export const totps = pgTable("totps", {
  userId: uuid("user_id").primaryKey().references(() => users.id, {
    onDelete: "cascade",
  }),
  sealedSecret: text("sealed_secret").notNull(), // services/secret_box.ts
  createdAt: instant("created_at").notNull().defaultNow(),
  confirmedAt: instant("confirmed_at"),
  /** From where it was confirmed; null for one that is older than this column. */
  address: text("address"),
  userAgent: text("user_agent"),
  /** The last step of which a code was used: none of it or before it works again. */
  lastStep: bigint("last_step", { mode: "number" }).notNull().default(0),
});

/** Passkeys (WebAuthn): the key proves the device, and the device who holds it. */
export const passkeys = pgTable("passkeys", {
  id: text("id").primaryKey(), // the credential's, base64url
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  name: text("name").notNull(),
  publicKey: text("public_key").notNull(), // COSE, base64url
  counter: bigint("counter", { mode: "number" }).notNull(),
  transports: jsonb("transports").$type<string[]>().notNull().default([]),
  createdAt: instant("created_at").notNull().defaultNow(),
  lastUsedAt: instant("last_used_at"),
  /** From where it was added; null for one that is older than this column. */
  address: text("address"),
  userAgent: text("user_agent"),
}, (t) => [index("passkeys_user").on(t.userId)]);

/** What a passkey has to sign, once and soon. */
export const passkeyChallenges = pgTable("passkey_challenges", {
  challengeHash: text("challenge_hash").primaryKey(), // SHA-256
  purpose: text("purpose", { enum: ["enrol", "sign_in"] }).notNull(),
  /** Who may answer it; anybody's passkey where null. */
  userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** Deleted as they are used. One salt for all of a set, so that a try costs one hash. */
export const recoveryCodes = pgTable("recovery_codes", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  hash: text("hash").notNull(), // Argon2id, PHC string
  createdAt: instant("created_at").notNull().defaultNow(),
}, (t) => [index("recovery_codes_user").on(t.userId)]);

const DONE = sql`event <> 'sensitive_read'`;

/** Appended with the change that it tells of; a trigger refuses UPDATE, DELETE and TRUNCATE. */
export const auditEvents = pgTable("audit_events", {
  id: uuid("id").primaryKey(), // UUIDv7, so it orders by time
  at: instant("at").notNull().defaultNow(),
  event: text("event").notNull(), // OWASP Logging Vocabulary where it has the word
  actorId: uuid("actor_id"),
  subjectId: uuid("subject_id"),
  address: text("address").notNull(),
  requestId: text("request_id").notNull(),
  detail: jsonb("detail").$type<Record<string, unknown>>().notNull().default(
    {},
  ),
}, (t) => [
  index("audit_events_subject").on(t.subjectId, t.id),
  index("audit_events_actor").on(t.actorId, t.id),
  index("audit_events_event").on(t.event, t.id),
  // What was done, without who looked: the details of a user list the last ones.
  index("audit_events_done_to").on(t.subjectId, t.id).where(DONE),
  index("audit_events_done_by").on(t.actorId, t.id).where(DONE),
  // What no reader could bear, as readers name it (db/audit_columns.ts). Older rows may still break these.
  check(
    "audit_events_at",
    sql`at >= '1970-01-01T00:00:00Z' and at < '10000-01-01T00:00:00Z'`,
  ),
  check(
    "audit_events_detail",
    sql`jsonb_typeof(detail) = 'object' and not jsonb_path_exists(detail, '$.**{16}')`,
  ),
]);

export const rateLimits = pgTable("rate_limits", {
  key: key("key").primaryKey(), // "sign_in:address:192.0.2.7"
  attempts: integer("attempts").notNull().default(1),
  windowStart: instant("window_start").notNull().defaultNow(),
});

/** The one-time link that creates the first administrator. */
export const setupLinks = pgTable("setup_links", {
  id: uuid("id").primaryKey(),
  secretHash: text("secret_hash").notNull(),
  expiresAt: instant("expires_at").notNull(),
});

/** The distinct words of all names: a misspelt word is looked up here, not among the users. */
export const nameWords = pgTable("name_words", {
  word: key("word").primaryKey(),
}, () => [index("name_words_ends").on(sql`reverse(word)`)]);

export const MAIL_KINDS = [
  "password_reset",
  "password_changed",
  "second_factor_changed",
  "new_device",
  "email_confirmation",
  "email_change_announced",
  "email_changed",
  "api_token_created",
  "api_token_ending",
  "api_token_narrowed",
  "report_settled",
] as const;
export type MailKind = typeof MAIL_KINDS[number];
export const MAIL_STATES = ["queued", "sent", "failed", "dropped"] as const;

/** The outbox: written in the transaction that causes a mail, sent by a worker. Holds no token. */
export const mails = pgTable("mails", {
  id: uuid("id").primaryKey(),
  kind: text("kind", { enum: MAIL_KINDS }).notNull(),
  /** Null where a stranger asked for a reset of somebody who doesn't exist: dropped, and not told. */
  userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
  /** Where it goes, if not to the user's address as it is when it is sent. */
  recipient: text("recipient"),
  facts: jsonb("facts").$type<Record<string, string>>().notNull(),
  state: text("state", { enum: MAIL_STATES }).notNull().default("queued"),
  attempts: integer("attempts").notNull().default(0),
  createdAt: instant("created_at").notNull().defaultNow(),
  /** When it is tried next. A worker that takes it moves it on: if that one dies, another tries. */
  dueAt: instant("due_at").notNull().defaultNow(),
}, (t) => [
  index("mails_due").on(t.dueAt).where(sql`state = 'queued'`),
  index("mails_user").on(t.userId, t.id),
]);

/** What the mail server answered, each time. */
export const mailAttempts = pgTable("mail_attempts", {
  id: uuid("id").primaryKey(),
  mailId: uuid("mail_id").notNull().references(() => mails.id, {
    onDelete: "cascade",
  }),
  at: instant("at").notNull().defaultNow(),
  outcome: text("outcome", { enum: ["sent", "deferred", "failed"] }).notNull(),
  answer: text("answer").notNull(),
}, (t) => [index("mail_attempts_mail").on(t.mailId)]);

export const LINK_PURPOSES = [
  "password_reset",
  "not_me",
  "confirm_email",
  "stop_email",
] as const;
export type LinkPurpose = typeof LINK_PURPOSES[number];

/** Links in mails: made as the mail goes out, good for one purpose and one user, once. */
export const mailLinks = pgTable("mail_links", {
  id: uuid("id").primaryKey(),
  purpose: text("purpose", { enum: LINK_PURPOSES }).notNull(),
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  mailId: uuid("mail_id").notNull().references(() => mails.id, {
    onDelete: "cascade",
  }),
  secretHash: text("secret_hash").notNull(), // SHA-256; the secret is in the mail only
  createdAt: instant("created_at").notNull().defaultNow(),
  expiresAt: instant("expires_at").notNull(),
  consumedAt: instant("consumed_at"),
}, (t) => [
  index("mail_links_user").on(t.userId, t.purpose),
  index("mail_links_mail").on(t.mailId),
]);

/** Browsers from which somebody has signed in: from any other, the user is told. */
export const devices = pgTable("devices", {
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  secretHash: text("secret_hash").notNull(), // SHA-256; the secret is in a cookie
  createdAt: instant("created_at").notNull().defaultNow(),
  lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
}, (t) => [primaryKey({ columns: [t.userId, t.secretHash] })]);

/** "It was not me": what users said of a notice, for staff to look into. */
export const reports = pgTable("reports", {
  id: uuid("id").primaryKey(), // UUIDv7, so it orders by time
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  /** Of the notice that was answered. */
  mailKind: text("mail_kind", { enum: MAIL_KINDS }).notNull(),
  /** What the notice told, and as `actor` the id of whoever did it where that was somebody else. */
  facts: jsonb("facts").$type<Record<string, string>>().notNull(),
  address: text("address").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  closedAt: instant("closed_at"),
  closedBy: uuid("closed_by").references(() => users.id),
}, (t) => [
  index("reports_open").on(t.id).where(sql`closed_at is null`),
  index("reports_user").on(t.userId),
]);

/** An email address that its owner has not confirmed yet: until then the old one counts. */
export const emailChanges = pgTable("email_changes", {
  userId: uuid("user_id").primaryKey().references(() => users.id, {
    onDelete: "cascade",
  }),
  email: text("email").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/** What was typed into a form whose session had ended, until its user has signed in again. Deleted as it is given back. */
export const keptForms = pgTable("kept_forms", {
  browserHash: text("browser_hash").notNull(), // SHA-256; the secret is in a cookie
  userId: uuid("user_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  path: text("path").notNull(),
  fields: text("fields").notNull(), // sealed
  keptAt: instant("kept_at").notNull().defaultNow(),
}, (t) => [
  primaryKey({ columns: [t.userId, t.browserHash, t.path] }),
]);
