import nodemailer from "nodemailer";
import { asciiEmail } from "../db/email_addresses.ts";
import type { Settings } from "./config.ts";

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface MailTransport {
  /**
   * Gives what the server answered to the message.
   *
   * @throws {MailRefusedError} nobody took it, now or for good
   */
  send(id: string, mail: Mail): Promise<string>;
  close(): void;
}

export class MailRefusedError extends Error {
  override name = "MailRefusedError";

  /** @param permanent the server will never take it (RFC 5321, 4.2.1: 5yz) */
  constructor(answer: string, readonly permanent: boolean) {
    super(answer);
  }
}

const CONNECTIONS = 5;

/** Over SMTP where there is a server, else into files, so that a first look needs none. */
export function createMailTransport(
  settings: Settings,
  onFile: (path: string) => void,
): MailTransport {
  return settings.SMTP_URL
    ? smtpTransport(settings, settings.SMTP_URL)
    : fileTransport(settings, onFile);
}

function smtpTransport(settings: Settings, smtpUrl: string): MailTransport {
  const url = new URL(smtpUrl);
  const secure = url.protocol === "smtps:";
  const mailer = nodemailer.createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    // Within this machine there is nobody to hide it from, and hardly ever a certificate.
    ...(isLoopback(url.hostname)
      ? { ignoreTLS: true }
      : { requireTLS: settings.SMTP_TLS === "required" }),
    ...(url.username && {
      auth: {
        user: decodeURIComponent(url.username),
        pass: decodeURIComponent(url.password),
      },
    }),
    name: settings.PUBLIC_URL.hostname,
    ...timeouts(settings),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(id, mail) {
      try {
        return (await mailer.sendMail(message(settings, id, mail))).response;
      } catch (error) {
        throw refused(error);
      }
    },
    close: () => mailer.close(),
  };
}

/** Nobody waits for a mail but its worker, and that not for ever. */
function timeouts({ SMTP_TIMEOUT_SECONDS }: Settings) {
  const ms = SMTP_TIMEOUT_SECONDS * 1000;
  return {
    dnsTimeout: ms,
    connectionTimeout: ms,
    greetingTimeout: ms,
    socketTimeout: ms, // without a word of the server
  };
}

/** One `.eml` for each mail, which any mail program opens. */
function fileTransport(
  settings: Settings,
  onFile: (path: string) => void,
): MailTransport {
  const mailer = nodemailer.createTransport({
    streamTransport: true,
    buffer: true,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const folder = `${settings.DATA_DIR}/mail`;
  return {
    async send(id, mail) {
      const built = await mailer.sendMail(message(settings, id, mail));
      const path = `${folder}/${id}.eml`;
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
      await Deno.writeFile(path, built.message as Uint8Array, { mode: 0o600 });
      onFile(path);
      return `written to ${path}`;
    },
    close: () => {},
  };
}

/** The envelope is said and not read from the header, so that no name of a person can add to it (ASVS 1.3.11). */
function message(settings: Settings, id: string, mail: Mail) {
  const from = sender(settings);
  const to = asciiEmail(mail.to);
  return {
    from,
    to: { name: "", address: to },
    envelope: { from: from.address, to: [to] },
    messageId: `<${id}@${settings.PUBLIC_URL.hostname}>`,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: {
      "Auto-Submitted": "auto-generated", // RFC 3834: no answers from people on holiday
      "X-Auto-Response-Suppress": "All",
    },
  };
}

function sender({ MAIL_FROM, PUBLIC_URL }: Settings) {
  const [, name, address] = MAIL_FROM?.match(/^(.*?) ?<(.*)>$/) ?? [];
  return {
    name: name ?? "Passdesk",
    address: address ? asciiEmail(address) : `passdesk@${PUBLIC_URL.hostname}`,
  };
}

function isLoopback(host: string) {
  return ["localhost", "127.0.0.1", "[::1]"].includes(host);
}

function refused(error: unknown): MailRefusedError {
  const { code, command = "", response, responseCode = 0, message } = error as {
    code?: string;
    command?: string;
    response?: string;
    responseCode?: number;
    message?: string;
  };
  // Refused at another point, by a wrong password or without TLS, it is ours to mend: the mail waits for that.
  const permanent = ["RCPT TO", "DATA"].includes(command) &&
    responseCode >= 500;
  const said = response
    ? `${response} (to ${command})`
    : [code, message].filter(Boolean).join(": ");
  return new MailRefusedError(said.slice(0, 500), permanent);
}
