import { type SQL, sql } from "drizzle-orm";
import type { Given } from "./prepared.ts";
import { LAST } from "./schema.ts";

export interface Spelling {
  word: string;
  /** Some name has a word that begins so: it is spelt right, as far as anybody knows. */
  known: boolean;
  /**
   * The words of names that are spelt nearest, at most six; those with the same first letter first. None is
   * told of a known word, unless there are no hits.
   */
  similar: string[];
}

/** What the look-up of a word wants to know of it. */
export interface Doubt {
  word: string;
  edits: number;
  head: string;
  /** Backwards. */
  tail: string;
  shortest: number;
  longest: number;
  /** A word each, a space between them. */
  swaps: string;
}

/**
 * One edit leaves the first half of a word as it is or the second, so that one of two indexes finds it. With
 * two edits, which a word of eight letters or more may have, a third of it stays; they are found where that is
 * the first or the last.
 */
export function doubt(word: string): Doubt {
  const letters = [...word];
  const edits = letters.length >= 8 ? 2 : 1;
  const part = Math.floor(letters.length / (edits + 1));
  return {
    word,
    edits,
    head: letters.slice(0, part).join(""),
    tail: letters.slice(edits === 1 ? part : -part).reverse().join(""),
    shortest: letters.length - edits,
    longest: letters.length + edits,
    swaps: swapped(letters).join(" "),
  };
}

/** The word with two letters that stand beside each other in each other's place, at each place. */
function swapped(letters: string[]): string[] {
  return letters.slice(1).map((letter, i) =>
    [...letters.slice(0, i), letter, letters[i], ...letters.slice(i + 2)]
      .join("")
  );
}

/**
 * Of each doubtful word, in their order: is it a word of a name, and which are within one edit of it (a letter
 * more, less or other, or two swapped), or where there are none and it is long, within two. JSON of `Spelling`s,
 * in a statement that has `hits`.
 */
export function spellings(
  given: Given<Doubt[]>,
  { several }: { several: boolean },
): SQL {
  return sql`(
    select json_agg(json_build_object('word', word, 'known', known, 'similar', case
      when known and exists (select from hits) then '{}'
      else array(${nearest}) end))
    from (
      select doubt.*, exists (
        select from name_words where ${
    begins(sql`name_words.word`, sql`doubt.word`)
  }
      ) as known
      from ${several ? doubts(given) : oneDoubt(given)}
    ) doubt
  )`;
}

const COLUMNS = {
  word: sql`text`,
  edits: sql`int`,
  head: sql`text`,
  tail: sql`text`,
  shortest: sql`int`,
  longest: sql`int`,
  swaps: sql`text`,
} satisfies Record<keyof Doubt, SQL>;

/** As parameters: most searches have one such word, and reading JSON would take a tenth of its time. */
function oneDoubt(given: Given<Doubt[]>): SQL {
  return sql`(select ${
    sql.join(
      Object.entries(COLUMNS).map(([name, type]) =>
        sql`${given(([doubt]) => doubt![name as keyof Doubt])}::${type} as ${
          sql.raw(name)
        }`
      ),
      sql`, `,
    )
  }) doubt`;
}

function doubts(given: Given<Doubt[]>): SQL {
  const columns = Object.entries(COLUMNS).map(([name, type]) =>
    sql`${sql.raw(name)} ${type}`
  );
  return sql`json_to_recordset(${
    given((doubts) => JSON.stringify(doubts))
  }::json) as doubt(${sql.join(columns, sql`, `)})`;
}

const nearest = sql`
  with near as (
    select word, 1 as distance from name_words
    where word = any(string_to_array(doubt.swaps, ' ')) and word <> doubt.word
    union all
    select word, levenshtein_less_equal(word, doubt.word, doubt.edits) from name_words
    where (${begins(sql`word`, sql`doubt.head`)} or ${
  begins(sql`reverse(word)`, sql`doubt.tail`)
})
      and char_length(word) between doubt.shortest and doubt.longest and word <> doubt.word
  )
  select word from (
    select distinct word from near
    where distance = (select min(distance) from near) and distance <= doubt.edits
  ) nearest
  order by left(word, 1) <> left(doubt.word, 1), word limit 6`;

function begins(text: SQL, start: SQL): SQL {
  return sql`(${text} >= ${start} and ${text} < ${start} || ${
    sql.raw(`'${LAST}'`)
  })`;
}
