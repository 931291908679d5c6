/** What a request says of a name (RFC 7643, 4.1.1); an empty part is one that was taken away. */
export interface NameParts {
  displayName?: string;
  formatted?: string;
  givenName?: string;
  familyName?: string;
}

/**
 * The one name that is kept, of all that a request says: the whole names come first, since only they tell how
 * somebody is called. A part alone is put into the name as it is; one that the name has already changes nothing.
 *
 * @param current undefined for a user who is only made
 */
export function nameFrom(
  { displayName, formatted, givenName, familyName }: NameParts,
  current?: string,
): string | undefined {
  const whole = displayName || formatted;
  if (whole) return whole;
  if (!givenName && !familyName) return current;
  // "von Müller" is more than the last word.
  const says = familyName && givenName === undefined &&
    current?.endsWith(` ${familyName}`);
  if (says) return current;
  const now = current === undefined ? undefined : splitName(current);
  return [givenName ?? now?.givenName, familyName ?? now?.familyName]
    .filter(Boolean).join(" ");
}

/** The last word is taken for the family's, as the search does. */
export function splitName(
  name: string,
): { givenName?: string; familyName: string } {
  const [, givenName, familyName] = name.match(/^(.*) (\S+)$/s) ?? [];
  return givenName && familyName
    ? { givenName, familyName }
    : { familyName: name };
}
