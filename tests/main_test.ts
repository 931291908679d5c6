import assert from "node:assert/strict";
import { connectEmbedded, rows } from "../db/client.ts";
import { sql } from "drizzle-orm";
import { freshDatabaseUrl, testOnPostgres } from "./support/database.ts";
import { csrfOf } from "./support/app.ts";
import { mailServer } from "./support/mail.ts";
import { freePort, startProgram, taskCommand } from "./support/process.ts";

const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");

async function setting(given: Record<string, string> = {}) {
  const port = freePort();
  return {
    origin: `http://localhost:${port}`,
    environment: {
      LISTEN_PORT: String(port),
      PUBLIC_URL: `http://localhost:${port}`,
      DATA_DIR: await Deno.makeTempDir(),
      SECRET_KEY,
      ...given,
    },
  };
}

Deno.test("the first start prints a link for the first administrator; SIGTERM ends it in order", async () => {
  const { origin, environment } = await setting();
  const program = await startProgram("start", environment);
  await program.said("/setup/");
  const link = program.output.stderr.match(/http:\S+\/setup\/\S+/)![0];
  const page = await fetch(link, { redirect: "manual" });
  await page.body?.cancel();
  assert.equal(page.headers.get("location"), "/setup");
  assert.equal(
    (await fetch(`${origin}/users`)).url,
    `${origin}/sign-in?next=%2Fusers`,
  );

  const second = await startProgram("start", environment);
  assert.equal(await second.ended(), 2);
  assert.match(second.output.stderr, /another Passdesk has the folder .* open/);
  assert.ok(second.output.stderr.includes(environment.DATA_DIR));

  assert.equal(await program.end(), 0);
  for (const line of program.output.stdout.trim().split("\n")) JSON.parse(line);
  assert.match(program.output.stdout, /"event":"system_shutdown"/);
  assert.ok(!program.output.stdout.includes(link.split("/setup/")[1]!));
});

Deno.test("with the permissions that ship, passwords are judged in the worker: a common one is refused, another taken", async () => {
  const { origin, environment } = await setting();
  const program = await startProgram("start", environment);
  await program.said("/setup/");
  const link = program.output.stderr.match(/http:\S+\/setup\/\S+/)![0];
  const cookies: string[] = [];
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(new URL(path, origin), {
      redirect: "manual",
      ...init,
      headers: { cookie: cookies.join("; "), origin, ...init.headers },
    });
    cookies.push(
      ...answer.headers.getSetCookie().map((it) => it.split(";")[0]!),
    );
    return { status: answer.status, html: await answer.text() };
  };
  await ask(link);
  const csrf = csrfOf((await ask("/setup")).html);
  const save = (newPassword: string) =>
    ask("/setup", {
      method: "POST",
      body: new URLSearchParams({
        csrf,
        name: "First Administrator",
        username: "first.admin",
        email: "",
        newPassword,
      }),
    });
  const refused = await save("manchester");
  assert.equal(refused.status, 422);
  assert.match(refused.html, /among the most common passwords/);
  assert.equal((await save("velvet harbour tango 9")).status, 303);
  assert.equal(await program.end(), 0);
});

Deno.test("a wrong or unknown setting stops the start with one line", async () => {
  for (
    const [given, complaint] of [
      [
        { PASSWORD_MIN_LENGTH: "7" },
        /^Passdesk does not start: PASSWORD_MIN_LENGTH: .*>=8\n$/,
      ],
      [
        { PASSWORD_LENGTH: "12" },
        /^Passdesk does not start: PASSWORD_LENGTH: there is no such setting.*\n$/,
      ],
      [
        { TRUSTED_PROXIES: "localhost" },
        /^Passdesk does not start: TRUSTED_PROXIES: .*\n$/,
      ],
    ] as const
  ) {
    const { environment } = await setting(given);
    const program = await startProgram("start", environment);
    assert.equal(await program.ended(), 2);
    assert.match(program.output.stderr, complaint);
  }
});

Deno.test("a folder that may not be written to stops the start with one line", async () => {
  const DATA_DIR = await Deno.makeTempDir();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: await taskCommand("start"),
    env: { DATA_DIR, NO_COLOR: "1" },
  }).output();
  assert.equal(code, 2);
  assert.match(
    new TextDecoder().decode(stderr),
    /^Passdesk does not start: the task may write to "data" alone; .*--allow-write=\S+\n$/,
  );
  await Deno.remove(DATA_DIR);
});

