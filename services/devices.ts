import Bowser from "bowser";
import { v7 as uuidv7 } from "uuid";
import type { DeviceSeen } from "../db/devices.ts";
import { remember } from "../db/prepared.ts";
import type { ServiceContext } from "./context.ts";
import { hashSecret } from "./tokens.ts";

/** What a User-Agent says in words, "Chrome on Linux"; itself where it says nothing that is known. */
export function deviceName(userAgent: string): string {
  return knownDevice(userAgent) ?? (userAgent || "unknown");
}

/** Remembered: a house has few browsers, and to read what one says takes as long as to ask the database. */
const knownDevice = remember((userAgent: string): string | undefined => {
  const { browser, os } = Bowser.parse(userAgent || " ");
  return browser.name && os.name ? `${browser.name} on ${os.name}` : undefined;
});

/** What is kept of the browser that signs in, and told of it if it is a new one (ASVS 6.3.5, 6.3.7). */
export function deviceSeen(
  { address, userAgent }: ServiceContext,
  device: string,
): DeviceSeen {
  return {
    secretHash: hashSecret(device),
    mailId: uuidv7(),
    facts: JSON.stringify({
      address,
      device: knownDevice(userAgent) ?? "", // in a mail, free text of a stranger could be a link
      at: new Date().toISOString(),
    }),
  };
}
