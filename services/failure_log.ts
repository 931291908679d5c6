import { describeError, type Log, type LogFields } from "./log.ts";
import { isOutage } from "./outage.ts";
import { OverloadedError } from "./work_queue.ts";

/** Milliseconds for which an outage that has been told is only counted. */
const QUIET_MS = 1_000;

/** Of each log, the events that were told within the last second. */
const quiet = new WeakMap<Log, Map<string, Repeated>>();

interface Repeated {
  times: number;
  last: LogFields;
}

/**
 * Logs why something failed. A bug is a line of level error each time. An outage or an overload fails hundreds of
 * requests in the same way: that is a warning, at once and then once a second, with how often it happened.
 */
export function logFailure(
  { log }: { log: Log },
  event: string,
  error: unknown,
  fields: LogFields = {},
): void {
  const told = { ...fields, ...describeError(error) };
  if (isTransient(error)) logOnceASecond(log, "warning", event, told);
  else log("error", event, told);
}

/** Will it pass without a change of the program? */
export function isTransient(error: unknown): boolean {
  return error instanceof OverloadedError || isOutage(error);
}

/** Logs an event that others can cause as often as they like: at once, then once a second with a count. */
export function logOnceASecond(
  log: Log,
  level: "info" | "warning",
  event: string,
  fields: LogFields,
): void {
  const events = quiet.get(log) ?? new Map<string, Repeated>();
  quiet.set(log, events);
  const repeated = events.get(event);
  if (repeated) {
    repeated.times++;
    repeated.last = fields;
    return;
  }
  log(level, event, { ...fields, times: 1 });
  const since: Repeated = { times: 0, last: fields };
  events.set(event, since);
  const timer = setInterval(() => {
    if (since.times > 0) {
      log(level, event, { ...since.last, times: since.times });
      since.times = 0;
      return;
    }
    clearInterval(timer);
    events.delete(event);
  }, QUIET_MS);
  Deno.unrefTimer(timer);
}
