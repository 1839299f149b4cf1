// CPU time and memory of a process with everything below it, from /proc. CPU time is the honest figure on shared cores.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { descendants } from "../lib/screen.mjs";

const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system seconds in a `stat` file of a process or a thread. */
function seconds(file) {
  const stat = readFileSync(file, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function orZero(read) {
  try {
    return read();
  } catch {
    return 0; // the process ended since the list was made
  }
}

const family = (pid) => [pid, ...descendants(pid).map((process) => process.pid)];

/** CPU seconds so far of `pid` and all processes below it. */
export const cpuOfTree = (pid) => family(pid).reduce((sum, each) => sum + orZero(() => seconds(`/proc/${each}/stat`)), 0);

/** CPU seconds so far of one process. */
export const cpuOf = (pid) => seconds(`/proc/${pid}/stat`);

/** CPU seconds so far of the threads of `pid` with this name. */
export function cpuOfThreads(pid, name) {
  const threads = readdirSync(`/proc/${pid}/task`).filter((thread) => orZero(() => readFileSync(`/proc/${pid}/task/${thread}/comm`, "utf8").trim() === name));
  return threads.reduce((sum, thread) => sum + orZero(() => seconds(`/proc/${pid}/task/${thread}/stat`)), 0);
}

/** Proportional set size in MiB: memory that is shared counts in parts. */
const pssOf = (pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;

export const pssOfTree = (pid) => family(pid).reduce((sum, each) => sum + orZero(() => pssOf(each)), 0);

/** PSS in MiB by name of the process, largest first. */
export function pssByName(pid) {
  const names = new Map(descendants(pid).map((process) => [process.pid, process.name]));
  const parts = family(pid).map((each) => [names.get(each) ?? "app", Math.round(orZero(() => pssOf(each)))]);
  return Object.fromEntries(parts.sort((a, b) => b[1] - a[1]));
}
