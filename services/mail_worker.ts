import { leaseMails, renewMailLeases } from "../db/mails.ts";
import type { Services } from "./context.ts";
import { describeError } from "./log.ts";
import {
  deliverMail,
  MAIL_LEASE_SECONDS,
  type MailOffice,
} from "./mail_delivery.ts";
import { pause, startWorker } from "./worker.ts";

/** Mails under way at once, as many as servers take connections from one client without complaint. */
const AT_ONCE = 5;

/** With those of which the server takes longer than SMTP_TIMEOUT_SECONDS: they hold up no others. */
const AT_ONCE_WITH_SLOW = 20;

const LOOK_AGAIN_MS = 1_000;
const RENEW_MS = 5_000;

/** Time in which what is under way may end after the program was told to stop. */
const STOP_MS = 3_000;

/**
 * Sends what is due until it is stopped. The value stops it: what is under way has some seconds to end, then it
 * is given up, to be tried again. Any number of workers may run, here and elsewhere.
 */
export function startMailWorker(
  services: Services,
  office: MailOffice,
): () => Promise<void> {
  const { db, settings, log } = services;
  const underWay = new Map<string, { since: number; ended: Promise<void> }>();
  const giveUp = new AbortController();

  async function work(stopping: AbortSignal): Promise<number> {
    const limit = room();
    const due = limit === 0
      ? []
      : await leaseMails(db, { limit, leaseSeconds: MAIL_LEASE_SECONDS });
    for (const mail of due) {
      if (underWay.has(mail.id)) continue; // its lease had ended, with the database away
      const ended = deliverMail(services, office, {
        mail,
        giveUp: giveUp.signal,
      })
        .catch((error) =>
          log("error", "mail_worker_failed", describeError(error))
        )
        .then(() => void underWay.delete(mail.id));
      underWay.set(mail.id, { since: performance.now(), ended });
    }
    if (underWay.size === 0) return 0;
    await Promise.race([
      pause(LOOK_AGAIN_MS, stopping),
      ...[...underWay.values()].map((it) => it.ended),
    ]);
    return 1;
  }

  function room(): number {
    const slowSince = performance.now() - settings.SMTP_TIMEOUT_SECONDS * 1000;
    const quick = [...underWay.values()].filter((it) => it.since > slowSince);
    return Math.max(
      0,
      Math.min(AT_ONCE - quick.length, AT_ONCE_WITH_SLOW - underWay.size),
    );
  }

  const renewing = setInterval(() => {
    renewMailLeases(db, {
      ids: [...underWay.keys()],
      leaseSeconds: MAIL_LEASE_SECONDS,
    }).catch((error) =>
      log("warning", "mails_not_renewed", describeError(error))
    );
  }, RENEW_MS);

  const stop = startWorker(services, { name: "mail_worker", work });
  return async () => {
    const giveUpLater = setTimeout(() => {
      office.transport.close();
      giveUp.abort();
    }, STOP_MS);
    await stop();
    await Promise.all([...underWay.values()].map((it) => it.ended));
    clearTimeout(giveUpLater);
    clearInterval(renewing);
    office.transport.close();
  };
}
