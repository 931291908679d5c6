import type { MailLetter } from "../services/mail_delivery.ts";
import type { LetterWords, Paragraph } from "./mails.tsx";

type Letters = Record<MailLetter["kind"], (letter: MailLetter) => LetterWords>;

/** What the mails say, in each language. */
export const LETTERS: Record<MailLetter["language"], Letters> = {
  en: {
    password_reset: ({ name, username, facts, link }) => ({
      subject: "Reset your password",
      paragraphs: [
        `Hello ${name},`,
        `somebody asked for a new password for your account ${username} (${
          moment(facts.at)
        }, from the address ${facts.address}). If that was you, choose it here within ${
          link!.minutes
        } minutes:`,
        { url: link!.url },
        "The link works once. Until you save a new password, the old one stays.",
        "If it was not you, there is nothing to do: without this link nobody can change your password. Don't pass it on, not even to the help desk.",
      ],
    }),
    password_changed: ({ name, username, facts, link }) => ({
      subject: "Your password was changed",
      paragraphs: [
        `Hello ${name},`,
        `the password of your account ${username} was changed ${
          BY_EN[facts.by as keyof typeof BY_EN]
        } (${
          moment(facts.at)
        }, from the address ${facts.address}). All sessions were ended.`,
        ...factorsEn(facts.factors),
        ...notMeEn(link),
      ],
    }),
    second_factor_changed: ({ name, username, facts, link }) => ({
      subject: "Your second factor",
      paragraphs: [
        `Hello ${name},`,
        `for your account ${username} ${
          WHAT_EN[facts.what as keyof typeof WHAT_EN]
        } (${moment(facts.at)}, from the address ${facts.address}).`,
        ...notMeEn(link),
      ],
    }),
    new_device: ({ name, username, facts, link }) => ({
      subject: "Sign-in from a new device",
      paragraphs: [
        `Hello ${name},`,
        `somebody signed in to your account ${username} from a browser that we haven't seen with it before (${
          moment(facts.at)
        }, from the address ${facts.address}): ${facts.device || "unknown"}`,
        ...notMeEn(link),
      ],
    }),
    email_confirmation: ({ name, username, facts, link }) => ({
      subject: "Confirm your email address",
      paragraphs: [
        `Hello ${name},`,
        `the account ${username} is to have this email address, ${facts.to}. If that is yours, confirm it within ${
          link!.minutes / 60
        } hours:`,
        { url: link!.url },
        "If it is not, there is nothing to do: without this link nothing changes.",
      ],
    }),
    email_change_announced: ({ name, username, facts, link }) => ({
      subject: "Your email address is to change",
      paragraphs: [
        `Hello ${name},`,
        `the account ${username} is to have another email address, ${facts.to} (${
          moment(facts.at)
        }, changed by a member of staff). It counts once it is confirmed from there.`,
        ...(link
          ? [
            "If you know of it, there is nothing to do. If not, stop it here:",
            {
              url: link.url,
            },
          ]
          : []),
      ],
    }),
    email_changed: ({ name, username, facts, link }) => ({
      subject: "Your email address was changed",
      paragraphs: [
        `Hello ${name},`,
        facts.to
          ? `the email address of the account ${username} now is ${facts.to} (${
            moment(facts.at)
          }).`
          : `the email address of the account ${username} was removed (${
            moment(facts.at)
          }).`,
        ...notMeEn(link),
      ],
    }),
    report_settled: ({ name, username, facts, link }) => ({
      subject: "Your report was settled",
      paragraphs: [
        `Hello ${name},`,
        `you have told us of your account ${username} that something was not you. A member of staff has settled that (${
          moment(facts.at)
        }). ${
          facts.account === "enabled"
            ? "The account is enabled."
            : "The account stays disabled."
        }`,
        ...notMeEn(link),
      ],
    }),
    api_token_created: ({ name, username, facts, link }) => ({
      subject: "An API token was made",
      paragraphs: [
        `Hello ${name},`,
        `for your account ${username} an API token was made, by which a program can do of what you may what the token is for (${
          moment(facts.at)
        }, from the address ${facts.address}): ${facts.token}`,
        ...notMeEn(link),
      ],
    }),
    api_token_ending: ({ name, username, facts }) => ({
      subject: "An API token ends soon",
      paragraphs: [
        `Hello ${name},`,
        `the API token ${facts.token} of your account ${username} ends at ${
          moment(facts.at)
        }. What uses it stops working then: make a new one under Account > API tokens, if it is still needed.`,
      ],
    }),
    api_token_narrowed: ({ name, username, facts }) => ({
      subject: "API tokens: permissions take a scope of their own",
      paragraphs: [
        `Hello ${name},`,
        `since ${
          moment(facts.at)
        } the scope users:write no longer lets a program set permissions, or change the email address of staff or enable them, and passwords:set no longer lets it set the password of staff or remove their second factor. All this now needs the scope permissions:write too. These API tokens of your account ${username} do not have it: ${facts.tokens}`,
        "Most programs don't need it, and then there is nothing to do. If one does, make a new token with permissions:write for it under Account > API tokens, and revoke the old one.",
      ],
    }),
  },
  de: {
    password_reset: ({ name, username, facts, link }) => ({
      subject: "Passwort zurücksetzen",
      paragraphs: [
        `Guten Tag ${name},`,
        `jemand hat ein neues Passwort für Ihr Konto ${username} angefordert (${
          moment(facts.at)
        }, von der Adresse ${facts.address}). Wenn Sie das waren, wählen Sie es innerhalb von ${
          link!.minutes
        } Minuten hier:`,
        { url: link!.url },
        "Der Link gilt einmal. Bis Sie ein neues Passwort speichern, bleibt das alte.",
        "Wenn Sie es nicht waren, ist nichts zu tun: Ohne diesen Link kann niemand Ihr Passwort ändern. Geben Sie ihn nicht weiter, auch nicht an den Service Desk.",
      ],
    }),
    password_changed: ({ name, username, facts, link }) => ({
      subject: "Ihr Passwort wurde geändert",
      paragraphs: [
        `Guten Tag ${name},`,
        `das Passwort Ihres Kontos ${username} wurde ${
          BY_DE[facts.by as keyof typeof BY_DE]
        } geändert (${
          moment(facts.at)
        }, von der Adresse ${facts.address}). Alle Sitzungen wurden beendet.`,
        ...factorsDe(facts.factors),
        ...notMeDe(link),
      ],
    }),
    second_factor_changed: ({ name, username, facts, link }) => ({
      subject: "Ihr zweiter Faktor",
      paragraphs: [
        `Guten Tag ${name},`,
        `für Ihr Konto ${username} wurde ${
          WHAT_DE[facts.what as keyof typeof WHAT_DE]
        } (${moment(facts.at)}, von der Adresse ${facts.address}).`,
        ...notMeDe(link),
      ],
    }),
    new_device: ({ name, username, facts, link }) => ({
      subject: "Anmeldung von einem neuen Gerät",
      paragraphs: [
        `Guten Tag ${name},`,
        `an Ihrem Konto ${username} hat sich jemand von einem Browser aus angemeldet, den wir bei diesem Konto noch nicht gesehen haben (${
          moment(facts.at)
        }, von der Adresse ${facts.address}): ${facts.device || "unbekannt"}`,
        ...notMeDe(link),
      ],
    }),
    email_confirmation: ({ name, username, facts, link }) => ({
      subject: "E-Mail-Adresse bestätigen",
      paragraphs: [
        `Guten Tag ${name},`,
        `das Konto ${username} soll diese E-Mail-Adresse bekommen: ${facts.to}. Wenn sie Ihre ist, bestätigen Sie sie innerhalb von ${
          link!.minutes / 60
        } Stunden:`,
        { url: link!.url },
        "Wenn nicht, ist nichts zu tun: Ohne diesen Link ändert sich nichts.",
      ],
    }),
    email_change_announced: ({ name, username, facts, link }) => ({
      subject: "Ihre E-Mail-Adresse soll geändert werden",
      paragraphs: [
        `Guten Tag ${name},`,
        `das Konto ${username} soll eine andere E-Mail-Adresse bekommen: ${facts.to} (${
          moment(facts.at)
        }, durch den Service Desk). Sie gilt, sobald sie von dort bestätigt ist.`,
        ...(link
          ? [
            "Wenn Sie davon wissen, ist nichts zu tun. Wenn nicht, halten Sie es hier auf:",
            { url: link.url },
          ]
          : []),
      ],
    }),
    email_changed: ({ name, username, facts, link }) => ({
      subject: "Ihre E-Mail-Adresse wurde geändert",
      paragraphs: [
        `Guten Tag ${name},`,
        facts.to
          ? `die E-Mail-Adresse des Kontos ${username} ist jetzt ${facts.to} (${
            moment(facts.at)
          }).`
          : `die E-Mail-Adresse des Kontos ${username} wurde entfernt (${
            moment(facts.at)
          }).`,
        ...notMeDe(link),
      ],
    }),
    report_settled: ({ name, username, facts, link }) => ({
      subject: "Ihre Meldung ist erledigt",
      paragraphs: [
        `Guten Tag ${name},`,
        `Sie haben zu Ihrem Konto ${username} gemeldet, dass Sie etwas nicht waren. Der Service Desk hat das als erledigt vermerkt (${
          moment(facts.at)
        }). ${
          facts.account === "enabled"
            ? "Das Konto ist aktiv."
            : "Das Konto bleibt deaktiviert."
        }`,
        ...notMeDe(link),
      ],
    }),
    api_token_created: ({ name, username, facts, link }) => ({
      subject: "Ein API-Token wurde erstellt",
      paragraphs: [
        `Guten Tag ${name},`,
        `für Ihr Konto ${username} wurde ein API-Token erstellt, mit dem ein Programm von dem, was Sie dürfen, das tun kann, wofür das Token gilt (${
          moment(facts.at)
        }, von der Adresse ${facts.address}): ${facts.token}`,
        ...notMeDe(link),
      ],
    }),
    api_token_ending: ({ name, username, facts }) => ({
      subject: "Ein API-Token läuft ab",
      paragraphs: [
        `Guten Tag ${name},`,
        `das API-Token ${facts.token} Ihres Kontos ${username} läuft ab: ${
          moment(facts.at)
        }. Was es verwendet, geht dann nicht mehr. Erstellen Sie unter Account > API tokens ein neues, wenn Sie es noch brauchen.`,
      ],
    }),
    api_token_narrowed: ({ name, username, facts }) => ({
      subject: "API-Token: Berechtigungen brauchen einen eigenen Scope",
      paragraphs: [
        `Guten Tag ${name},`,
        `seit ${
          moment(facts.at)
        } kann ein Programm mit dem Scope users:write keine Berechtigungen mehr vergeben, beim Personal keine E-Mail-Adressen ändern und niemanden aktivieren, mit passwords:set beim Personal keine Passwörter setzen und keinen zweiten Faktor entfernen. All das braucht jetzt zusätzlich den Scope permissions:write. Diese API-Token Ihres Kontos ${username} haben ihn nicht: ${facts.tokens}`,
        "Die meisten Programme brauchen ihn nicht; dann ist nichts zu tun. Braucht ihn eines, erstellen Sie dafür unter Account > API tokens ein neues Token mit permissions:write und widerrufen das alte.",
      ],
    }),
  },
};

