import { getAvailablePort } from "./ports.ts";
import { floodDatabase, type Person } from "./flood_database.ts";
import { csrfOf } from "../tests/support/app.ts";

/** A running Passdesk with people, and what visitors may ask of it. */
export interface Desk {
  origin: string;
  people: Person[];
  /** Runs SQL in its database. */
  sql: (text: string) => Promise<unknown>;
  /** Sends the form of signing in; gives the answer, with its body read. */
  signIn: (
    username: string,
    password: string,
    address: string,
  ) => Promise<Response>;
  /** A request of a signed-in user from an address; gives the answer, with its body read. */
  send: (
    path: string,
    address: string,
    init: RequestInit & { headers: Record<string, string> },
  ) => Promise<Response>;
}

/** An attack: many who send as fast as they are answered. */
export interface Flood {
  name: string;
  /** How many send at once. */
  parallel: number;
  /** Prepares it; gives what attacker number n sends, and again, and again. */
  setUp: (desk: Desk) => Promise<(attacker: number) => Promise<Response>>;
}

/** Milliseconds. */
export interface Figures {
  median: number;
  p95: number;
  most: number;
  count: number;
  failed: number;
}

/**
 * Starts a Passdesk of its own from `folder`, on a database of its own that is dropped afterwards, and lets
 * honest users ask while a flood runs. Everything stays on this machine: attackers and users have
 * addresses by `X-Forwarded-For`.
 */
export async function openDesk(
  { server, folder }: { server: string; folder: string },
): Promise<Desk & { close: () => Promise<void> }> {
  const port = getAvailablePort();
  const origin = `http://localhost:${port}`;
  const database = await floodDatabase(server);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "main.ts"],
    cwd: folder,
    env: {
      DATABASE_URL: database.url,
      PUBLIC_URL: origin,
      LISTEN_PORT: `${port}`,
      TRUSTED_PROXIES: "127.0.0.1,::1",
      MAIL_WORKER: "off",
      SECRET_KEY: btoa("k".repeat(32)),
      // The limits would end the floods; here the lines behind them are measured.
      SIGN_IN_ATTEMPTS: "99",
      SIGN_IN_ATTEMPTS_PER_ACCOUNT: "100",
      SIGN_IN_ATTEMPTS_PER_ADDRESS: "100000",
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const close = async () => {
    child.kill("SIGTERM");
    await child.status;
    await database.drop();
  };
  try {
    await firstAnswer(`${origin}/sign-in`);
    const people = await database.fill();
    const page = await fetch(`${origin}/sign-in`);
    const visit = page.headers.getSetCookie()[0]!.split(";")[0]!;
    const csrf = csrfOf(await page.text());

    const send: Desk["send"] = async (path, address, init) => {
      const response = await fetch(`${origin}${path}`, {
        redirect: "manual",
        ...init,
        headers: { origin, "X-Forwarded-For": address, ...init.headers },
      });
      await response.arrayBuffer();
      return response;
    };
    const signIn = (identifier: string, password: string, address: string) =>
      send("/sign-in", address, {
        method: "POST",
        headers: { cookie: visit },
        body: new URLSearchParams({ csrf, identifier, password }),
      });
    return { origin, people, sql: database.sql, signIn, send, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Lets `flood` run for `seconds`, with honest pages and sign-ins beside it; without a flood, these alone. */
export async function measure(
  desk: Desk,
  { flood, seconds }: { flood?: Flood; seconds: number },
): Promise<{ pages: Figures; signIns: Figures; answers: number }> {
  const view = await pageViews(desk); // signed in before it begins
  const attack = await flood?.setUp(desk);
  const end = performance.now() + seconds * 1000;
  const running = () => performance.now() < end;
  let answers = 0;
  const attackers = Array.from(
    { length: flood?.parallel ?? 0 },
    async (_, n) => {
      while (running()) {
        await attack!(n).catch(() => undefined);
        answers += 1;
      }
    },
  );
  if (flood) await sleep(2_000); // until it has built up
  const [pages, signIns] = await Promise.all([
    repeat(running, 50, view),
    repeat(running, 300, honestSignIns(desk)),
  ]);
  await Promise.all(attackers);
  return { pages, signIns, answers };
}

/** A user who looks at pages of their own. */
async function pageViews(desk: Desk) {
  const { username, password } = desk.people[0]!;
  const cookie = await firstSession(() =>
    desk.signIn(username, password, "198.51.100.1")
  );
  return async () => {
    const started = performance.now();
    const { status } = await desk.send("/account/sessions", "198.51.100.1", {
      headers: { cookie },
    });
    return { ms: performance.now() - started, ok: status === 200 };
  };
}

/** Users who sign in, each from their own address. */
function honestSignIns(desk: Desk) {
  let number = 0;
  return async () => {
    number += 1;
    const { username, password } = desk
      .people[1 + number % (desk.people.length - 20)]!;
    const address = `198.51.${100 + (number >> 8)}.${number & 255}`;
    const started = performance.now();
    const { status } = await desk.signIn(username, password, address);
    return { ms: performance.now() - started, ok: status === 303 };
  };
}

async function repeat(
  running: () => boolean,
  pauseMs: number,
  ask: () => Promise<{ ms: number; ok: boolean }>,
): Promise<Figures> {
  const times: number[] = [];
  let failed = 0;
  do {
    const { ms, ok } = await ask();
    times.push(ms);
    if (!ok) failed += 1;
    await sleep(pauseMs);
  } while (running());
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? NaN;
  const most = times.at(-1) ?? NaN;
  return { median: at(0.5), p95: at(0.95), most, count: times.length, failed };
}

/** Signs in, once what the flood before has left in the lines is done. */
async function firstSession(signIn: () => Promise<Response>) {
  for (let tries = 0; tries < 60; tries++) {
    const set = (await signIn()).headers.getSetCookie()
      .find((it) => it.startsWith("passdesk-session="));
    if (set) return set.split(";")[0]!;
    await sleep(1_000);
  }
  throw new Error("nobody can sign in");
}

async function firstAnswer(url: string) {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error("the program does not answer");
}

function sleep(ms: number) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
