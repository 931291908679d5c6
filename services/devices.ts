import Bowser from "bowser";
import { v7 as uuidv7 } from "uuid";
import type { DeviceSeen } from "../db/devices.ts";
import type { ServiceContext } from "./context.ts";
import { hashSecret } from "./tokens.ts";

/** What a User-Agent says in words, "Chrome on Linux"; itself where it says nothing that is known. */
export function deviceName(userAgent: string): string {
  const { browser, os } = Bowser.parse(userAgent || " ");
  if (!browser.name || !os.name) return userAgent || "unknown";
  return `${browser.name} on ${os.name}`;
}

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
      device: deviceName(userAgent),
      at: new Date().toISOString(),
    }),
  };
}
