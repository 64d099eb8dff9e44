// The processes that a run starts: none outlives it, and their processor time and memory are read from /proc.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync, readdirSync } from "node:fs";

/** The milliseconds that a program has for stopping: PostgreSQL writes all of its memory to the disk. */
const PATIENCE = 120_000;
const running = new Set();
const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
/** Ends a program when the run is killed, which then cannot do so itself. */
const LEASH = spawnSync("setpriv", ["--version"]).status === 0 ? ["setpriv", "--pdeathsig", "TERM", "--"] : [];

/** Starts a program that does not outlive the run. `stop` is the signal that ends it. */
function launch(command, { stop = "SIGTERM", ...options }) {
  const [first, ...rest] = [...LEASH, ...command];
  const child = spawn(first, rest, options);
  const program = {
    child,
    stop,
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
  };
  running.add(program);
  for (const event of ["error", "exit"]) child.on(event, () => running.delete(program));
  return program;
}

/** Starts a server, whose output goes into a file. */
export function start(command, { log, environment, user, cwd, stop }) {
  const output = openSync(log, "w");
  const stdio = ["ignore", output, output];
  const env = { ...process.env, ...environment };
  // In a group of its own, so that the interrupt key of a terminal leaves the order of stopping to the run.
  return Object.assign(launch(command, { ...user, cwd, env, stdio, detached: true, stop }), { log });
}

/** Runs a program to its end, and returns what it prints to standard output. Fails if it fails. */
export async function complete(command, environment = {}) {
  const env = { ...process.env, ...environment };
  const { child } = launch(command, { env, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code ?? signal}`);
  return printed;
}

/** Stops programs, and kills those that have not ended after a while. */
export async function stop(...programs) {
  await Promise.all(
    programs.filter((program) => !program.hasEnded).map(async (program) => {
      const ended = once(program.child, "exit");
      program.child.kill(program.stop);
      const late = setTimeout(() => program.child.kill("SIGKILL"), PATIENCE);
      await ended;
      clearTimeout(late);
    }),
  );
}

/** Stops all programs, the last ones first. */
export async function stopAll() {
  for (const program of [...running].reverse()) await stop(program);
}

/** Does the work of a benchmark, stops all programs after it, and tells why it failed. */
export async function runToEnd(work) {
  try {
    await work().finally(stopAll);
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  }
}

/** Stops all programs when the run is interrupted, and then ends it. */
export function stopOnSignals(consequence = "the same command continues with the next round") {
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]]) {
    process.once(signal, async () => {
      process.stderr.write(`\ninterrupted; ${consequence}\n`);
      await stopAll();
      process.exit(128 + number);
    });
  }
}

/** Returns the fields of a process after its name, or nothing if it has ended. */
function fields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** Returns the ids of a process and of all below it. */
function tree(root) {
  const children = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number)) {
    const parent = Number(fields(pid)?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Returns the processor time of a process and of all below it, in seconds. */
export function processorTime(root) {
  const [USER, SYSTEM, ENDED_USER, ENDED_SYSTEM] = [11, 12, 13, 14];
  let ticks = 0;
  for (const pid of tree(root)) {
    const its = fields(pid);
    if (!its) continue;
    // The time of children that ended counts once, at the root.
    const places = pid === root ? [USER, SYSTEM, ENDED_USER, ENDED_SYSTEM] : [USER, SYSTEM];
    for (const place of places) ticks += Number(its[place]);
  }
  return ticks / TICKS;
}

/** Returns the processor time of the programs of this run that have ended, in seconds. */
export function endedTime() {
  const [ENDED_USER, ENDED_SYSTEM] = [13, 14];
  const its = fields(process.pid);
  return (Number(its[ENDED_USER]) + Number(its[ENDED_SYSTEM])) / TICKS;
}

/** Returns the resident memory of a process and of all below it, in MiB. */
export function residentMemory(root) {
  let kibibytes = 0;
  for (const pid of tree(root)) {
    try {
      kibibytes += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      // It has ended.
    }
  }
  return kibibytes / 1024;
}
