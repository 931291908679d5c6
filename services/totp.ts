import { Secret, TOTP } from "otpauth";

const PERIOD_SECONDS = 30;
/** Steps that a clock may be off, either way (RFC 6238, 5.2). */
const DRIFT = 1;
const SECRET_BYTES = 20; // RFC 4226, 4: 160 bits

/** A new secret, in base32 as authenticator apps take it. */
export function createTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What the QR code says. */
export function totpUri(
  secret: string,
  { issuer, label }: { issuer: string; label: string },
): string {
  return totp(secret, { issuer, label }).toString();
}

/** The step that a code belongs to, by this machine's clock (ASVS 6.5.8); undefined for a wrong code. */
export function totpStep(
  secret: string,
  code: string,
  now = Date.now(),
): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totp(secret).validate({
    token: code,
    timestamp: now,
    window: DRIFT,
  });
  return delta === null
    ? undefined
    : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}

function totp(
  secret: string,
  naming: { issuer?: string; label?: string } = {},
) {
  return new TOTP({
    ...naming,
    secret: Secret.fromBase32(secret),
    algorithm: "SHA1", // the one that every app knows
    digits: 6,
    period: PERIOD_SECONDS,
  });
}