/** What a new password did to passkeys, app and codes that came into being while others may have known the old one. */
function factorsEn(what: string | undefined): Paragraph[] {
  switch (what) {
    case "ended":
      return [
        "Passkeys, apps or recovery codes that were not confirmed as yours were removed.",
      ];
    case "suspended":
      return [
        "Your passkeys and apps sign nobody in until you have said, at your next sign-in, which are yours.",
      ];
    default:
      return [];
  }
}

function factorsDe(what: string | undefined): Paragraph[] {
  switch (what) {
    case "ended":
      return [
        "Passkeys, Apps oder Wiederherstellungscodes, die nicht als Ihre bestätigt wurden, sind entfernt.",
      ];
    case "suspended":
      return [
        "Mit Ihren Passkeys und Apps meldet sich niemand an, bis Sie bei der nächsten Anmeldung gesagt haben, welche Ihre sind.",
      ];
    default:
      return [];
  }
}

function notMeEn(link: MailLetter["link"]): Paragraph[] {
  return [
    "If you know of it, there is nothing to do. If it was not you, freeze your account here at once; your help desk then looks into it with you:",
    { url: link!.url },
  ];
}

function notMeDe(link: MailLetter["link"]): Paragraph[] {
  return [
    "Wenn Sie davon wissen, ist nichts zu tun. Wenn Sie es nicht waren, sperren Sie Ihr Konto sofort hier; Ihr Service Desk klärt es dann mit Ihnen:",
    { url: link!.url },
  ];
}

