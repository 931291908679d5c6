import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { z } from "zod";
import {
  consumeChallenge,
  findPasskey,
  insertChallenge,
  listPasskeys,
  type NewPasskey,
  type PasskeyRow,
} from "../db/passkeys.ts";
import { countAttempt } from "../db/rate_limits.ts";
import { widening } from "./sign_in_attempts.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { hashSecret } from "./tokens.ts";

/**
 * WebAuthn (W3C, level 3), through @simplewebauthn/server. The device must have checked who holds it (user
 * verification), so a passkey is two factors in one, and can be used without a username.
 */
const USER_VERIFICATION = "required";

/** Base64url (WebAuthn, 5.1); 1,023 bytes at most. */
export const CREDENTIAL_ID = z.string().regex(/^[\w-]{1,1364}$/);

/** What a browser sends is looked into by the library; here only that it is such a thing at all. */
const Response = z.looseObject({
  id: CREDENTIAL_ID,
  rawId: CREDENTIAL_ID,
  type: z.literal("public-key"),
  response: z.looseObject({
    userHandle: z.string().nullish(),
    transports: z.array(z.enum([
      "ble",
      "cable",
      "hybrid",
      "internal",
      "nfc",
      "smart-card",
      "usb",
    ])).nullish().catch([]),
  }),
  clientExtensionResults: z.looseObject({}),
});

/** Undefined for what no browser has made. */
function parseResponse(text: string) {
  try {
    return Response.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** How an authenticator knows the user. */
function handleOf(userId: string) {
  return Buffer.from(userId).toString("base64url");
}

function site({ settings }: ServiceContext) {
  return {
    rpID: settings.PUBLIC_URL.hostname,
    origin: settings.PUBLIC_URL.origin,
  };
}

/** What the browser is to make a passkey for. */
export async function enrolmentOptions(
  context: ServiceContext,
  { userId, username, name }: Actor,
) {
  const known = await listPasskeys(context.db, userId);
  const options = await generateRegistrationOptions({
    rpName: "Passdesk",
    rpID: site(context).rpID,
    userName: username,
    userDisplayName: name,
    userID: new Uint8Array(Buffer.from(handleOf(userId), "base64url")),
    attestationType: "none",
    excludeCredentials: known.map(({ id }) => ({ id })),
    authenticatorSelection: {
      residentKey: "required",
      userVerification: USER_VERIFICATION,
    },
  });
  await insertChallenge(context.db, {
    challengeHash: hashSecret(options.challenge),
    purpose: "enrol",
    userId,
  });
  return options;
}

/** The passkey that a browser has made for this user; undefined where the answer is not right. */
export async function verifyEnrolment(
  context: ServiceContext,
  { userId, response }: { userId: string; response: string },
): Promise<Omit<NewPasskey, "name"> | undefined> {
  const parsed = parseResponse(response);
  if (!parsed) return undefined;
  const { rpID, origin } = site(context);
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: parsed as unknown as RegistrationResponseJSON,
      expectedChallenge: (challenge) =>
        consumeChallenge(context.db, {
          challengeHash: hashSecret(challenge),
          purpose: "enrol",
          userId,
        }),
      expectedOrigin: origin,
      expectedRPID: rpID,
      requireUserVerification: true,
    });
    if (!verified) return undefined;
    const { credential } = registrationInfo;
    return {
      id: credential.id,
      userId,
      publicKey: Buffer.from(credential.publicKey).toString("base64url"),
      counter: credential.counter,
      transports: parsed.response.transports ?? [],
    };
  } catch {
    return undefined; // the library throws for whatever does not fit
  }
}

const CHALLENGES_PER_MINUTE = 60;

/** What a passkey is to sign, whoever's it is; undefined for an address that asks too often. */
export async function signInOptions(context: ServiceContext) {
  const exceeded = await countAttempt(context.db, {
    limits: widening(
      "passkey:address:",
      context.address,
      CHALLENGES_PER_MINUTE,
    ),
    windowSeconds: 60,
  });
  if (exceeded) return undefined;
  const options = await generateAuthenticationOptions({
    rpID: site(context).rpID,
    userVerification: USER_VERIFICATION,
  });
  await insertChallenge(context.db, {
    challengeHash: hashSecret(options.challenge),
    purpose: "sign_in",
    userId: null,
  });
  return options;
}

export interface ProvenPasskey {
  passkey: PasskeyRow;
  username: string;
  /** What the authenticator counts now. */
  counter: number;
}

/** The passkey that has signed; undefined where it is unknown, or the answer is not right, or was given before. */
export async function verifyPasskey(
  context: ServiceContext,
  response: string,
): Promise<ProvenPasskey | undefined> {
  const parsed = parseResponse(response);
  const found = parsed && await findPasskey(context.db, parsed.id);
  if (!found) return undefined;
  const { passkey } = found;
  const handle = parsed.response.userHandle;
  if (handle && handle !== handleOf(passkey.userId)) return undefined; // WebAuthn, 7.2, 6
  const { rpID, origin } = site(context);
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse(
      {
        response: parsed as unknown as AuthenticationResponseJSON,
        expectedChallenge: (challenge) =>
          consumeChallenge(context.db, {
            challengeHash: hashSecret(challenge),
            purpose: "sign_in",
            userId: null,
          }),
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
        credential: {
          id: passkey.id,
          publicKey: new Uint8Array(
            Buffer.from(passkey.publicKey, "base64url"),
          ),
          counter: passkey.counter,
        },
      },
    );
    return verified
      ? { ...found, counter: authenticationInfo.newCounter }
      : undefined;
  } catch {
    return undefined;
  }
}
