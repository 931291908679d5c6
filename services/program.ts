import { deleteOldApiTokens } from "../db/api_tokens.ts";
import type { Database } from "../db/client.ts";
import { deleteOldDevices } from "../db/devices.ts";
import { deleteOldEmailChanges } from "../db/email_changes.ts";
import { deleteOldIdempotentAnswers } from "../db/idempotent_answers.ts";
import { deleteLeftChunks } from "../db/job_chunks.ts";
import { deleteOldJobs, endAbandonedJobs } from "../db/jobs.ts";
import { deleteOverLinks } from "../db/mail_links.ts";
import { deleteOldMails } from "../db/mails.ts";
import { deleteOldChallenges } from "../db/passkeys.ts";
import { deleteOldAttempts } from "../db/rate_limits.ts";
import { deleteOldKeptForms } from "../db/kept_forms.ts";
import { deleteOverSessions } from "../db/sessions.ts";
import {
  deleteOldDeliveries,
  deleteOldDeliveryAttempts,
} from "../db/webhook_deliveries.ts";
import { checkRanges } from "./address.ts";
import { remindOfEndingTokens } from "./api_tokens.ts";
import { sealAuditLog } from "./audit_seals.ts";
import {
  breachedByFile,
  breachedByRangeApi,
  type BreachedPasswords,
} from "./breached_passwords.ts";
import { hashParameters, SettingError, type Settings } from "./config.ts";
import type { Services } from "./context.ts";
import { logFailure } from "./failure_log.ts";
import { describeError, log } from "./log.ts";
import { createNewestChecks } from "./newest_checks.ts";
import { createPasswordHasher } from "./password_hash.ts";
import { dropWeakHashes } from "./weak_hashes.ts";
import { createPasswordPolicy } from "./password_policy.ts";
import { createRequestCounter } from "./request_counter.ts";
import { createSecretBox } from "./secret_box.ts";
import { sessionClocks } from "./sessions.ts";
import { createWorkQueue, OverloadedError } from "./work_queue.ts";
import { parseTarget } from "./webhook_targets.ts";

/** Puts the program together from its settings. */
export function createServices(
  settings: Settings,
  db: Database,
  secretKeys: Uint8Array[],
): Services {
  checkProxies(settings);
  checkWebhookTargets(settings);
  return {
    db,
    settings,
    log,
    hasher: createPasswordHasher({
      parameters: hashParameters(settings),
      width: navigator.hardwareConcurrency,
      maxWaiting: settings.HASH_QUEUE_LENGTH,
      onBroken: (error) =>
        log("error", "password_hash_broken", describeError(error)),
    }),
    policy: createPasswordPolicy({
      minLength: settings.PASSWORD_MIN_LENGTH,
      maxLength: settings.PASSWORD_MAX_LENGTH,
      minScore: settings.PASSWORD_MIN_SCORE as 0 | 1 | 2 | 3 | 4,
      contextWords: settings.PASSWORD_CONTEXT_WORDS,
    }),
    breached: breachCorpus(settings),
    newestChecks: createNewestChecks(),
    secrets: createSecretBox(secretKeys),
    searches: createRequestCounter(settings.SEARCHES_PER_MINUTE),
    once: createWorkQueue({
      width: Math.max(1, Math.floor(settings.DATABASE_POOL_SIZE / 2)),
      maxWaiting: settings.HASH_QUEUE_LENGTH,
      whenFull: (seconds) => new OverloadedError(seconds),
    }),
  };
}

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;

/** Days for which a job that has ended can be looked at, with its problems. */
const JOB_DAYS = 90;

/**
 * Deletes what can't be used again, seals the audit log, and reminds of tokens that end (docs/security.md,
 * retention). Several instances may do it at once.
 */
export async function keepHouse(services: Services) {
  const { db, settings } = services;
  await deleteOverSessions(db, sessionClocks(settings));
  await deleteOldAttempts(db);
  await deleteOldMails(db);
  await deleteOldDevices(db);
  await deleteOldChallenges(db);
  await deleteOldEmailChanges(db);
  await deleteOldKeptForms(db);
  await deleteOverLinks(db);
  await deleteLeftChunks(db);
  await endAbandonedJobs(db);
  await deleteOldJobs(db, { days: JOB_DAYS });
  await deleteOldApiTokens(db);
  await deleteOldIdempotentAnswers(db);
  await dropWeakHashes(services);
  await remindOfEndingTokens({ db });
  await sealAuditLog(services);
  await deleteOldDeliveries(db);
  await deleteOldDeliveryAttempts(db);
}

/** Keeps house every hour. Gives what stops it. */
export function startHousekeeping(services: Services) {
  const timer = setInterval(async () => {
    try {
      await keepHouse(services);
    } catch (error) {
      logFailure(services, "housekeeping_failed", error);
    }
  }, HOUR);
  return () => clearInterval(timer);
}

function breachCorpus(settings: Settings): BreachedPasswords {
  const { BREACH_CORPUS: corpus, BREACH_TIMEOUT_MS: timeoutMs } = settings;
  if (corpus === "off") return () => Promise.resolve(false);
  if (corpus.startsWith("file:")) {
    checkFile(corpus.slice("file:".length));
    return breachedByFile({ path: corpus.slice("file:".length) });
  }
  return breachedByRangeApi({
    url: "https://api.pwnedpasswords.com/range/",
    timeoutMs,
    onUnavailable: (error) =>
      log("warning", "breach_corpus_unavailable", describeError(error)),
  });
}

function checkFile(path: string) {
  try {
    Deno.openSync(path).close();
  } catch (error) {
    throw new SettingError(
      `BREACH_CORPUS: "${path}" can't be read (${(error as Error).name})`,
    );
  }
}

function checkProxies({ TRUSTED_PROXIES }: Settings) {
  try {
    checkRanges(TRUSTED_PROXIES);
    if (TRUSTED_PROXIES.some((it) => it.endsWith("/0"))) throw new Error();
  } catch {
    throw new SettingError(
      "TRUSTED_PROXIES: must be addresses or CIDR ranges, with commas between, and not everybody (/0)",
    );
  }
}

function checkWebhookTargets({ WEBHOOK_TARGETS }: Settings) {
  for (const it of WEBHOOK_TARGETS) {
    try {
      parseTarget(it);
    } catch {
      throw new SettingError(
        `WEBHOOK_TARGETS: "${it}" is no host (hooks.example.org, *.example.org), address or CIDR range`,
      );
    }
  }
}
