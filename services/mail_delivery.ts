import {
  dropMail,
  type DueMail,
  leaseMails,
  recordDelivery,
} from "../db/mails.ts";
import { endMailLinks } from "../db/mail_links.ts";
import type { Services } from "./context.ts";
import { describeError } from "./log.ts";
import { createMailLink, type MadeLink } from "./mail_links.ts";
import {
  type Mail,
  MailRefusedError,
  type MailTransport,
} from "./mail_transport.ts";
import { retrySeconds } from "./retry.ts";
import { startWorker } from "./worker.ts";

/** A mail as it is written: whom it goes to, what happened, and its link if it has one. */
export interface MailLetter {
  kind: DueMail["kind"];
  name: string;
  username: string;
  facts: Record<string, string>;
  language: "en" | "de";
  /** Of `PUBLIC_URL` and never of a request (OWASP Forgot Password Cheat Sheet). */
  link?: { url: string; minutes: number };
}

/** Puts a letter into words; given by main.ts, since words are the views' business. */
export type WriteLetter = (letter: MailLetter) => Omit<Mail, "to">;

export interface MailOffice {
  transport: MailTransport;
  write: WriteLetter;
}

const AT_ONCE = 5;
/** A mail takes some ten answers of the server, each of which may take SMTP_TIMEOUT_SECONDS. */
const LEASE_TIMEOUTS = 12;

/**
 * Sends what is due until it is stopped. The value stops it, once what is under way has ended. Any number of
 * workers may run, here and elsewhere.
 */
export function startMailWorker(
  services: Services,
  office: MailOffice,
): () => Promise<void> {
  const stop = startWorker(services, {
    name: "mail_worker",
    work: () => deliverDueMails(services, office),
  });
  return async () => {
    await stop();
    office.transport.close();
  };
}

/** Tries every mail that is due once. Tells how many there were. */
export async function deliverDueMails(
  services: Services,
  office: MailOffice,
): Promise<number> {
  const due = await leaseMails(services.db, {
    limit: AT_ONCE,
    leaseSeconds: LEASE_TIMEOUTS * services.settings.SMTP_TIMEOUT_SECONDS,
  });
  await Promise.all(due.map((it) => deliver(services, office, it)));
  return due.length;
}

async function deliver(
  services: Services,
  { transport, write }: MailOffice,
  mail: DueMail,
) {
  const { db } = services;
  const to = mail.email;
  const link = to === null ? null : await createMailLink(services, mail);
  if (to === null || link === "nobody") return await dropMail(db, mail.id);
  try {
    const letter = write(letterOf(services, mail, link));
    const answer = await transport.send(mail.id, { to, ...letter });
    await recordDelivery(db, {
      mailId: mail.id,
      outcome: "sent",
      answer,
      retrySeconds: 0,
    });
    // A newer link ends the older ones; each notice keeps its own.
    if (link?.purpose === "password_reset") {
      const { userId, purpose, id: olderThan } = link;
      await endMailLinks(db, { userId, purpose, olderThan });
    }
  } catch (error) {
    await recordRefusal(services, mail, error);
  }
}

function letterOf(
  { settings }: Services,
  { kind, name, username, facts, language }: DueMail,
  link: MadeLink | null,
): MailLetter {
  return {
    kind,
    name: name!,
    username: username!,
    facts,
    language: language === "en" || language === "de"
      ? language
      : settings.MAIL_LANGUAGE,
    ...(link && { link: { url: link.url, minutes: link.minutes } }),
  };
}

async function recordRefusal(
  { db, settings, log }: Services,
  { id, kind, attempts }: DueMail,
  error: unknown,
) {
  const refusal = error instanceof MailRefusedError ? error : undefined;
  const over = refusal?.permanent || attempts >= settings.MAIL_ATTEMPTS;
  const outcome = over ? "failed" : "deferred";
  const answer = refusal?.message ?? "it could not be written or handed over";
  await recordDelivery(db, {
    mailId: id,
    outcome,
    answer,
    retrySeconds: retrySeconds(attempts),
  });
  log(over ? "error" : "warning", `mail_${outcome}`, {
    mail: id,
    kind,
    attempts,
    answer,
    ...(!refusal && describeError(error)),
  });
}
