import { domainToASCII, domainToUnicode } from "node:url";
import { fold } from "./fold.ts";

/**
 * The form in which an address is kept, shown and told: its domain as people write it (U-labels, UTS 46
 * nontransitional), however it was given. A browser sends the field of a form as A-labels.
 * "ida@XN--BCHER-KVA.example" -> "ida@bücher.example"
 *
 * An address of ASCII alone stays as it is, and so does what is no domain.
 */
export function unicodeEmail(email: string): string {
  return withDomain(email, (domain) => domainToUnicode(domainToASCII(domain)));
}

/**
 * The form that mail servers and DNS take: A-labels (RFC 5891). "ida@bücher.example" ->
 * "ida@xn--bcher-kva.example"
 */
export function asciiEmail(email: string): string {
  return withDomain(email, domainToASCII);
}

/** What addresses are compared, found and unique by; of a username the same as `fold`. */
export function identifierKey(identifier: string): string {
  return fold(unicodeEmail(identifier));
}

/** A text to be searched for, with A-labels as they are kept: "xn--bcher-kva" -> "bücher". */
export function readLabels(text: string): string {
  return text.replace(
    /(?<![\p{L}\p{N}-])xn--[a-z0-9-]+/giu,
    (label) => domainToUnicode(domainToASCII(label)) || label,
  );
}

/** Neither ASCII alone nor with a label that stands for something else. */
const INTERNATIONAL = /[^ -~]|(?:^|\.)xn--/i;
/** DNS allows 253 in ASCII; nothing longer is worth the work. */
const LONGEST_DOMAIN = 255;

function withDomain(
  email: string,
  change: (domain: string) => string,
): string {
  const at = email.lastIndexOf("@") + 1;
  const domain = email.slice(at);
  if (
    at === 0 || domain.length > LONGEST_DOMAIN || !INTERNATIONAL.test(domain)
  ) return email;
  return email.slice(0, at) + (change(domain) || domain);
}
