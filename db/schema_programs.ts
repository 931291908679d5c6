import { sql } from "drizzle-orm";
import {
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { instant, users } from "./schema.ts";

/** The tables of those who come as programs: API tokens, jobs, webhooks. */

const bytes = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

export const SCOPES = [
  "users:read",
  "users:write",
  "permissions:write",
  "passwords:set",
  "sessions:end",
  "audit:read",
  "tokens:manage",
] as const;
export type Scope = typeof SCOPES[number];

/** What a program signs in with: never more than its owner may, and of that what its scopes name. */
export const apiTokens = pgTable("api_tokens", {
  id: uuid("id").primaryKey(), // UUIDv7
  ownerId: uuid("owner_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  /** By which it was made, where a program made it: it ends with that one. */
  parentId: uuid("parent_id"),
  name: text("name").notNull(),
  scopes: jsonb("scopes").$type<Scope[]>().notNull(),
  secretHash: text("secret_hash").notNull(), // SHA-256; the secret is shown once
  createdAt: instant("created_at").notNull().defaultNow(),
  expiresAt: instant("expires_at").notNull(),
  lastUsedAt: instant("last_used_at"),
  lastUsedAddress: text("last_used_address"),
  /** That it ends soon was told by mail. */
  remindedAt: instant("reminded_at"),
  revokedAt: instant("revoked_at"),
}, (t) => [
  index("api_tokens_owner").on(t.ownerId),
  index("api_tokens_parent").on(t.parentId).where(sql`parent_id is not null`),
  index("api_tokens_ending").on(t.expiresAt).where(
    sql`revoked_at is null and reminded_at is null`,
  ),
]);

/** What was answered to a POST with an `Idempotency-Key`: the same request gets the same answer for a day. */
export const idempotentAnswers = pgTable("idempotent_answers", {
  ownerId: uuid("owner_id").notNull().references(() => users.id, {
    onDelete: "cascade",
  }),
  key: text("key").notNull(),
  requestHash: text("request_hash").notNull(), // SHA-256 of method, path and body
  status: integer("status"),
  headers: jsonb("headers").$type<Record<string, string>>(),
  sealedBody: text("sealed_body"), // services/secret_box.ts: it may hold what is known of a user
  createdAt: instant("created_at").notNull().defaultNow(),
}, (t) => [
  primaryKey({ columns: [t.ownerId, t.key] }),
  index("idempotent_answers_created").on(t.createdAt),
]);

export const JOB_KINDS = ["import", "require_new_password"] as const;
export const JOB_STATES = [
  "receiving",
  "queued",
  "running",
  "done",
  "failed",
  "cancelled",
] as const;

/** Work that takes longer than a request. Its progress moves in the transaction of each batch. */
export const jobs = pgTable("jobs", {
  id: uuid("id").primaryKey(), // UUIDv7
  kind: text("kind", { enum: JOB_KINDS }).notNull(),
  state: text("state", { enum: JOB_STATES }).notNull(),
  /** Whoever asked for it, whose rights are asked again with each batch; null for the command line. */
  actorId: uuid("actor_id").references(() => users.id),
  tokenId: uuid("token_id").references(() => apiTokens.id, {
    onDelete: "set null",
  }),
  input: jsonb("input").$type<Record<string, unknown>>().notNull(),
  /** Records read, of which some were changed, left out, or refused. */
  read: integer("read").notNull().default(0),
  changed: integer("changed").notNull().default(0),
  skipped: integer("skipped").notNull().default(0),
  refused: integer("refused").notNull().default(0),
  /** Where to go on: a line's number, or the last user's id. */
  cursor: text("cursor"),
  /** Why it failed, for people. */
  failure: text("failure"),
  createdAt: instant("created_at").notNull().defaultNow(),
  startedAt: instant("started_at"),
  endedAt: instant("ended_at"),
  /** Until then one worker has it; if that one dies, another goes on. */
  leasedUntil: instant("leased_until"),
  /** How often a worker has taken it since it last came on. */
  tries: integer("tries").notNull().default(0),
  /** New with each lease: a worker that has lost its own can be told from the one that has it. */
  lease: uuid("lease"),
}, (t) => [
  index("jobs_open").on(t.id).where(
    sql`state in ('queued', 'running', 'receiving')`,
  ),
  index("jobs_actor").on(t.actorId, t.id),
]);

/** What is wrong with a record of a job's input. */
export const jobProblems = pgTable("job_problems", {
  jobId: uuid("job_id").notNull().references(() => jobs.id, {
    onDelete: "cascade",
  }),
  line: integer("line").notNull(),
  field: text("field").notNull(),
  problem: text("problem").notNull(),
}, (t) => [primaryKey({ columns: [t.jobId, t.line, t.field] })]);

/** An uploaded file in pieces, which every instance can read; deleted as the job ends. */
export const jobChunks = pgTable("job_chunks", {
  jobId: uuid("job_id").notNull().references(() => jobs.id, {
    onDelete: "cascade",
  }),
  number: integer("number").notNull(),
  data: bytes("data").notNull(),
}, (t) => [primaryKey({ columns: [t.jobId, t.number] })]);

/** Whom audit events are told to, as they happen. */
export const webhooks = pgTable("webhooks", {
  id: uuid("id").primaryKey(), // UUIDv7
  url: text("url").notNull(),
  sealedSecret: text("sealed_secret").notNull(), // services/secret_box.ts
  events: jsonb("events").$type<string[]>().notNull(),
  active: boolean("active").notNull().default(true),
  createdAt: instant("created_at").notNull().defaultNow(),
  createdBy: uuid("created_by").references(() => users.id),
});

export const WEBHOOK_DELIVERY_STATES = [
  "queued",
  "delivered",
  "failed",
] as const;

/** Written by a trigger with the event itself (0010_webhooks.sql), sent by a worker. */
export const webhookDeliveries = pgTable("webhook_deliveries", {
  webhookId: uuid("webhook_id").notNull().references(() => webhooks.id, {
    onDelete: "cascade",
  }),
  eventId: uuid("event_id").notNull(),
  state: text("state", { enum: WEBHOOK_DELIVERY_STATES }).notNull()
    .default("queued"),
  attempts: integer("attempts").notNull().default(0),
  createdAt: instant("created_at").notNull().defaultNow(),
  dueAt: instant("due_at").notNull().defaultNow(),
}, (t) => [
  primaryKey({ columns: [t.webhookId, t.eventId] }),
  // By webhook, so that none has to be looked for behind what waits of another.
  index("webhook_deliveries_due").on(t.webhookId, t.dueAt).where(
    sql`state = 'queued'`,
  ),
]);

/** What the receiver answered, each time. */
export const webhookAttempts = pgTable("webhook_attempts", {
  id: uuid("id").primaryKey(), // UUIDv7
  webhookId: uuid("webhook_id").notNull().references(() => webhooks.id, {
    onDelete: "cascade",
  }),
  eventId: uuid("event_id").notNull(),
  at: instant("at").notNull().defaultNow(),
  outcome: text("outcome", { enum: ["delivered", "deferred", "failed"] })
    .notNull(),
  /** HTTP status, where there was one. */
  status: integer("status"),
  answer: text("answer").notNull(),
}, (t) => [index("webhook_attempts_delivery").on(t.webhookId, t.eventId)]);

/** What the audit log held, told by a chain of keyed digests: a change or a gap shows. */
export const auditSeals = pgTable("audit_seals", {
  id: uuid("id").primaryKey(), // UUIDv7
  at: instant("at").notNull().defaultNow(),
  /** The last event that it covers; the first follows the seal before. */
  untilId: uuid("until_id").notNull(),
  events: integer("events").notNull(),
  /** Ids of events whose time lay in the future as this was made: no other seal would cover them until then. */
  ahead: jsonb("ahead").$type<string[]>().notNull().default([]),
  /** "KEY.MAC": HMAC-SHA-256 of the events and of the seal before, base64url, by the key of that id. */
  mac: text("mac").notNull(),
});
