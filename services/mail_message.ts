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
  /** Gives up what is under way. */
  close(): void;
}

export class MailRefusedError extends Error {
  override name = "MailRefusedError";

  /** @param permanent the server will never take it (RFC 5321, 4.2.1: 5yz) */
  constructor(answer: string, readonly permanent: boolean) {
    super(answer);
  }
}

/** The envelope is said and not read from the header, so that no name of a person can add to it (ASVS 1.3.11). */
export function composeMail(settings: Settings, id: string, mail: Mail) {
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