const WHAT_EN = {
  totp_added: "an authenticator app was added",
  totp_removed: "the authenticator app was removed",
  removed_by_staff: "a member of staff removed the second factor",
  passkey_added: "a passkey was added",
  passkey_removed: "a passkey was removed",
  authenticators_confirmed:
    "somebody signed in said which passkeys and apps are your own; the others were removed",
  recovery_codes_renewed: "new recovery codes were made",
  recovery_code_used: "somebody signed in with a recovery code",
};

const WHAT_DE = {
  totp_added: "eine Authenticator-App hinzugefügt",
  totp_removed: "die Authenticator-App entfernt",
  removed_by_staff: "der zweite Faktor durch den Service Desk entfernt",
  passkey_added: "ein Passkey hinzugefügt",
  passkey_removed: "ein Passkey entfernt",
  authenticators_confirmed:
    "in einer Sitzung bestimmt, welche Passkeys und Apps Ihre eigenen sind; die übrigen sind entfernt",
  recovery_codes_renewed: "ein neuer Satz Wiederherstellungscodes erzeugt",
  recovery_code_used: "eine Anmeldung mit einem Wiederherstellungscode gemacht",
};

const BY_EN = {
  user: "by yourself, signed in",
  staff: "by a member of staff",
  reset_link: "by a link sent to this address",
};

const BY_DE = {
  user: "von Ihnen selbst in einer Sitzung",
  staff: "durch den Service Desk",
  reset_link: "über einen Link an diese Adresse",
};

/** "2026-11-24 10:05 UTC" */
function moment(at: string | undefined) {
  return `${at?.slice(0, 16).replace("T", " ")} UTC`;
}
