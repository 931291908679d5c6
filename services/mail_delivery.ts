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
} from "./mail_message.ts";
import { retrySeconds } from "./retry.ts";
import { pause } from "./worker.ts";

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

/**
 * Seconds for which a mail is its worker's. It is renewed while the mail is under way, which can be ten minutes;
 * if the worker dies, another one takes the mail after that long.
 */
export const MAIL_LEASE_SECONDS = 60;

/** Tries mails that are due once, five at most, and waits for them. Tells how many there were. */
export async function deliverDueMails(
  services: Services,
  office: MailOffice,
): Promise<number> {
  const due = await leaseMails(services.db, {
    limit: 5,
    leaseSeconds: MAIL_LEASE_SECONDS,
  });
  const giveUp = new AbortController().signal;
  await Promise.all(
    due.map((mail) => deliverMail(services, office, { mail, giveUp })),
  );
  return due.length;
}

/**
 * Tries a mail, and writes down what became of it. Sending and writing down are two things: what a server has
 * taken is kept as sent, however often the database has to be asked, and is never sent again by this process.
 *
 * @param giveUp tells that the program stops: a mail that was taken and can't be written down is then logged, and
 * will come twice
 */
export async function deliverMail(
  services: Services,
  { transport, write }: MailOffice,
  { mail, giveUp }: { mail: DueMail; giveUp: AbortSignal },
) {
  const { db } = services;
  const to = mail.email;
  let answer: string;
  let link: MadeLink | null;
  try {
    const made = to === null ? null : await createMailLink(services, mail);
    if (to === null || made === "nobody") return await dropMail(db, mail.id);
    link = made;
    const letter = write(letterOf(services, mail, link));
    answer = await transport.send(mail.id, { to, ...letter });
  } catch (error) {
    return await recordRefusal(services, mail, error);
  }
  await recordSent(services, { mail, link, answer, giveUp });
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 15_000;

async function recordSent(
  { db, log }: Services,
  { mail: { id, kind }, link, answer, giveUp }: {
    mail: DueMail;
    link: MadeLink | null;
    answer: string;
    giveUp: AbortSignal;
  },
) {
  for (let wait = FIRST_RETRY_MS;; wait = Math.min(2 * wait, LAST_RETRY_MS)) {
    try {
      return await db.transaction(async (tx) => {
        await recordDelivery(tx, {
          mailId: id,
          outcome: "sent",
          answer,
          retrySeconds: 0,
        });
        // A newer link ends those mailed before; anybody can ask for one, so a printed one stays. Each notice keeps its own.
        if (link?.purpose === "password_reset") {
          const { userId, purpose, id: mailedBefore } = link;
          await endMailLinks(tx, { userId, purpose, mailedBefore });
        }
      });
    } catch (error) {
      const told = { mail: id, kind, answer, ...describeError(error) };
      if (giveUp.aborted) return log("error", "sent_mail_not_recorded", told);
      log("warning", "sent_mail_recorded_later", told);
      await pause(wait, giveUp);
    }
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
  await db.transaction((tx) =>
    recordDelivery(tx, {
      mailId: id,
      outcome,
      answer,
      retrySeconds: retrySeconds(attempts),
    })
  );
  log(over ? "error" : "warning", `mail_${outcome}`, {
    mail: id,
    kind,
    attempts,
    answer,
    ...(!refusal && describeError(error)),
  });
}
