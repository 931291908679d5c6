import assert from "node:assert/strict";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { testInBrowser } from "../support/browser.ts";
import { tours } from "./states.ts";

const AXE = await Deno.readTextFile(
  new URL("./axe.min.js", import.meta.resolve("axe-core")),
);
const RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];
/** Those whose answer depends on the colours or on the width. */
const VISUAL_RULES = [
  "color-contrast",
  "link-in-text-block",
  "target-size",
  "scrollable-region-focusable",
];
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 640 };

testInBrowser(
  "axe finds nothing on any page in any state, light and wide or dark and narrow, and nothing scrolls sideways",
  async ({ site, visit }) => {
    const found: Record<string, string[]> = {};
    await Promise.all((await tours(site)).map(async ({ who, states }) => {
      const visitor = await visit({ as: who, viewport: WIDE });
      const { page } = visitor;
      for (const [name, reach] of Object.entries(states)) {
        await page.setViewportSize(WIDE);
        await page.emulateMedia({ colorScheme: "light" });
        await reach(visitor);
        const light = await violations(page);
        await page.setViewportSize(NARROW);
        await page.emulateMedia({ colorScheme: "dark" });
        const wrong = [
          ...light,
          ...await violations(page, VISUAL_RULES),
          ...await scrollsSideways(page),
        ];
        if (wrong.length > 0) found[name] = [...new Set(wrong)];
      }
    }));
    assert.deepEqual(found, {});
  },
);

async function violations(page: Page, rules = RULES): Promise<string[]> {
  if (!await page.evaluate("'axe' in globalThis")) await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run({ runOnly: ${
      JSON.stringify(rules)
    }, resultTypes: ["violations"] })`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((it) => `${id}: ${it.target.join(" ")} (${it.failureSummary})`)
  );
}

async function scrollsSideways(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(
    `[document.documentElement, ...document.querySelectorAll("dialog[open]")]
      .filter((it) => it.scrollWidth > it.clientWidth)
      .map((it) => it.localName + " is " + it.scrollWidth + " px wide")`,
  );
}
