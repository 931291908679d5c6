import { z } from "zod";

/** Characters of a path that is led back to. Proxies drop answers with headers over 4 KiB, and each sign may become three. */
const LONGEST_PATH = 1_000;

/** An address of our own and nothing else, as a path (ASVS 3.7.2); a long one without its query. */
export function ownPath(text: string | undefined): string {
  if (!text || !/^\/(?![/\\])/.test(text)) return "/";
  const url = URL.parse(text, "http://passdesk.invalid");
  // Only now: the parser has taken "." and ".." out, behind which a second slash may have stood.
  const ours = url?.host === "passdesk.invalid" &&
    !url.pathname.startsWith("//");
  if (!ours) return "/";
  const { pathname, search } = url;
  return [pathname + search, pathname]
    .find((it) => it.length <= LONGEST_PATH) ?? "/";
}

/** Where a search stood, rebuilt from the parameters of a search: nothing else gets through. */
export const SearchState = z.string().max(2000).default("").transform(
  (text) => {
    const given = new URLSearchParams(text);
    const state = new URLSearchParams();
    for (const name of ["query", "state", "temporary", "staff"]) {
      const value = given.get(name);
      if (value) state.set(name, value.slice(0, 200));
    }
    return state.toString();
  },
);

export const WithSearchState = z.object({ from: SearchState });

export const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** A UUID in a path; anything else is not found. */
export const ID = `:id{${UUID}}`;
