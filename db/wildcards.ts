import { MAX_NEEDLES, needles, spread } from "./fold.ts";
import { LAST } from "./schema.ts";

/** A query with wildcards, as it is searched for (db/user_search.ts). */
export interface WildQuery {
  /** What begins a name; nothing that any does where the query has to end a word. */
  text: string;
  /** Needles: db/fold.ts. */
  words: string[];
}

/**
 * Reads "*" anywhere and "%" at the ends of words as people mean them: "schmi*" begins a word, "*midtke" ends one,
 * "*midt*" stands anywhere, and "sch*dt" begins one and ends one. Behind a digit "%" is itself, as "100%" is, and so
 * are wildcards without a letter or digit. The value of the database is never a pattern (ASVS 1.2.4).
 *
 * @param folded as `fold` has it
 * @returns undefined where there is no wildcard
 */
export function readWildcards(folded: string): WildQuery | undefined {
  const read = folded.split(" ").map(readWord);
  if (!read.some((it) => it.wild)) return undefined;
  return {
    text: read.some((it) => it.endsWord)
      ? LAST + LAST
      : read.map((it) => it.text).join(" "),
    words: [...new Set(read.flatMap((it) => it.needles))]
      .slice(0, MAX_NEEDLES),
  };
}

interface ReadWord {
  wild: boolean;
  /** A part of it has to end a word, which what begins a name doesn't tell. */
  endsWord: boolean;
  text: string;
  needles: string[];
}

function readWord(word: string): ReadWord {
  const [, before, core, after] = word.match(
    /^([*%]*)(.*?)(\*[*%]*|(?<!\d)%[*%]*)?$/s,
  ) as [string, string, string, string | undefined];
  const wild = (before !== "" || after !== undefined || core.includes("*")) &&
    /[\p{L}\p{N}]/u.test(core);
  if (!wild) {
    return { wild, endsWord: false, text: word, needles: needles(word) };
  }
  const pieces = core.split(/\*+/);
  const last = pieces.length - 1;
  return {
    wild,
    endsWord: before !== "" || last > 0,
    text: core,
    needles: pieces.flatMap((piece, i) =>
      needle(piece, {
        begins: before === "" && i === 0,
        ends: after === undefined && i === last,
      })
    ),
  };
}

/** As `needles` of db/fold.ts: what the index of trigrams can't look up has to begin a word. */
function needle(
  piece: string,
  { begins, ends }: { begins: boolean; ends: boolean },
): string[] {
  const bare = spread(piece.replace(/[^\p{L}\p{M}\p{N}!-~]+/gu, " ")).trim();
  if (bare === "") return [];
  const text = `${begins ? " " : ""}${bare}${ends ? " " : ""}`;
  return [begins || [...text].length >= 3 ? text : ` ${bare}`];
}
