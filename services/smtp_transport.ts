import { X509Certificate } from "node:crypto";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import nodemailer from "nodemailer";
import { SettingError, type Settings } from "./config.ts";
import {
  composeMail,
  type Mail,
  MailRefusedError,
  type MailTransport,
} from "./mail_message.ts";
import { type AnswerWatch, watchAnswers } from "./smtp_answers.ts";

/**
 * Hands mails over by SMTP, each over a connection of its own, so that one that is given up ends alone.
 *
 * @throws {SettingError} the certificates of SMTP_CA can't be read
 */
export function smtpTransport(
  settings: Settings,
  smtpUrl: string,
): MailTransport {
  const server = serverOf(new URL(smtpUrl));
  const security = securityOf(settings, server.host);
  const closing = new AbortController();

  async function attempt(
    id: string,
    mail: Mail,
    given: object,
  ): Promise<string | "no_tls"> {
    const watch = watchAnswers({
      answerSeconds: settings.SMTP_TIMEOUT_SECONDS,
      dataSeconds: settings.SMTP_DATA_TIMEOUT_SECONDS,
    });
    const mailer = nodemailer.createTransport({
      ...server,
      ...given,
      ...slowest(settings),
      name: settings.PUBLIC_URL.hostname,
      logger: watch.logger,
      transactionLog: true,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const { response } = await mailer.sendMail({
        ...composeMail(settings, id, mail),
        signal: AbortSignal.any([watch.signal, closing.signal]),
      });
      return response;
    } catch (error) {
      if (watch.upgrading() && security.opportunistic) return "no_tls";
      throw refused(error, { watch, closing });
    } finally {
      watch.end();
    }
  }

  return {
    async send(id, mail) {
      const answer = await attempt(id, mail, security.options);
      if (answer !== "no_tls") return answer;
      return await attempt(id, mail, { ignoreTLS: true });
    },
    close: () => closing.abort(),
  };
}

function serverOf(url: URL) {
  const secure = url.protocol === "smtps:";
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    ...(url.username && {
      auth: {
        user: decodeURIComponent(url.username),
        pass: decodeURIComponent(url.password),
      },
    }),
  };
}

/**
 * What TLS has to be. `required`: the server is who it says, by the system's authorities or by those of SMTP_CA.
 * `optional`: as good as the server can, down to none, so its certificate is not asked for either, which would
 * refuse the better case and take the worse one (opportunistic security, RFC 7435).
 */
function securityOf(
  { SMTP_TLS, SMTP_CA }: Settings,
  host: string,
): { opportunistic: boolean; options: object } {
  // Within this machine there is nobody to hide it from, and hardly ever a certificate.
  if (isLoopback(host) && SMTP_CA === undefined) {
    return { opportunistic: false, options: { ignoreTLS: true } };
  }
  if (SMTP_TLS === "optional") {
    const tls = { rejectUnauthorized: false };
    return { opportunistic: true, options: { opportunisticTLS: true, tls } };
  }
  const tls = SMTP_CA === undefined ? {} : trusting(SMTP_CA);
  return { opportunistic: false, options: { requireTLS: true, tls } };
}

/**
 * Trusts the authorities in a file and no others; and a certificate that is itself in the file for any name, since
 * then it is the very server (as RFC 7671, 5.1, has it): Debian's Postfix has one for its host's name alone.
 */
function trusting(path: string) {
  const certificates = readCertificates(path);
  const fingerprints = certificates.map((it) => it.fingerprint256);
  return {
    ca: certificates.map((it) => it.toString()),
    checkServerIdentity: (host: string, shown: PeerCertificate) =>
      fingerprints.includes(shown.fingerprint256)
        ? undefined
        : checkServerIdentity(host, shown),
  };
}

const CERTIFICATE =
  /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readCertificates(path: string): X509Certificate[] {
  try {
    const found = Deno.readTextFileSync(path).match(CERTIFICATE);
    if (!found) throw new Error("no certificate");
    return found.map((it) => new X509Certificate(it));
  } catch (error) {
    throw new SettingError(
      `SMTP_CA: "${path}" is no readable file of certificates in PEM (${
        (error as Error).name
      })`,
    );
  }
}

/** Only what `watchAnswers` does not see first. */
function slowest(
  { SMTP_TIMEOUT_SECONDS, SMTP_DATA_TIMEOUT_SECONDS }: Settings,
) {
  const ms = 10 * SMTP_TIMEOUT_SECONDS * 1000;
  return {
    dnsTimeout: ms,
    connectionTimeout: ms,
    greetingTimeout: ms,
    socketTimeout: ms + SMTP_DATA_TIMEOUT_SECONDS * 1000,
  };
}

function isLoopback(host: string) {
  return ["localhost", "127.0.0.1", "::1"].includes(host);
}

function refused(
  error: unknown,
  { watch, closing }: { watch: AnswerWatch; closing: AbortController },
): MailRefusedError {
  if (closing.signal.aborted) {
    return new MailRefusedError(
      `the program was stopped as it waited for the answer to ${watch.waitingFor()}`,
      false,
    );
  }
  if (watch.signal.aborted) {
    return new MailRefusedError(
      `no whole answer in time to ${watch.waitingFor()}`,
      false,
    );
  }
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
