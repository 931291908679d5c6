import assert from "node:assert/strict";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { type Person } from "./people.ts";
import { serve, type Site } from "./server.ts";

/** A locator that doesn't come true by then is a failure; a slow machine still gets there. */
const PATIENCE_MS = 15_000;

/** A test that has not ended by then hangs, as it may where the browser dies under it. */
const DEADLINE_MS = 150_000;

/** What a browser's tests work with; one site and one browser for each file. */
export interface Desk {
  site: Site;
  /** A page in a browser profile of its own, watched. */
  visit(options?: VisitOptions): Promise<Visit>;
}

export interface VisitOptions extends BrowserContextOptions {
  /** Signed in from the start; how one signs in is tested elsewhere. */
  as?: Person | undefined;
}

export type Visit = Awaited<ReturnType<typeof openVisit>>;

const executable = await findChromium();
if (!executable) leaveOut("the tests in Chromium: none on this machine");

let started: Promise<{ site: Site; browser: Browser }> | undefined;

/** A test in Chromium; whatever the pages did wrong behind the scenes fails it too. */
export function testInBrowser(
  name: string,
  body: (desk: Desk) => Promise<void>,
) {
  Deno.test(name, async () => {
    if (!executable) return;
    started ??= start(executable);
    const { site, browser } = await started;
    const visits: Visit[] = [];
    try {
      await beforeDeadline(body({
        site,
        visit: async (options) => {
          const visit = await openVisit(browser, site, options);
          visits.push(visit);
          return visit;
        },
      }));
      for (const it of visits) assert.deepEqual(it.problems, []);
    } finally {
      await beforeDeadline(
        Promise.all(visits.map((it) => it.page.context().close())),
      );
    }
  });
}

async function beforeDeadline(work: Promise<unknown>) {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error("the test hangs")),
    DEADLINE_MS,
  );
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

Deno.test.afterAll(async () => {
  const running = await started;
  await running?.browser.close();
  await running?.site.close();
});

/** One line in the output of the tests, which CI looks for. */
export function leaveOut(what: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(`left out: ${what}\n`));
}

async function start(executablePath: string) {
  const [site, browser] = await Promise.all([
    serve(),
    chromium.launch({
      executablePath,
      args: ["--no-sandbox"],
      handleSIGTERM: false, // or it would keep the tests from being stopped
      handleSIGINT: false,
      handleSIGHUP: false,
    }),
  ]);
  return { site, browser };
}

/** The machine's own, else the one that npm brings; undefined where neither starts. */
async function findChromium(): Promise<string | undefined> {
  const named = Deno.env.get("CHROMIUM_PATH");
  const found = named ? [named] : await onPath(
    "chromium",
    "chromium-browser",
    "google-chrome",
  );
  for (const path of found) if (await starts(path)) return path;
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    const path = await packed.executablePath();
    return await starts(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function starts(path: string) {
  try {
    const { success } = await new Deno.Command(path, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

/** Where programs of these names lie, in the order of the names. */
export async function onPath(...names: string[]): Promise<string[]> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const found: string[] = [];
  for (
    const path of names.flatMap((it) => folders.map((at) => `${at}/${it}`))
  ) {
    try {
      if ((await Deno.stat(path)).isFile) found.push(path);
    } catch {
      // not in this folder
    }
  }
  return found;
}

async function openVisit(
  browser: Browser,
  site: Site,
  { as, ...options }: VisitOptions = {},
) {
  const context = await browser.newContext({
    baseURL: site.origin,
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(
    "document.addEventListener('securitypolicyviolation', (it) => console.error('CSP', it.effectiveDirective, it.blockedURI))",
  );
  if (as) await context.addCookies(await site.cookiesOf(as));
  const page = await context.newPage();
  return { page, problems: watch(page, site.origin), ...steps(page) };
}

/** Everything that a person would not see and that must not happen. */
function watch(page: Page, origin: string): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    const refusal = /^Failed to load resource: .* status of 4/; // the browser says so of every 4xx
    if (message.type() === "error" && !refusal.test(message.text())) {
      problems.push(message.text());
    }
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) {
      problems.push(`left the house: ${request.url()}`);
    }
  });
  return problems;
}

/** What the tests do again and again, in the words of the screen. */
function steps(page: Page) {
  async function signIn({ username, password }: Person) {
    await page.goto("/sign-in");
    await page.getByLabel("Username or email").fill(username);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  async function says(text: string | RegExp) {
    await page.getByText(text).first().waitFor();
  }

  async function openMenu(menu: string, item: string) {
    await page.locator("summary", { hasText: menu }).click();
    await page.getByRole("link", { name: item }).click();
  }

  /** The details of a user, the form in their place, and the dialog over it. */
  async function openPasswordForm({ id }: Person, from = "") {
    await page.goto(`/users/${id}${from && `?from=${from}`}`);
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByRole("link", { name: "Change password" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("New password").waitFor();
    return dialog;
  }

  return { signIn, says, openMenu, openPasswordForm };
}
