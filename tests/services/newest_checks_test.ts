import assert from "node:assert/strict";
import { createNewestChecks } from "../../services/newest_checks.ts";

function checksAt() {
  let ms = 0;
  const checks = createNewestChecks(() => ms);
  return {
    begin: checks.begin,
    pass: (seconds: number) => ms += seconds * 1000,
  };
}

Deno.test("a newer check ends the wait for the older one of the same asker, and of nobody else", () => {
  const { begin } = checksAt();
  const [first, other] = [begin("a"), begin("b")];
  assert.ok(first.ok && other.ok);
  const second = begin("a");
  assert.ok(second.ok);
  assert.ok(first.value.superseded.aborted);
  assert.ok(!second.value.superseded.aborted);
  assert.ok(!other.value.superseded.aborted);
  first.value.end(); // late, and not the newest any more
  assert.ok(begin("a").ok);
  assert.ok(second.value.superseded.aborted);
});

Deno.test("thirty in a row are begun, then two a second, each asker by itself", () => {
  const { begin, pass } = checksAt();
  const begun = (times: number, asker = "a") =>
    Array.from({ length: times }, () => begin(asker)).filter((it) => it.ok)
      .length;
  assert.equal(begun(50), 30);
  const refused = begin("a");
  assert.ok(!refused.ok);
  assert.equal(refused.failure.retryAfterSeconds, 1);
  pass(1);
  assert.equal(begun(10), 2);
  assert.equal(begun(50, "b"), 30);
  pass(3600);
  assert.equal(begun(50), 30, "no more than that, however long one waits");
});
