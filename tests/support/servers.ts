/** Programs of Debian that refuse to run as root, run as the user `postgres` where the tests are root's. */
export const POSTGRES_BIN = "/usr/lib/postgresql/15/bin";
export const PGBOUNCER = "/usr/sbin/pgbouncer";

/** The path, or undefined with a line that says so; CI fails on that line. */
export function installed(path: string): string | undefined {
  try {
    Deno.statSync(path);
    return path;
  } catch {
    Deno.stdout.writeSync(
      new TextEncoder().encode(`\nleft out: ${path} is not installed\n`),
    );
    return undefined;
  }
}

const IDS = Deno.uid() === 0
  ? await Promise.all(["-u", "-g"].map(async (option) => {
    const { stdout } = await new Deno.Command("id", {
      args: [option, "postgres"],
    }).output();
    return Number(new TextDecoder().decode(stdout));
  }))
  : undefined;

/** A command as that user. */
export function asPostgres(path: string, args: string[]) {
  return new Deno.Command(path, {
    args,
    cwd: "/",
    stdout: "piped",
    stderr: "null",
    ...(IDS && { uid: IDS[0]!, gid: IDS[1]! }),
  });
}

/** A folder of that user. */
export async function folderOfPostgres(): Promise<string> {
  const folder = await Deno.makeTempDir();
  if (IDS) await Deno.chown(folder, IDS[0]!, IDS[1]!);
  return folder;
}

/** Gives a file to that user, as servers want it of a key. */
export async function writeForPostgres(file: string, text: string) {
  await Deno.writeTextFile(file, text, { mode: 0o600 });
  if (IDS) await Deno.chown(file, IDS[0]!, IDS[1]!);
}

/** Waits until somebody listens there. */
export async function listening(port: number) {
  const deadline = Date.now() + 10_000;
  while (true) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
