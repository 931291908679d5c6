import { v7 as uuidv7 } from "uuid";
import type { DeviceSeen } from "../db/devices.ts";
import type { ServiceContext } from "./context.ts";
import { hashSecret } from "./tokens.ts";

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
      device: userAgent,
      at: new Date().toISOString(),
    }),
  };
}
