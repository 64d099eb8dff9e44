// The time, the processor time and the memory of a command.

import { once } from "node:events";
import { readFileSync } from "node:fs";

import { endedTime, start, stop } from "../../peers/lib/processes.mjs";

/** The milliseconds between two looks at a process. The kernel keeps its peak: only growth in the last ones can be missed. */
const INTERVAL = 10;

/**
 * Runs a command to its end and returns its figures with what it printed. Fails if the command fails or takes longer than
 * `minutes`. `elsewhere` returns the processor time of a server that works for the command.
 */
export async function measured(command, { log, minutes, elsewhere = () => 0 }) {
  const [own, before, begin] = [endedTime(), elsewhere(), performance.now()];
  const program = start(command, { log });
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, peakMemory(program.child.pid))), INTERVAL);
  let isLate = false;
  const end = setTimeout(() => {
    isLate = true;
    stop(program);
  }, minutes * 60_000);
  const [code, signal] = await once(program.child, "exit");
  const seconds = (performance.now() - begin) / 1000;
  clearInterval(timer);
  clearTimeout(end);
  const printed = readFileSync(log, "utf8");
  if (isLate) throw new Error(`${command.join(" ")} takes longer than ${minutes} minutes`);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code ?? signal}:\n${printed.slice(-2000)}`);
  return { seconds, peak, processor: endedTime() - own, elsewhere: elsewhere() - before, printed };
}

/** Returns the peak of a process's memory so far, in MiB, or 0 if it has ended. */
function peakMemory(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
