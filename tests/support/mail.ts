import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { insertMail, type MailKind } from "../../db/mails.ts";
import { createMailLink, type MadeLink } from "../../services/mail_links.ts";
import type { Program } from "./app.ts";
import {
  deliverDueMails,
  type MailOffice,
} from "../../services/mail_delivery.ts";
import { createMailTransport } from "../../services/mail_transport.ts";
import { writeLetter } from "../../views/mails.tsx";

export interface ReceivedMail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  raw: string;
}

/** A real SMTP server on loopback that keeps what it takes. `options` make it refuse, hang or drop. */
export async function mailServer(
  options: SMTPServerOptions = {},
  host = "127.0.0.1",
) {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS", "AUTH"],
    authOptional: true,
    onData(stream, session, callback) {
      const chunks: Uint8Array[] = [];
      stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      stream.on("end", async () => {
        received.push(await parse(chunks, session.envelope));
        callback(null, "2.0.0 kept");
      });
    },
    ...options,
  });
  server.on("error", () => {}); // a client that goes away is part of the tests
  await new Promise<void>((resolve) => server.listen(0, host, () => resolve()));
  const { port } = server.server.address() as { port: number };
  return {
    received,
    url: `${options.secure ? "smtps" : "smtp"}://${host}:${port}`,
    port,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

export type MailServer = Awaited<ReturnType<typeof mailServer>>;

async function parse(
  chunks: Uint8Array[],
  { mailFrom, rcptTo }: {
    mailFrom: false | { address: string };
    rcptTo: { address: string }[];
  },
): Promise<ReceivedMail> {
  const raw = await new Blob(chunks as BlobPart[]).text();
  const mail = await PostalMime.parse(raw);
  return {
    from: mailFrom === false ? "" : mailFrom.address,
    to: rcptTo.map((it) => it.address),
    subject: mail.subject ?? "",
    text: mail.text ?? "",
    html: mail.html ?? "",
    headers: Object.fromEntries(mail.headers.map((it) => [it.key, it.value])),
    raw,
  };
}

/** A server that falls silent, or drops the line, once it has been sent `until`; from the start where that is "". */
export function brokenMailServer(
  { until, then }: { until: string; then: "hang" | "drop" },
) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      void converse(connection).catch(() => {}).finally(() => {
        if (then === "drop") connection.close();
      });
    }
  })();

  async function converse(connection: Deno.Conn) {
    const say = (line: string) =>
      connection.write(new TextEncoder().encode(`${line}\r\n`));
    if (until === "") return;
    await say("220 ready");
    const buffer = new Uint8Array(65536);
    for (;;) {
      const length = await connection.read(buffer);
      if (length === null) return;
      const said = new TextDecoder().decode(buffer.subarray(0, length));
      if (said.includes(until)) return;
      await say(said.startsWith("DATA") ? "354 go on" : "250 fine");
    }
  }
  return {
    url: `smtp://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    close: async () => {
      listener.close();
      for (const it of open) {
        try {
          it.close();
        } catch {
          // it has gone by itself
        }
      }
      await serving;
    },
  };
}

/**
 * A server that takes every message, and leaves the answer to it to `answer`. `taken` has the recipients of the
 * messages that came whole. With `brokenTls` it offers STARTTLS, and then hangs up.
 */
export function slowMailServer(
  answer: (
    recipient: string,
    say: (line: string) => Promise<unknown>,
  ) => Promise<unknown>,
  { host = "127.0.0.1", brokenTls = false } = {},
) {
  const listener = Deno.listen({ hostname: host, port: 0 });
  const open = new Set<Deno.Conn>();
  const taken: string[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      void converse(connection).catch(() => {}).finally(() => {
        if (open.delete(connection)) connection.close();
      });
    }
  })();

  async function converse(connection: Deno.Conn) {
    const say = (line: string) =>
      connection.write(new TextEncoder().encode(`${line}\r\n`));
    await say("220 ready");
    let recipient = "";
    let unread = "";
    let message = false;
    const buffer = new Uint8Array(65536);
    for (;;) {
      const length = await connection.read(buffer);
      if (length === null) return;
      unread += new TextDecoder().decode(buffer.subarray(0, length));
      const end = message ? "\r\n.\r\n" : "\r\n";
      for (let at; (at = unread.indexOf(end)) >= 0;) {
        const said = unread.slice(0, at);
        unread = unread.slice(at + end.length);
        recipient = said.match(/^RCPT TO:<(.*?)>/)?.[1] ?? recipient;
        if (message) {
          taken.push(recipient);
          await answer(recipient, say);
        } else if (brokenTls && said.startsWith("EHLO")) {
          await say("250-slow\r\n250 STARTTLS");
        } else if (said === "STARTTLS") {
          await say("220 now");
          return;
        } else await say(said === "DATA" ? "354 go on" : "250 fine");
        message = said === "DATA";
        if (message) break;
      }
    }
  }
  return {
    url: `smtp://${host}:${(listener.addr as Deno.NetAddr).port}`,
    taken,
    close: async () => {
      listener.close();
      for (const it of open) it.close();
      open.clear();
      await serving;
    },
  };
}

/** The office of a running program: what the worker uses, so that a test says when mail goes out. */
export function mailOffice(
  { services }: Pick<Program, "services">,
): MailOffice & {
  deliver: () => Promise<number>;
  files: string[];
} {
  const files: string[] = [];
  const transport = createMailTransport(
    services.settings,
    (path) => files.push(path),
  );
  const office = { transport, write: writeLetter };
  return {
    ...office,
    files,
    deliver: () => deliverDueMails(services, office),
  };
}

/** A real mail server behind a running program, and what has arrived at somebody's address. */
export async function mailbox({ services }: Pick<Program, "services">) {
  const server = await mailServer();
  const settings = { ...services.settings, SMTP_URL: server.url };
  const running = { ...services, settings };
  const office = {
    transport: createMailTransport(settings, () => {}),
    write: writeLetter,
  };
  return {
    /** Sends what is due; the mails to one address, the last one last. */
    to: async (address: string | null): Promise<ReceivedMail[]> => {
      while (await deliverDueMails(running, office) > 0);
      return server.received.filter((it) => it.to[0] === address);
    },
    close: async () => {
      office.transport.close();
      await server.close();
    },
  };
}

/** The path of the one link of ours in a mail. */
export function linkIn({ text }: Pick<ReceivedMail, "text">): string {
  return text.match(/https?:\/\/\S+/)?.[0].replace(/^https?:\/\/[^/]+/, "") ??
    "";
}

/** The path of a link of one kind, without the mail that would have brought it. */
export async function linkFor(
  { services }: Pick<Program, "services">,
  userId: string,
  kind: MailKind,
  facts: Record<string, string> = {},
): Promise<{ mailId: string; path: string }> {
  const { db } = services;
  const id = await insertMail(db, { kind, userId, facts });
  const link = await createMailLink(services, {
    id,
    kind,
    userId,
    disabled: false,
  });
  return { mailId: id, path: new URL((link as MadeLink).url).pathname };
}
