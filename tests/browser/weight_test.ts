import assert from "node:assert/strict";
import { testInBrowser } from "../support/browser.ts";

/** Bytes over the wire for signing in and the first 25 users, scripts and styles included. */
const BUDGET = 40_000;

testInBrowser(
  "the first pages weigh less than 40 kB over the wire, and the next ones load no file again",
  async ({ site, visit }) => {
    const { page, signIn } = await visit();
    const wire = await page.context().newCDPSession(page);
    let bytes = 0;
    wire.on("Network.loadingFinished", (it) => bytes += it.encodedDataLength);
    wire.on("Network.requestWillBeSent", (it) => {
      bytes += it.redirectResponse?.encodedDataLength ?? 0;
    });
    await wire.send("Network.enable");

    await signIn(site.people.desk);
    await page.locator("#results tbody tr[id]").nth(24).waitFor();
    await page.waitForLoadState("load");
    assert.ok(bytes > 10_000, `${bytes} bytes: not all was counted`);
    assert.ok(bytes <= BUDGET, `${bytes} bytes`);

    const before = bytes;
    await page.goto(`/users/${site.people.zoe.id}`);
    assert.ok(
      bytes - before < 6_000,
      `${bytes - before} bytes for the details`,
    );
  },
);
