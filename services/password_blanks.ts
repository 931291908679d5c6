export type BlankEnd = "beginning" | "end";

const BLANK = String.raw`[\s\u200b\u2800]`; // a zero-width space and an empty braille pattern look like nothing too
const BLANKS: [BlankEnd, RegExp][] = [
  ["beginning", new RegExp(`^${BLANK}`, "u")],
  ["end", new RegExp(`${BLANK}$`, "u")],
];

/**
 * Where a password has a blank that nobody sees. It counts and is never cut off (NIST SP 800-63B-4, 3.1.1.2), but
 * who is told the password, or types it again, leaves it out.
 */
export function blankEnds(password: string): BlankEnd[] {
  return BLANKS.filter(([, at]) => at.test(password)).map(([end]) => end);
}
