import { randomBytes } from "node:crypto";
import { SettingError, type Settings } from "./config.ts";
import { KEY_BYTES } from "./secret_box.ts";

const HOW = "make one by: openssl rand -base64 32";

/**
 * The keys that seal secrets: of the settings, or for the embedded database of a file beside it, which the
 * first start writes.
 *
 * @throws {SettingError} PostgreSQL without a key: it would lie beside what it seals
 */
export async function loadSecretKeys(
  { SECRET_KEY, DATABASE_URL, DATA_DIR }: Settings,
): Promise<Uint8Array[]> {
  if (SECRET_KEY) return SECRET_KEY.map(decode);
  if (DATABASE_URL) {
    throw new SettingError(`SECRET_KEY: must be set with DATABASE_URL; ${HOW}`);
  }
  return [await ownKey(`${DATA_DIR}/secret.key`)];
}

function decode(text: string): Uint8Array {
  const key = Buffer.from(text, "base64");
  if (key.length !== KEY_BYTES) {
    throw new SettingError(
      `SECRET_KEY: each must be ${KEY_BYTES} bytes in base64; ${HOW}`,
    );
  }
  return key;
}

async function ownKey(path: string): Promise<Uint8Array> {
  try {
    return decode((await Deno.readTextFile(path)).trim());
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = randomBytes(KEY_BYTES);
  await Deno.writeTextFile(path, key.toString("base64") + "\n", {
    mode: 0o600,
    createNew: true,
  });
  return key;
}
