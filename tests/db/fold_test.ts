import assert from "node:assert/strict";
import { fold, foldLetters, haystack, needles } from "../../db/fold.ts";
import { demoPeople } from "../../services/demo_people.ts";

Deno.test("case, accents, ligatures and width do not matter", () => {
  const spellings: [string, string][] = [
    ["Müller", "muller"],
    ["Mu\u0308ller", "muller"],
    ["STRAẞE Straße", "strasse strasse"],
    ["Łukasz Ødegård Þór Đặng", "lukasz odegard thor dang"],
    ["Æsa Œuvre ﬁn Ｆｕｌｌ", "aesa oeuvre fin full"],
    ["İrem IRMAK ırmak", "irem irmak irmak"],
    ["ΟΔΥΣΣΕΥΣ Οδυσσεύς", "οδυσσευσ οδυσσευσ"],
    ["Ёлкин Йосип", "елкин иосип"],
    ["مُحَمَّد", "محمد"],
    ["שָׁלוֹם", "שלום"],
    ["O’Brien O‘Brien Anna‑Lena", "o'brien o'brien anna-lena"],
  ];
  for (const [typed, folded] of spellings) assert.equal(fold(typed), folded);
});

Deno.test("vowel signs stay, since without them different names are the same", () => {
  assert.notEqual(fold("रीमा"), fold("राम"));
  assert.notEqual(fold("ปิติ"), fold("ปต"));
});

Deno.test("spaces, control characters and marks of direction come down to single spaces", () => {
  assert.equal(
    fold(" \u00a0Anna\t\n\u3000\u2029Lena\u0000\u200f\u202e X\u200bY "),
    "anna lena xy",
  );
  assert.equal(fold("\u0000\u0301\u200f "), "");
});

Deno.test("what is folded stays as it is when it is folded again", () => {
  for (const { name, username, email } of demoPeople(2000)) {
    for (const text of [name, username, email ?? ""]) {
      assert.equal(fold(fold(text)), fold(text));
    }
  }
  for (let code = 1; code < 0x20000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const folded = fold(String.fromCodePoint(code));
    assert.equal(fold(folded), folded, `U+${code.toString(16)}`);
  }
});

Deno.test("a letter by itself folds as within its name", () => {
  for (const { name } of demoPeople(5000)) {
    assert.equal([...name].map(foldLetters).join(""), foldLetters(name));
  }
});

Deno.test("a haystack has its words between single spaces, ideographs one by one", () => {
  assert.equal(haystack("o'brien, anna-lena"), " o brien anna lena ");
  assert.equal(haystack("j.smith+x@mail.example"), " j smith x mail example ");
  assert.equal(haystack("王小明 ワン"), " 王 小 明 ワ ン ");
  assert.equal(haystack(""), " ");
});

Deno.test("a needle of fewer than three letters begins a word, and signs alone are none", () => {
  const cases: [string, string[]][] = [
    ["anna muller", ["anna", "muller"]],
    ["an mu anna", [" an", " mu", "anna"]],
    ["o'brien", [" o brien"]],
    ["j.smith@mail", [" j smith mail"]],
    ["@mail", [" mail"]],
    ["小明", [" 小 明 "]],
    ["col·legi 😀", ["col", "legi"]],
    ["50% a_b c\\d", [" 50 ", " a b", " c d"]],
    ["... % _ \\ ' 😀 。", []],
    ["", []],
    ["anna anna", ["anna"]],
  ];
  for (const [text, found] of cases) assert.deepEqual(needles(text), found);
});

Deno.test("only the first eight words are searched for", () => {
  const words = Array.from({ length: 40 }, (_, i) => `word${i}`);
  assert.deepEqual(needles(words.join(" ")), words.slice(0, 8));
});

Deno.test("what begins a text is found in its haystack", () => {
  for (const { name } of demoPeople(1000)) {
    const letters = [...fold(name)];
    for (let length = 1; length <= letters.length; length++) {
      const start = letters.slice(0, length).join("");
      for (const needle of needles(start)) {
        assert.ok(haystack(fold(name)).includes(needle), `${start} in ${name}`);
      }
    }
  }
});
