import assert from "node:assert/strict";
import { fold, needles } from "../../db/fold.ts";
import { markMatches } from "../../services/marks.ts";

/** "Anna [Müll]er" for what is marked by a search. */
function marked(text: string, query: string): string {
  return markMatches(text, needles(fold(query)))
    .map((it) => it.match ? `[${it.text}]` : it.text).join("");
}

Deno.test("a match is marked in the letters that are shown", () => {
  const cases: [string, string, string][] = [
    ["Anna Müller", "mull", "Anna [Müll]er"],
    ["Anna Mu\u0308ller", "MÜLL", "Anna [Mu\u0308ll]er"],
    ["Jose\u0301 Ruiz", "jose", "[Jose\u0301] Ruiz"],
    ["Großmann", "gross", "[Groß]mann"],
    ["Großmann", "groß", "[Groß]mann"],
    ["Grossmann", "groß", "[Gross]mann"],
    ["Großmann", "ssma", "Gro[ßma]nn"],
    ["Æsa ﬁne", "fine", "Æsa [ﬁne]"],
    ["Ægir", "egi", "[Ægi]r"],
    ["İrem Irmak", "irem", "[İrem] Irmak"],
    ["Γιώργος", "ΓΙΩΡΓΟΣ", "[Γιώργος]"],
    ["محمد علي", "علي", "محمد [علي]"],
    ["王小明", "小明", "王[小明]"],
    ["𠮷野 太郎", "𠮷", "[𠮷]野 太郎"],
    ["👩‍💻 Anna 😀", "anna", "👩‍💻 [Anna] 😀"],
  ];
  for (const [text, query, expected] of cases) {
    assert.equal(marked(text, query), expected);
  }
});

Deno.test("two letters are marked where they begin a word, since only there they are searched for", () => {
  assert.equal(marked("Anna Joanna", "an"), "[An]na Joanna");
  assert.equal(marked("Joanna Anna-An", "an"), "Joanna [An]na-[An]");
});

Deno.test("what joins the words of a match does not matter and is not marked", () => {
  assert.equal(marked("Sean O’Brien", "o'brien"), "Sean [O]’[Brien]");
  assert.equal(
    marked("j.smith@mail.example", "j.smith@mail"),
    "[j].[smith]@[mail].example",
  );
});

Deno.test("words that overlap are marked together", () => {
  assert.equal(marked("Annabella", "annab nabell"), "[Annabell]a");
  assert.equal(marked("banana", "ana"), "b[anana]");
});

Deno.test("a variant and a joiner are marked with the letter that they belong to", () => {
  const pieces = (text: string, query: string) =>
    markMatches(text, needles(fold(query))).map((it) => it.text);
  assert.deepEqual(pieces("葛\u{e0100}城 花子", "葛"), [
    "葛\u{e0100}",
    "城 花子",
  ]);
  assert.deepEqual(pieces("ശ്\u200dരീ X", "ശ്രീ"), ["ശ്\u200dരീ", " X"]);
});

Deno.test("nothing is marked where there is nothing to look for", () => {
  assert.deepEqual(markMatches("", ["a"]), []);
  assert.deepEqual(markMatches("Anna", []), [{ text: "Anna", match: false }]);
  assert.deepEqual(markMatches("Anna", [""]), [{ text: "Anna", match: false }]);
  assert.equal(marked("Anna. Müller", "..."), "Anna. Müller");
});

Deno.test("the pieces are the text, whatever the text and whatever is looked for", () => {
  const letters = [
    ..."abAB .-'_@éßœﬁİıσς王小あ한م😀𠮷",
    "\u0301",
    "\u0308",
    "\u200d",
    "\u200f",
    "\ud83d", // half of a pair
    "\u0000",
    "ﷺ",
  ];
  let seed = 7;
  const below = (n: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % n;
  };
  const text = (most: number) =>
    Array.from({ length: below(most) }, () => letters[below(letters.length)])
      .join("");
  for (let i = 0; i < 5000; i++) {
    const shown = text(24);
    const pieces = markMatches(shown, [...needles(fold(text(8))), text(3)]);
    assert.equal(pieces.map((it) => it.text).join(""), shown);
    assert.ok(pieces.every((it, n) => it.match !== pieces[n - 1]?.match));
    assert.ok(pieces.every((it) => it.text !== ""));
  }
});
