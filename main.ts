import {
  connectEmbedded,
  type Connection,
  connectPostgres,
} from "./db/client.ts";
import { createApp } from "./routes/app.tsx";
import { connectionDeadlines, listen } from "./routes/listen.ts";
import { loadAssets } from "./routes/assets.ts";
import { runCommand } from "./routes/cli/run.ts";
import { describeReach } from "./services/asvs.ts";
import { readSettings, type Settings } from "./services/config.ts";
import { demoSettings, seedDemo } from "./services/demo.ts";
import { postgresSettings } from "./services/database_settings.ts";
import { describeError, log, logTo } from "./services/log.ts";
import type { Services } from "./services/context.ts";
import { importFile, ImportUsageError } from "./services/import_command.ts";
import { startJobWorker } from "./services/job_worker.ts";
import { createMailTransport } from "./services/mail_transport.ts";
import { startMailWorker } from "./services/mail_worker.ts";
import { networkFlag } from "./services/outbound.ts";
import {
  explainStartFailure,
  isWrongSetting,
} from "./services/start_failure.ts";
import { createServices, startHousekeeping } from "./services/program.ts";
import { valueFields } from "./services/search_fields.ts";
import { updateStoredUsers } from "./services/stored_users.ts";
import { describePasswordLengths } from "./services/second_factor_rules.ts";
import { loadSecretKeys } from "./services/secret_key.ts";
import { standardError, standardOutput } from "./services/output.ts";
import { exit, exitAnswered, say } from "./services/terminal.ts";
import { offerSetup, SETUP_LINK_MINUTES } from "./services/setup.ts";
import { createWebhookTransport } from "./services/webhook_transport.ts";
import { startWebhookWorker } from "./services/webhook_delivery.ts";
import { writeLetter } from "./views/mails.tsx";

/** Seconds in which requests under way may be answered after SIGTERM. */
const DRAIN_SECONDS = 6;

/** Seconds after which the program ends in any case: containers are killed then. */
const SHUTDOWN_SECONDS = 10;

async function main() {
  if (Deno.args[0] === "admin") return await administer(Deno.args.slice(1));
  if (Deno.args[0] === "outbound") {
    say([networkFlag(readSettings(Deno.env.toObject()))], standardOutput);
    return await exitAnswered(0);
  }
  const demo = Deno.args[0] === "demo";
  const settings = demo
    ? demoSettings(readSettings(Deno.env.toObject()))
    : readSettings(Deno.env.toObject());
  const [connection, assets] = await Promise.all([
    connect(settings),
    loadAssets(),
  ]);
  const secretKeys = await loadSecretKeys(settings); // beside the folder that is locked by now
  const services = createServices(settings, connection.db, secretKeys);
  if (connection.driver === "embedded") warnOfEmbedded(settings);
  await updateStoredUsers(services);
  if (Deno.args[0] === "mail") return await sendMail(services, connection);
  if (Deno.args[0] === "import") return await runImport(services, connection);

  const greeting = demo
    ? await seedDemo(services)
    : await setupGreeting(settings, await offerSetup(services));
  const app = createApp(services, assets);
  const stopHousekeeping = startHousekeeping(services);
  const stopMail = settings.MAIL_WORKER === "on"
    ? startMail(services)
    : () => Promise.resolve();
  const stopJobs = startJobWorker(services);
  const listener = await listen(app.fetch, {
    hostname: settings.LISTEN_HOST,
    port: settings.LISTEN_PORT,
    deadlines: connectionDeadlines(settings),
    log,
  });
  started = true;
  const { address, port } = listener.address;
  log("info", "system_startup", {
    driver: connection.driver,
    listening: `${address}:${port}`,
    publicUrl: settings.PUBLIC_URL.origin,
  });
  say([
    "",
    `Passdesk is ready: ${settings.PUBLIC_URL.origin}`,
    describeReach(settings),
    describePasswordLengths(settings),
    ...greeting,
  ]);

  await stopSignal();
  setTimeout(() => exit(1), SHUTDOWN_SECONDS * 1000);
  stopHousekeeping();
  await Promise.all([
    listener.close(DRAIN_SECONDS * 1000),
    within(DRAIN_SECONDS, Promise.all([stopMail(), stopJobs()])),
  ]);
  await connection.close();
  log("info", "system_shutdown");
  await exit(0);
}

