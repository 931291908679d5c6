import assert from "node:assert/strict";
import { createWorkQueue } from "../../services/work_queue.ts";

class Full extends Error {}
const whenFull = () => new Full();

Deno.test("no more work runs at once than the queue is wide, and all of it in order", async () => {
  const inLine = createWorkQueue({ width: 3, maxWaiting: 100, whenFull });
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const work = Array.from({ length: 50 }, (_, n) =>
    inLine(async () => {
      started.push(n);
      most = Math.max(most, ++running);
      await new Promise((done) => setTimeout(done, n % 4));
      running--;
      return n;
    }));
  assert.deepEqual(await Promise.all(work), started);
  assert.deepEqual(started, started.toSorted((a, b) => a - b));
  assert.equal(most, 3);
});

Deno.test("what doesn't fit is refused without being started", async () => {
  const inLine = createWorkQueue({ width: 2, maxWaiting: 1, whenFull });
  const gate = Promise.withResolvers<void>();
  const three = [1, 2, 3].map(() => inLine(() => gate.promise));
  let started = false;
  await assert.rejects(
    inLine(() => {
      started = true;
      return Promise.resolve();
    }),
    Full,
  );
  assert.equal(started, false);
  gate.resolve();
  await Promise.all(three);
});

Deno.test("work that fails gives its place back", async () => {
  const inLine = createWorkQueue({ width: 1, maxWaiting: 10, whenFull });
  const failing = Array.from(
    { length: 5 },
    () => inLine(() => Promise.reject(new TypeError("broken"))),
  );
  for (const { status } of await Promise.allSettled(failing)) {
    assert.equal(status, "rejected");
  }
  await assert.rejects(
    inLine(() => {
      throw new TypeError("broken before its promise");
    }),
    TypeError,
  );
  assert.equal(
    await inLine(() => Promise.resolve("still working")),
    "still working",
  );
});

Deno.test("the time to come again grows with the line", async () => {
  let seconds = 0;
  const inLine = createWorkQueue({
    width: 1,
    maxWaiting: 100,
    whenFull: (retryAfterSeconds) => {
      seconds = retryAfterSeconds;
      return new Full();
    },
  });
  const sleep = () => new Promise<void>((done) => setTimeout(done, 12));
  await inLine(sleep);
  const waiting = Array.from({ length: 101 }, () => inLine(sleep));
  await assert.rejects(inLine(sleep), Full);
  assert.ok(seconds >= 2 && seconds <= 6, `${seconds}`);
  await Promise.all(waiting);
});

Deno.test("a queue of impossible size isn't made", () => {
  for (const [width, maxWaiting] of [[0, 1], [1.5, 1], [1, -1], [NaN, 1]]) {
    assert.throws(
      () =>
        createWorkQueue({ width: width!, maxWaiting: maxWaiting!, whenFull }),
      RangeError,
    );
  }
});
