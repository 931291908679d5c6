import assert from "node:assert/strict";
import { createToken } from "../../services/tokens.ts";

Deno.test("50,000 tokens made at once are all different (ASVS 11.5.2)", async () => {
  const made = await Promise.all(
    Array.from({ length: 50_000 }, () => Promise.resolve().then(createToken)),
  );
  assert.equal(new Set(made.map((it) => it.secret)).size, made.length);
  assert.equal(new Set(made.map((it) => it.id)).size, made.length);
});
