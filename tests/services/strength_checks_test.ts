import assert from "node:assert/strict";
import { createStrengthChecks } from "../../services/strength_checks.ts";
import { OverloadedError } from "../../services/work_queue.ts";

const QUESTION = { text: "velvet harbour tango 9", words: [] };

/** A worker of our own instead of the real one. */
function workerOf(code: string): () => Worker {
  const url = URL.createObjectURL(
    new Blob([code], { type: "text/javascript" }),
  );
  return () => new Worker(url, { type: "module" });
}

const ANSWERING = `onmessage = ({ data }) => {
  if (!("list" in data)) postMessage({ score: 4, common: false });
}`;

/** The first worker is of one kind, all others answer. */
function startingWith(code: string) {
  const starts = [workerOf(code)];
  const next = workerOf(ANSWERING);
  let started = 0;
  return {
    started: () => started,
    startWorker: () => {
      started++;
      return (starts.shift() ?? next)();
    },
  };
}

Deno.test("a password is judged by the real worker, with the owner's words and the common passwords", async () => {
  const { ask, close } = createStrengthChecks();
  assert.deepEqual(await ask(QUESTION), { score: 4, common: false });
  assert.deepEqual(await ask({ text: "Qwertyuiop", words: [] }), {
    score: 0,
    common: true,
  });
  const text = "xkqvzwjmhb7";
  const known = await ask({ text, words: ["xkqvzwjmhb"] });
  assert.ok(known.score < (await ask({ text, words: [] })).score);
  close();
});

Deno.test("a worker that dies fails the one that it answered, and the next starts another", async () => {
  const { started, startWorker } = startingWith(
    `onmessage = ({ data }) => { if (!("list" in data)) throw new Error("gone"); }`,
  );
  const { ask, close } = createStrengthChecks({ startWorker });
  await assert.rejects(ask(QUESTION), (error) => {
    assert.ok(error instanceof OverloadedError); // answered 503
    assert.match(error.message, /^the strength worker failed.*gone/);
    return true;
  });
  assert.equal((await ask(QUESTION)).score, 4);
  assert.equal((await ask(QUESTION)).score, 4);
  assert.equal(started(), 2);
  close();
});

Deno.test("a worker that can't be loaded is a failure, not a hang", async () => {
  const { startWorker } = startingWith(
    `import "data:text/javascript,throw 1";`,
  );
  const { ask, close } = createStrengthChecks({ startWorker });
  await assert.rejects(ask(QUESTION), /the strength worker failed/);
  assert.equal((await ask(QUESTION)).score, 4);
  close();
});

Deno.test("a check that takes too long is ended with its worker, and the next is answered", async () => {
  const { started, startWorker } = startingWith(
    `onmessage = ({ data }) => { while (!("list" in data)); }`,
  );
  const { ask, close } = createStrengthChecks({ startWorker, deadlineMs: 300 });
  await assert.rejects(ask(QUESTION), OverloadedError);
  assert.equal((await ask(QUESTION)).score, 4);
  assert.equal(started(), 2);
  close();
});

Deno.test("the line is bounded, and who no longer waits leaves it", async () => {
  const { startWorker } = startingWith(
    `onmessage = ({ data }) => {
      if (!("list" in data)) setTimeout(() => postMessage({ score: data.words.length, common: false }), 50);
    }`,
  );
  const { ask, close } = createStrengthChecks({ startWorker, maxWaiting: 2 });
  const asked = (words: string[], signal?: AbortSignal) =>
    ask({ text: "x", words }, signal ? { signal } : {});
  const leaving = new AbortController();
  const running = asked([]);
  const second = asked(["a"], leaving.signal);
  const third = asked(["a", "b"]);
  await assert.rejects(asked(["a", "b", "c"]), OverloadedError);
  leaving.abort(new Error("gone"));
  await assert.rejects(second, /gone/);
  const fourth = asked(["a", "b", "c"]);
  assert.deepEqual(
    (await Promise.all([running, third, fourth])).map((it) => it.score),
    [0, 2, 3],
    "nobody gets another one's answer",
  );
  close();
});

Deno.test("whoever stops waiting for the one that runs does not disturb the next", async () => {
  const { startWorker } = startingWith(
    `onmessage = ({ data }) => {
      if (!("list" in data)) setTimeout(() => postMessage({ score: data.words.length, common: false }), 100);
    }`,
  );
  const { ask, close } = createStrengthChecks({ startWorker });
  const leaving = new AbortController();
  const first = ask({ text: "x", words: [] }, { signal: leaving.signal });
  const second = ask({ text: "x", words: ["a"] });
  setTimeout(() => leaving.abort(new Error("gone")), 20);
  await assert.rejects(first, /gone/);
  assert.equal((await second).score, 1);
  close();
});

Deno.test("turns are fair: a session that asks for much waits behind one that asks for little", async () => {
  const { startWorker } = startingWith(
    `onmessage = ({ data }) => {
      if (!("list" in data)) setTimeout(() => postMessage({ score: 0, common: false }), 5);
    }`,
  );
  const { ask, close } = createStrengthChecks({ startWorker, maxWaiting: 20 });
  const ended: string[] = [];
  const asked = (account: string) =>
    ask(QUESTION, { account }).then(() => ended.push(account), () => {});
  const flood = Array.from({ length: 40 }, () => asked("flood"));
  await asked("calm");
  assert.ok(ended.filter((it) => it === "flood").length <= 2, `${ended}`);
  await Promise.all(flood);
  close();
});
