import type { Child } from "hono/jsx";
import type { MailLetter } from "../services/mail_delivery.ts";
import { LETTERS } from "./mail_words.ts";

/** A paragraph: text, or an address to follow. */
export type Paragraph = string | { url: string };

export interface LetterWords {
  subject: string;
  paragraphs: Paragraph[];
}

/** A letter as plain text and as HTML, from the same words: no picture, nothing from elsewhere. */
export function writeLetter(letter: MailLetter) {
  const { subject, paragraphs } = LETTERS[letter.language][letter.kind](letter);
  return {
    subject,
    text: paragraphs.map((it) => typeof it === "string" ? it : it.url)
      .join("\n\n") + "\n",
    html: "<!DOCTYPE html>" +
      (
        <Letter language={letter.language} subject={subject}>
          {paragraphs.map((it) => <p>{shown(it)}</p>)}
        </Letter>
      ).toString(),
  };
}

function shown(paragraph: Paragraph) {
  return typeof paragraph === "string"
    ? paragraph
    : <a href={paragraph.url}>{paragraph.url}</a>;
}

function Letter(
  { language, subject, children }: {
    language: string;
    subject: string;
    children: Child;
  },
) {
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <title>{subject}</title>
      </head>
      <body>{children}</body>
    </html>
  );
}
