import { onPath } from "../support/browser.ts";
import { serve } from "../support/server.ts";

/** An answer as the text browser got it. */
interface Screen {
  status: number;
  html: string;
}

/** Where lynx stops on its way down a page, in this order. */
const STOP =
  /<a [^>]*href=[^>]*>([^]*?)<\/a>|<button[^>]*>([^]*?)<\/button>|<select[^>]*>|<input (?![^>]*type="hidden")[^>]*>/g;

/** Longest wait for a page, in milliseconds. */
const PATIENCE_MS = 20_000;

export const lynxPath = (await onPath("lynx"))[0];

/** A site that tells what it answers, and the headers of the forms that were sent to it. */
export async function serveScreens() {
  const screens = new TransformStream<Screen>();
  const writer = screens.writable.getWriter();
  const posts: Headers[] = [];
  const site = await serve({
    around: async (request, answer) => {
      if (request.method === "POST") posts.push(request.headers);
      const response = await answer(request);
      if (response.headers.get("Content-Type")?.startsWith("text/html")) {
        const html = await unpack(response.clone());
        writer.write({ status: response.status, html });
      }
      return response;
    },
  });
  const reader = screens.readable.getReader();
  return { site, posts, nextScreen: async () => (await reader.read()).value };
}

/** lynx asks for compressed answers. */
async function unpack(response: Response): Promise<string> {
  const encoding = response.headers.get("Content-Encoding");
  return encoding === "gzip" || encoding === "deflate"
    ? await new Response(
      response.body!.pipeThrough(new DecompressionStream(encoding)),
    ).text()
    : await response.text();
}

/**
 * lynx on a pipe: it reads its command script key by key, so that each key can be chosen from the page
 * that has just been served.
 */
export async function openLynx(
  url: string,
  nextScreen: () => Promise<Screen | undefined>,
) {
  const folder = await Deno.makeTempDir({ prefix: "passdesk-lynx-" });
  const script = `${folder}/keys`;
  await new Deno.Command("mkfifo", { args: [script] }).output();
  const lynx = new Deno.Command(lynxPath!, {
    args: ["-accept_all_cookies", "-nopause", `-cmd_script=${script}`, url],
    // A screen on which the longest page has room: then each key moves by exactly one stop.
    env: { TERM: "vt100", LINES: "250", COLUMNS: "120" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const keys = await Deno.open(script, { write: true });
  let stops: string[] = [];
  let at = 0;

  async function press(...names: string[]) {
    const lines = names.map((it) => `key ${it}\n`).join("");
    await keys.write(new TextEncoder().encode(lines));
  }

  /** Down or up to the first stop that matches. */
  async function moveTo(what: RegExp) {
    const to = stops.findIndex((it) => what.test(it));
    if (to < 0) {
      throw new Error(`no stop matches ${what}:\n${stops.join("\n")}`);
    }
    const key = to < at ? "Up Arrow" : "Down Arrow";
    await press(...Array<string>(Math.abs(to - at)).fill(key));
    at = to;
  }

  /** Waits for the page that the last key has asked for. */
  async function arrive(): Promise<Screen> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), PATIENCE_MS);
    const screen = await Promise.race([nextScreen(), late.promise]);
    clearTimeout(timer);
    if (!screen) throw new Error(`lynx asked for nothing at ${stops[at]}`);
    stops = [...screen.html.matchAll(STOP)].map((it) => it[0]);
    at = 0;
    return screen;
  }

  return {
    arrive,
    type: async (into: RegExp, text: string) => {
      await moveTo(into);
      await press(...[...text].map((it) => it === " " ? "<space>" : it));
    },
    choose: async (what: RegExp) => {
      await moveTo(what);
      await press("^J");
    },
    /** By a link or a button to another page. */
    follow: async (what: RegExp) => {
      await moveTo(what);
      await press("^J");
      return await arrive();
    },
    /** Prints what is on the screen; the next key starts from its top. */
    print: async (name: string) => {
      await press("p", "^J", "^U", ...`${folder}/${name}.txt`, "^J", "Home");
      at = 0;
    },
    /** Ends lynx; the value is what it has printed, by name. */
    quit: async () => {
      await press("q", "y");
      await lynx.status;
      keys.close();
      const printed: Record<string, string> = {};
      for await (const { name } of Deno.readDir(folder)) {
        const [title, ending] = name.split(".");
        if (ending !== "txt") continue;
        const text = await Deno.readTextFile(`${folder}/${name}`);
        printed[title!] = text.replace(/\s+/g, " ");
      }
      await Deno.remove(folder, { recursive: true });
      return printed;
    },
  };
}
