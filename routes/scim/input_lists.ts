import { isBoolean, isTrue, PHONE_ATTRIBUTES } from "./attributes.ts";
import { ScimRefusal } from "./errors.ts";
import { meets } from "./filter.ts";
import {
  type Assignment,
  keep,
  namesOnce,
  type Reading,
  text,
} from "./input_values.ts";

interface Item {
  value: string;
  type: string;
  primary: boolean;
}

/** Of all addresses one is kept: the primary one, else that of work, else the first. */
export function assignEmails(reading: Reading, assignment: Assignment) {
  const { path: { filter, sub }, value, op } = assignment;
  const { given, user } = reading;
  if (filter || sub) {
    const slot = { type: "work", primary: true, value: user.email ?? "" };
    if (filter && !meets(slot, filter)) return; // another one than is kept
    const said = valueOf(assignment);
    if (said !== undefined) given.email = said;
    return;
  }
  const all = op === "remove" ? [] : items(value, "emails");
  const kept = all.find((it) => it.primary) ??
    all.find((it) => it.type === "work") ?? all[0];
  const beside = op === "add" && user.email !== null && !kept?.primary &&
    kept?.type !== "work"; // one more address, where one is kept
  if (!beside) given.email = kept?.value ?? "";
}

/** One of each type that USER_ATTRIBUTES has an attribute for; without a type it is that of work. */
export function assignPhones(reading: Reading, assignment: Assignment) {
  const { path: { filter, sub }, value, op } = assignment;
  const all = filter || sub || op === "remove"
    ? []
    : items(value, "phoneNumbers");
  for (const [type, name] of Object.entries(PHONE_ATTRIBUTES)) {
    const said = filter || sub
      ? saidOfSlot(reading, assignment, { type, name })
      : all.find((it) => it.type === type)?.value ??
        (op === "add" ? undefined : "");
    if (said !== undefined) keep(reading, name, said, "phoneNumbers");
  }
}

function saidOfSlot(
  { user }: Reading,
  assignment: Assignment,
  { type, name }: { type: string; name: string },
): string | undefined {
  const { filter } = assignment.path;
  const primary = type === "work";
  const slot = { type, primary, value: user.attributes[name] ?? "" };
  return (filter ? meets(slot, filter) : primary)
    ? valueOf(assignment)
    : undefined;
}

/** What an assignment says of the value of one item; undefined where it is about something else of it. */
function valueOf(
  { path: { sub }, value, op }: Assignment,
): string | undefined {
  if (sub !== undefined && sub !== "value") return undefined;
  if (op === "remove") return "";
  if (sub === "value") return text(value, "value");
  const [item] = items(value, "value");
  return item?.value ?? "";
}

function items(value: unknown, name: string): Item[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.map((it) => toItem(it, name)).filter((it) => it.value !== "");
}

function toItem(item: unknown, name: string): Item {
  if (typeof item === "string") {
    return { value: item, type: "work", primary: false };
  }
  if (typeof item !== "object" || item === null) {
    throw new ScimRefusal(
      "invalidValue",
      `${name} has to be a list of objects with a value.`,
    );
  }
  const given = Object.fromEntries(
    namesOnce(item).map(([key, it]) => [key.toLowerCase(), it]),
  );
  const { primary } = given;
  return {
    value: text(given.value, `${name}.value`),
    type: text(given.type, `${name}.type`).toLowerCase() || "work",
    primary: isBoolean(primary) && isTrue(primary),
  };
}
