import assert from "node:assert/strict";
import { createWorkQueue, type QueueTurn } from "../../services/work_queue.ts";

class Full extends Error {}

/** A queue of one at a time whose first piece waits for `open`; tells in which order the others were served. */
function held({ maxWaiting = 1000 } = {}) {
  const inLine = createWorkQueue({
    width: 1,
    maxWaiting,
    whenFull: () => new Full(),
  });
  const gate = Promise.withResolvers<void>();
  const served: string[] = [];
  const all = [inLine(() => gate.promise)];
  const ask = (name: string, turn: QueueTurn) => {
    const asked = inLine(() => Promise.resolve(void served.push(name)), turn);
    asked.catch(() => {});
    all.push(asked);
    return asked;
  };
  const open = async () => {
    gate.resolve();
    await Promise.allSettled(all);
    return served;
  };
  return { ask, open, served };
}

Deno.test("somebody from elsewhere waits for one of a flood from one place, not for all", async () => {
  const { ask, open } = held();
  for (let n = 0; n < 64; n++) ask("flood", { place: "a", account: `${n}` });
  ask("honest", { place: "b", account: "x" });
  const served = await open();
  assert.ok(served.indexOf("honest") <= 1, `${served.indexOf("honest")}`);
  assert.equal(served.length, 65);
});

Deno.test("a flood at one account from many places waits behind everybody else's account", async () => {
  const { ask, open } = held();
  for (let n = 0; n < 64; n++) ask("flood", { place: `${n}`, account: "x" });
  ask("honest", { place: "b", account: "y" });
  const served = await open();
  assert.ok(served.indexOf("honest") <= 1, `${served.indexOf("honest")}`);
});

Deno.test("a flood from one place that tries an account once does not put its owner elsewhere behind the flood", async () => {
  const { ask, open } = held();
  for (let n = 0; n < 64; n++) ask("flood", { place: "a", account: `${n}` });
  ask("flood", { place: "a", account: "x" });
  ask("owner", { place: "b", account: "x" });
  ask("somebody", { place: "c", account: "y" });
  const served = await open();
  assert.ok(served.indexOf("owner") <= 3, `${served.indexOf("owner")}`);
  assert.ok(served.indexOf("somebody") <= 3);
});

Deno.test("a flood at one account does not put others of the places that it comes from behind it", async () => {
  const { ask, open } = held();
  for (let n = 0; n < 64; n++) ask("flood", { place: `${n}`, account: "x" });
  ask("flood", { place: "b", account: "x" });
  ask("colleague", { place: "b", account: "y" });
  const served = await open();
  const at = served.indexOf("colleague");
  assert.ok(at <= 2, `${at}`);
});

Deno.test("within one place, those of one account don't keep another account waiting", async () => {
  const { ask, open } = held();
  for (let n = 0; n < 64; n++) ask("flood", { place: "a", account: "x" });
  ask("colleague", { place: "a", account: "y" });
  const served = await open();
  assert.ok(served.indexOf("colleague") <= 1, `${served.indexOf("colleague")}`);
});

Deno.test("places take turns, each in its order of arrival", async () => {
  const { ask, open } = held();
  for (const place of ["a", "b", "c"]) {
    for (let n = 0; n < 3; n++) ask(`${place}${n}`, { place });
  }
  assert.deepEqual(
    await open(),
    ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"],
  );
});

Deno.test("a full line refuses one of the flood in the stead of a newcomer from elsewhere, or with another account", async () => {
  const { ask, open } = held({ maxWaiting: 8 });
  const flood = Array.from(
    { length: 8 },
    () => ask("flood", { place: "a", account: "x" }),
  );
  await assert.rejects(ask("flood", { place: "a", account: "x" }), Full);
  ask("elsewhere", { place: "b", account: "y" });
  ask("colleague", { place: "a", account: "z" });
  const served = await open();
  const ends = await Promise.allSettled(flood);
  assert.equal(ends.filter((it) => it.status === "rejected").length, 2);
  assert.deepEqual(served.slice(0, 3).toSorted(), [
    "colleague",
    "elsewhere",
    "flood",
  ]);
  assert.equal(served.length, 8);
});

Deno.test("what nobody waits for leaves the line and is never started", async () => {
  const { ask, open } = held({ maxWaiting: 2 });
  const over = new AbortController();
  const gone = ask("gone", { place: "a", signal: over.signal });
  ask("kept", { place: "a" });
  over.abort(new Error("deadline"));
  await assert.rejects(gone, /deadline/);
  await assert.rejects(ask("late", { signal: over.signal }), /deadline/);
  ask("in its stead", { place: "b" }); // there is room again
  assert.deepEqual((await open()).toSorted(), ["in its stead", "kept"]);
});

Deno.test("a flood that has ended is forgotten", async () => {
  const inLine = createWorkQueue({
    width: 1,
    maxWaiting: 5,
    whenFull: () => new Full(),
  });
  const work = () => Promise.resolve();
  const turn = { place: "a" };
  await Promise.allSettled(
    Array.from({ length: 50 }, () => inLine(work, turn)),
  );
  const gate = Promise.withResolvers<void>();
  const first = inLine(() => gate.promise);
  const order: string[] = [];
  const both = ["a", "b"].map((place) =>
    inLine(() => Promise.resolve(void order.push(place)), { place })
  );
  gate.resolve();
  await Promise.all([first, ...both]);
  assert.deepEqual(order, ["a", "b"]);
});