Deno.test("the demo seeds 10,000 people once, and prints each time who can sign in", async () => {
  const { environment, origin } = await setting();
  for (let start = 0; start < 2; start++) {
    const program = await startProgram("demo", environment);
    await program.said("(Administration)");
    const lines = program.output.stderr.match(/^sign in: \S+ \/ \S+ \(.+\)$/gm);
    assert.equal(lines?.length, 4);
    assert.ok(
      (await (await fetch(`${origin}/sign-in`)).text()).includes("Sign in"),
    );
    assert.equal(await program.end(), 0);
  }
  const { db, close } = await connectEmbedded(`${environment.DATA_DIR}/demo`);
  assert.deepEqual(
    await rows(db, sql`select count(*)::int as people from users`),
    [{ people: 10_004 }],
  );
  await close();
});

Deno.test("the demo refuses to touch a real database", async () => {
  const { environment } = await setting({
    DATABASE_URL: "postgres://localhost/real",
  });
  const program = await startProgram("demo", environment);
  assert.equal(await program.ended(), 2);
  assert.match(program.output.stderr, /DATABASE_URL: the demo uses its own/);
});

testOnPostgres(
  "on PostgreSQL it starts with its narrow permissions, and a second instance beside it",
  async () => {
    const url = await freshDatabaseUrl();
    const programs = [];
    for (let n = 0; n < 2; n++) {
      const { environment, origin } = await setting({ DATABASE_URL: url });
      const program = await startProgram("start", environment);
      await program.said("Passdesk is ready");
      assert.equal((await fetch(`${origin}/sign-in`)).status, 200);
      programs.push(program);
    }
    for (const program of programs) assert.equal(await program.end(), 0);
  },
);

Deno.test("what ships is never allowed everything (ASVS 13.2.2)", async () => {
  for (const task of ["start", "demo", "dev", "admin"]) {
    const words = await taskCommand(task);
    assert.ok(
      !words.some((it) =>
        ["-A", "--allow-all", "--allow-run", "--allow-write", "--allow-ffi"]
          .includes(it)
      ),
    );
  }
});

for (const apart of [false, true]) {
  testOnPostgres(
    `mail goes out with the permissions that ship${
      apart ? ", also by a worker apart from the server" : ""
    }`,
    async () => {
      const server = await mailServer();
      const { origin, environment } = await setting({
        DATABASE_URL: await freshDatabaseUrl(),
        SMTP_URL: server.url,
        ...(apart && { MAIL_WORKER: "off" }),
      });
      const program = await startProgram("start", environment);
      await program.said("/setup/");
      const worker = apart ? await startProgram("mail", environment) : null;
      const link = program.output.stderr.match(/http:\S+\/setup\/\S+/)![0];
      const visitor = overHttp(origin);
      await visitor.get(link.slice(origin.length));
      await visitor.post("/setup", {
        name: "First Person",
        username: "first",
        email: "first@example.org",
        newPassword: "seven geese cross the bridge",
      });
      await visitor.post("/password-resets/new", { identifier: "first" });
      const deadline = Date.now() + 10_000;
      while (server.received.length === 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.deepEqual(server.received[0]?.to, ["first@example.org"]);
      assert.equal(await program.end(), 0);
      if (worker) assert.equal(await worker.end(), 0);
      await server.close();
    },
  );
}

/** A browser over a real socket, as far as a form needs one. */
function overHttp(origin: string) {
  const cookies = new Map<string, string>();
  async function send(path: string, init: RequestInit = {}) {
    const response = await fetch(origin + path, {
      redirect: "manual",
      headers: {
        cookie: [...cookies].map(([name, it]) => `${name}=${it}`).join("; "),
        origin,
      },
      ...init,
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/)!;
      cookies.set(name!, value!);
    }
    return await response.text();
  }
  return {
    get: send,
    post: async (path: string, fields: Record<string, string>) => {
      const csrf = csrfOf(await send(path));
      return await send(path, {
        method: "POST",
        body: new URLSearchParams({ csrf, ...fields }),
      });
    },
  };
}
