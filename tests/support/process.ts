export const ROOT = new URL("../../", import.meta.url);

/** The words of a task in deno.json: the tests run the program with exactly the permissions that it ships with. */
export async function taskCommand(name: string): Promise<string[]> {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  return tasks[name].command.split(" ").slice(1);
}

/** A port that nobody listens on. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** A running program of its own, as an operator starts it. */
export async function startProgram(
  task: "start" | "demo" | "mail" | "import",
  environment: Record<string, string>,
  more: string[] = [],
  /** Where its standard output goes: it is read, closed, never read, or a file. */
  stdout: "read" | "closed" | "unread" | { file: string } = "read",
  /** Takes the place of the task's permission to connect anywhere. */
  network = "--allow-net",
) {
  const args = [
    ...(await taskArgs(task, environment)).map((it) =>
      it === "--allow-net" ? network : it
    ),
    ...more,
  ];
  const [command, words] = typeof stdout === "object"
    ? ["sh", ["-c", `exec "$0" "$@" >${stdout.file}`, Deno.execPath(), ...args]]
    : [Deno.execPath(), args];
  const child = new Deno.Command(command, {
    args: words,
    cwd: ROOT,
    env: { ...environment, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = { stdout: "", stderr: "" };
  const reading = [collect(child.stderr, (text) => output.stderr += text)];
  if (stdout === "closed") await child.stdout.cancel();
  else if (stdout !== "unread") {
    reading.push(collect(child.stdout, (text) => output.stdout += text));
  }

  /** Waits until standard error holds `text`, or the program has ended. */
  async function said(text: string) {
    let ended = false;
    child.status.then(() => ended = true);
    while (!output.stderr.includes(text)) {
      if (ended) throw new Error(`ended without "${text}": ${output.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  async function end(signal: Deno.Signal = "SIGTERM") {
    try {
      child.kill(signal);
    } catch {
      // it has ended by itself
    }
    return await ended();
  }
  async function ended() {
    const status = await child.status;
    await Promise.all(reading);
    return status.code;
  }
  return { output, said, end, ended };
}

/** What `deno task admin …` answers; with its standard output closed, or on a full disk, nothing. */
export async function admin(
  args: string[],
  environment: Record<string, string>,
  stdout: "read" | "closed" | "full" = "read",
) {
  const into =
    { read: "", closed: " | exec true", full: " >/dev/full" }[stdout];
  // The shell's pipefail gives the program's exit code, not that of the reader.
  const result = await new Deno.Command("bash", {
    args: [
      "-c",
      `set -o pipefail; "$0" "$@"${into}`,
      Deno.execPath(),
      ...await taskArgs("admin", environment),
      ...args,
    ],
    cwd: ROOT,
    env: { ...environment, NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return {
    code: result.code,
    stdout: text.decode(result.stdout),
    stderr: text.decode(result.stderr),
  };
}

/** The task's command, with the folder that it may write to. */
export async function taskArgs(task: string, { DATA_DIR = "data" }) {
  return (await taskCommand(task)).map((it) =>
    it === "--allow-write=data" ? `--allow-write=${DATA_DIR}` : it
  );
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  add: (text: string) => void,
) {
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    add(chunk);
  }
}
