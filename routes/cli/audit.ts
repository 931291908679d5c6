import { sealAuditLog } from "../../services/audit_seals.ts";
import {
  type Difference,
  type OutsideEvent,
  verifyAuditLog,
  type VerifyAuditLogFailure,
} from "../../services/audit_verification.ts";
import { recordCommand } from "../../services/operator.ts";
import {
  type Command,
  done,
  EXIT,
  failed,
  type Outcome,
  refused,
} from "./command.ts";

export const sealAudit: Command = {
  does: "seals the audit log now, as the server does hourly",
  async run(context) {
    const { seals, events, mac } = await sealAuditLog(context);
    const detail = { seals, events };
    await recordCommand(context, { command: "seal-audit", detail });
    if (!mac) return done(["There was nothing to seal yet."], detail);
    return done([
      `Sealed ${events} events. Keep the last seal apart from the database:`,
      `  ${mac}`,
    ], { ...detail, seal: mac });
  },
};

const PROGRESS_EVENTS = 100_000;

export const verifyAudit: Command = {
  does: "tells whether what was sealed of the audit log is as it was",
  options: { kept: { value: "SEAL" } },
  async run(context, { options: { kept }, progress }) {
    let told = 0;
    const verified = await verifyAuditLog(context, {
      kept,
      onProgress: (events) => {
        if (events - told < PROGRESS_EVENTS) return;
        told = events;
        progress(`${events} events are as they were sealed …`);
      },
    });
    const detail = verified.ok
      ? { verified: true, seals: verified.value.seals }
      : { verified: false, ...verified.failure };
    await recordCommand(context, { command: "verify-audit", detail });
    if (!verified.ok) return failure(verified.failure);
    const { seals, events, sealedUntil, unsealedSince, mac } = verified.value;
    return done([
      `Verified: ${events} events in ${seals} seals, until ${
        iso(sealedUntil)
      }.`,
      unsealedSince
        ? `Not sealed yet, and so not verified: what was written from ${
          iso(unsealedSince)
        } on.`
        : "Everything is sealed.",
      `Last seal: ${mac}`,
    ], { seals, events, sealedUntil, unsealedSince, seal: mac });
  },
};

function failure(failure: VerifyAuditLogFailure): Outcome {
  switch (failure.reason) {
    case "nothing_sealed":
      return refused(
        failure.reason,
        "There is no seal to verify by. `seal-audit` makes the first one; where there were some, they were removed.",
      );
    case "kept_seal_missing":
      return failed(
        EXIT.verificationFailed,
        failure.reason,
        "The seal that was kept isn't among those of the database: seals were removed or made anew.",
      );
    case "differs": {
      const { reason, ...difference } = failure;
      const text = [differenceText(failure), ...named(failure.outside)];
      return failed(
        EXIT.verificationFailed,
        reason,
        text.join("\n"),
        difference,
      );
    }
    case "outside_of_time": {
      const { reason, ...found } = failure;
      const text = [
        `Everything sealed is as it was, but ${found.count} events lie outside of time: not Passdesk wrote them, or a clock was wrong.`,
        ...named(found.events),
        ...(found.count > found.events.length ? ["  …"] : []),
      ];
      return failed(EXIT.verificationFailed, reason, text.join("\n"), found);
    }
  }
}

const WHY: Record<OutsideEvent["why"], string> = {
  future: "its time lay in the future",
  before_passdesk: "its time lies before any Passdesk",
  id_differs: "its id was made at another time",
};

function named(events: OutsideEvent[] = []) {
  return events.map(({ id, at, why }) => `  ${id} (${at}): ${WHY[why]}`);
}

function differenceText({ what, after, until, expected, found }: Difference) {
  const span = after
    ? `between ${iso(after)} and ${iso(until)}`
    : `until ${iso(until)}`;
  const counts = `${expected} were sealed, ${found} are there`;
  switch (what) {
    case "missing":
      return `Events are missing ${span}: ${counts}.`;
    case "added":
      return `Events were added ${span}, or a seal was removed: ${counts}.`;
    case "changed":
      return `Events ${span}, or their seal, were changed: ${counts}.`;
    case "key_gone":
      return `Events ${span} were sealed by a key that SECRET_KEY doesn't have.`;
  }
}

function iso(time: Date) {
  return Number.isNaN(time.getTime())
    ? "an unreadable time"
    : time.toISOString();
}
