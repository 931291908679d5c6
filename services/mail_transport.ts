import nodemailer from "nodemailer";
import type { Settings } from "./config.ts";
import { composeMail, type MailTransport } from "./mail_message.ts";
import { smtpTransport } from "./smtp_transport.ts";

/** Over SMTP where there is a server, else into files, so that a first look needs none. */
export function createMailTransport(
  settings: Settings,
  onFile: (path: string) => void,
): MailTransport {
  return settings.SMTP_URL
    ? smtpTransport(settings, settings.SMTP_URL)
    : fileTransport(settings, onFile);
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
      const built = await mailer.sendMail(composeMail(settings, id, mail));
      const path = `${folder}/${id}.eml`;
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
      await Deno.writeFile(path, built.message as Uint8Array, { mode: 0o600 });
      onFile(path);
      return `written to ${path}`;
    },
    close: () => {},
  };
}