/** The first SIGINT or SIGTERM. */
async function stopSignal() {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => resolve());
    }
  });
}

/** Waits for what ends by itself, but not for longer than `seconds`. */
async function within(seconds: number, ending: Promise<unknown>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  await Promise.race([ending, over]);
  clearTimeout(timer);
}

async function connect(
  settings: Settings,
  tell = log,
): Promise<Connection> {
  const postgres = postgresSettings(settings);
  if (!postgres) {
    return await connectEmbedded(settings.DATA_DIR, valueFields(settings));
  }
  const connection = await connectPostgres(postgres);
  const { missing } = connection;
  if (missing.length > 0) tell("warning", "database_settings", { missing });
  return connection;
}

/** `deno task mail`: the worker and nothing else, until it is told to stop. */
async function sendMail(services: Services, connection: Connection) {
  const stop = startMail(services);
  log("info", "system_startup", { driver: connection.driver, task: "mail" });
  await stopSignal();
  setTimeout(() => exit(1), SHUTDOWN_SECONDS * 1000);
  await stop();
  await connection.close();
  await exit(0);
}

/** `deno task admin`: one command. Standard output has its answer and nothing else. */
async function administer(args: string[]) {
  const told = logTo(standardError);
  const code = await runCommand(args, {
    out: (text) => say([text], standardOutput),
    err: (text) => say([text]),
    open: async () => {
      const settings = readSettings(Deno.env.toObject());
      const { db, close } = await connect(settings, told);
      const secretKeys = await loadSecretKeys(settings);
      const services = createServices(settings, db, secretKeys);
      return { services: { ...services, log: told }, close };
    },
  });
  await exitAnswered(code);
}

/** `deno task import FILE`: the report on standard output, how far it is on standard error. */
async function runImport(services: Services, connection: Connection) {
  const code = await importFile(services, {
    args: Deno.args.slice(1),
    folder: Deno.env.get("INIT_CWD") ?? Deno.cwd(), // `deno task` changes into the project's
    print: (line) => say([line], standardOutput),
    say: (line) => say([line]),
  });
  await connection.close();
  await exitAnswered(code);
}

/** The two outboxes: mails and webhooks. */
function startMail(services: Services) {
  const { settings } = services;
  const transport = createMailTransport(
    settings,
    (file) => log("info", "mail_written", { file }),
  );
  const stops = [
    startMailWorker(services, { transport, write: writeLetter }),
    startWebhookWorker(services, createWebhookTransport(settings)),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

function warnOfEmbedded({ DATA_DIR }: Settings) {
  log("warning", "embedded_database", {
    folder: DATA_DIR,
    note:
      "not safe against a power cut; for staff of any size set DATABASE_URL to a PostgreSQL",
  });
}

function setupGreeting({ PUBLIC_URL }: Settings, token: string | undefined) {
  return token === undefined ? [] : [
    "",
    `There is no administrator yet. Create the first one within ${SETUP_LINK_MINUTES} minutes here, once:`,
    `  ${PUBLIC_URL.origin}/setup/${token}`,
    "",
  ];
}

/** Whether what fails now keeps the program from starting, or ends it. */
let started = false;

try {
  await main();
} catch (error) {
  if (error instanceof ImportUsageError) {
    say([error.message]);
    await exit(2);
  }
  const why = started ? undefined : explainStartFailure(error);
  if (why !== undefined) {
    say([`Passdesk does not start: ${why}`]);
    await exit(isWrongSetting(error) ? 2 : 1);
  }
  log("error", started ? "run_failed" : "start_failed", describeError(error));
  say([
    started
      ? "Passdesk has ended by an error; the line above says which."
      : "Passdesk does not start; the line above says why.",
  ]);
  await exit(1);
}
