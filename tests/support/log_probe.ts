import { log } from "../../services/log.ts";

/** Logs its first argument: what a terminal and a log reader get to see of it. */
log("info", "probe", { name: Deno.args[0] });
