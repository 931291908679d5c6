import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { Webhook } from "standardwebhooks";
import type { AuditEventName } from "../../services/audit.ts";
import type { Actor, ServiceContext } from "../../services/context.ts";
import { deliverDueWebhooks } from "../../services/webhook_delivery.ts";
import {
  createWebhookTransport,
  type TransportOptions,
} from "../../services/webhook_transport.ts";
import { createWebhook } from "../../services/webhooks.ts";
import type { Database } from "../../db/client.ts";
import { insertSession } from "../../db/sessions.ts";
import { createToken, hashSecret } from "../../services/tokens.ts";
import type { Program } from "./app.ts";
import { type Person, person } from "./people.ts";

const certificate = await generate(
  [{ name: "commonName", value: "hooks.test" }],
  {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{
      name: "subjectAltName",
      altNames: [
        { type: 2, value: "hooks.test" },
        { type: 2, value: "localhost" },
        { type: 7, ip: "127.0.0.1" },
      ],
    }],
  },
);

/** What the receivers' certificates are vouched for by: for the transport of a test. */
export const CA = certificate.cert;

export interface ReceivedWebhook {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A real https server on loopback, for `hooks.test`, `localhost` and 127.0.0.1, that keeps what it gets. */
export async function receiver(
  answer: (
    response: ServerResponse,
    request: IncomingMessage,
  ) => void = (response) => response.end("kept"),
  host = "127.0.0.1",
) {
  const received: ReceivedWebhook[] = [];
  const server = createServer(
    { key: certificate.private, cert: certificate.cert },
    (request, response) => {
      const chunks: Uint8Array[] = [];
      request.on("data", (it: Uint8Array) => chunks.push(it));
      request.on("end", () => {
        received.push({
          path: request.url!,
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString(),
        });
        answer(response, request);
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    received,
    port,
    url: `https://${host}:${port}/hook`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Throws where the signature is not the secret's, as a receiver would. */
export function verify(secret: string, { body, headers }: ReceivedWebhook) {
  return new Webhook(secret).verify(body, headers) as {
    type: string;
    timestamp: string;
    data: Record<string, unknown>;
  };
}

/** An administrator as a service gets to know one. */
export async function administrator(
  db: Database,
  given: Partial<Person> & { permissions?: Actor["permissions"] } = {},
): Promise<Actor> {
  const permissions = given.permissions ?? ["administration", "audit_log"];
  const { id: userId, name, username, email } = await person(db, {
    permissions,
  });
  const { id, secret } = createToken();
  await insertSession(db, {
    id,
    userId,
    secretHash: hashSecret(secret),
    address: "192.0.2.7",
    userAgent: "tests",
  });
  return {
    userId,
    sessionId: id,
    name,
    username,
    email,
    permissions,
    mustChangePassword: false,
    secondFactor: false,
    mustConfirm: false,
    mustEnrol: false,
  };
}

export function contextOf({ services }: Pick<Program, "services">) {
  return {
    ...services,
    requestId: "test",
    address: "192.0.2.7",
    userAgent: "tests",
  } satisfies ServiceContext;
}

/** A webhook to `url`, made as an administrator makes one. */
export async function webhookTo(
  running: Pick<Program, "services">,
  url: string,
  events: AuditEventName[] = ["user_updated"],
) {
  const context = contextOf(running);
  const actor = await administrator(context.db);
  const made = await createWebhook(context, { actor, input: { url, events } });
  if (!made.ok) throw new Error(made.failure.reason);
  return { ...made.value, actor, context };
}

/** The worker's transport, and one round of its work. */
export function webhookOffice(
  { services }: Pick<Program, "services">,
  options: TransportOptions = {},
) {
  const transport = createWebhookTransport(services.settings, {
    ca: CA,
    ...options,
  });
  return { transport, deliver: () => deliverDueWebhooks(services, transport) };
}
