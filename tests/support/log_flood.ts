import { logTo } from "../../services/log.ts";
import { standardOutput } from "../../services/output.ts";

/** Logs as many lines as its argument says, of which few may wait, and one more once they are written. */
const log = logTo(standardOutput, { mostWaiting: 100_000 });
for (let n = 0; n < Number(Deno.args[0]); n++) {
  log("info", "flood", { n });
  if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve));
}
Deno.stderr.writeSync(new TextEncoder().encode("logged\n"));
await standardOutput.drained();
log("info", "flood", { n: Number(Deno.args[0]) });
