export interface SpecmaticRun {
  java: string;
  /** In OpenAPI 3.1. */
  contract: unknown;
  /** Requests with what is to be answered, in the tool's own form. */
  examples: unknown[];
  baseUrl: string;
  /** Beside the examples, what it makes up from the schemas: right and wrong. */
  generate: boolean;
}

const JAR = new URL(
  "./specmatic.jar",
  import.meta.resolve("specmatic/package.json"),
).pathname;

/** Runs Specmatic (https://specmatic.io) against a server; tells which of its scenarios passed and which failed. */
export async function specmatic(
  { java, contract, examples, baseUrl, generate }: SpecmaticRun,
): Promise<{ passed: string[]; failed: string[] }> {
  const cwd = await Deno.makeTempDir({ prefix: "specmatic-" });
  try {
    await Deno.writeTextFile(`${cwd}/openapi.json`, JSON.stringify(contract));
    await Deno.mkdir(`${cwd}/openapi_examples`);
    for (const [at, example] of examples.entries()) {
      const file = `${cwd}/openapi_examples/${at}.json`;
      await Deno.writeTextFile(file, JSON.stringify(example));
    }
    const { stdout } = await new Deno.Command(java, {
      args: [
        "-jar",
        JAR,
        "test",
        "openapi.json",
        `--testBaseURL=${baseUrl}`,
        "--junitReportDir=junit",
        ...(generate ? [] : ["--strict"]),
      ],
      env: {
        SPECMATIC_GENERATIVE_TESTS: String(generate),
        MAX_TEST_REQUEST_COMBINATIONS: "3",
      },
      cwd,
    }).output();
    return await results(cwd, new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function results(cwd: string, output: string) {
  const passed: string[] = [];
  const failed: string[] = [];
  let reports = 0;
  for await (const { name } of Deno.readDir(`${cwd}/junit`)) {
    if (!name.endsWith(".xml")) continue;
    reports += 1;
    const xml = await Deno.readTextFile(`${cwd}/junit/${name}`);
    for (
      const [, attributes, rest] of xml.matchAll(
        /<testcase ([^>]*?)(?:\/>|>([^]*?)<\/testcase>)/g,
      )
    ) {
      const what = attributes!.match(/ name="([^"]*)"/)![1]!;
      const [, why] = rest?.match(/<(?:failure|error) message="([^"]*)"/) ?? [];
      if (why === undefined) passed.push(what);
      else failed.push(`${what}: ${why}`);
    }
  }
  if (reports === 0) throw new Error(`Specmatic left no report: ${output}`);
  return { passed, failed };
}
