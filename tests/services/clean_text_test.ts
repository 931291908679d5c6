import assert from "node:assert/strict";
import {
  cleanText,
  UNREADABLE,
  visibleText,
} from "../../services/clean_text.ts";
import { fold } from "../../db/fold.ts";

const SPELT = {
  "an ideograph in the variant of a family": "葛\u{e0100}城 花子",
  "a standardized variant": "神\ufe00崎",
  "an emoji": "Zoë ❤\ufe0f Heart",
  "a keycap": "Room 1\ufe0f\u20e3",
  "a family of emoji": "👩🏽\u200d💻 ❤\ufe0f\u200d🔥",
  "a flag of tags": "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
  "Hebrew between marks of direction": "\u200fדוד לוי\u200f",
  "Latin within Hebrew": "דוד\u200f (Bob)\u200e",
  "Persian with its non-joiner": "علی\u200cرضا",
  "Malayalam with an old chillu": "മോഹന്\u200d",
  "Sinhala": "ශ\u0dca\u200dරී",
  "Bengali": "র\u200d\u09cdযাব",
  "Mongolian with a variant and a vowel separator": "ᠮᠣᠩᠭ\u180bᠣᠯ\u180eᠠ",
};

for (const [what, text] of Object.entries(SPELT)) {
  Deno.test(`${what} keeps its spelling, and is found without it`, () => {
    assert.equal(cleanText(text), text);
    const bare = text.replace(/\p{Default_Ignorable_Code_Point}/gu, "");
    assert.notEqual(bare, text);
    assert.equal(fold(text), fold(bare));
  });
}

Deno.test("what carries nothing is dropped without a word", () => {
  const pasted: [string, string][] = [
    ["Soft\u00adhyphen", "Softhyphen"],
    ["Anna\u200b Zero\ufeff", "Anna Zero"],
    ["\u202a+49 30 1234567\u202c", "+49 30 1234567"],
    ["\u2068Anna\u2069 \u2066B\u2069", "Anna B"],
    ["\u200eAnna\u200f", "Anna"], // no letter of it runs from right to left
    ["A\u202enna", "Anna"],
    ["An\u200dna M\u200cu", "Anna Mu"],
    ["A\ufe0fnna 1\ufe0f \u{e0100}x", "Anna 1 x"],
    ["\u200f\u200f\u200fדוד", "\u200fדוד"],
    ["Anna\u{e0068}\u{e0069}", "Anna"], // a text hidden in tags
    ["ᠮ\u180b Anna\u180b", "ᠮ\u180b Anna"],
    ["\u00a0Anna\u2003B\u2028C\u3000 ", "Anna B C"],
    ["\u200b \u00ad ", ""],
  ];
  for (const [typed, kept] of pasted) {
    assert.equal(cleanText(typed), kept, JSON.stringify(typed));
  }
});

Deno.test("a value that machines compare has nothing that can't be seen", () => {
  for (const text of Object.values(SPELT)) {
    assert.doesNotMatch(
      visibleText(text),
      /\p{Default_Ignorable_Code_Point}/u,
    );
  }
  assert.equal(visibleText("\u200e+49\u00a030\u202c "), "+49 30");
});

Deno.test("a letter that is drawn as nothing stays, to be refused", () => {
  for (
    const letter
      of "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u{13441}\u{13442}\u{16fe4}"
  ) {
    assert.equal(cleanText(`Ada${letter}`), `Ada${letter}`);
    assert.match(visibleText(`ada${letter}`), UNREADABLE);
  }
});

Deno.test("what was cleaned stays as it is, and reads the same", () => {
  const letters = [
    ..."aé1 #葛א한ക്ر🏴👩❤ᠮ",
    ..."\u00ad\u034f\u061c\u180b\u180e\u200b\u200c\u200d\u200e\u200f",
    ..."\u202e\u2066\u2069\u20e3\ufe00\ufe0f\ufeff\u{e0067}\u{e0100}\u0301",
  ];
  let seed = 5;
  const below = (n: number) => (seed = seed * 48_271 % 2_147_483_647) % n;
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from(
      { length: below(12) },
      () => letters[below(letters.length)],
    ).join("");
    const clean = cleanText(text);
    assert.equal(cleanText(clean), clean, JSON.stringify(text));
    assert.equal(fold(clean), fold(text), JSON.stringify(text));
    assert.doesNotMatch(clean, /[\u202a-\u202e\u2066-\u2069]/);
  }
});
