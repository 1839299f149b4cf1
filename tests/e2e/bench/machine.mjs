// What the figures were measured on.
import { cpus, loadavg, release, totalmem } from "node:os";
import { readFileSync } from "node:fs";

export function machine() {
  const all = cpus();
  const system = /PRETTY_NAME="(.*)"/.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown system";
  return {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system,
    kernel: release(),
    load_at_start: loadavg().map((value) => Math.round(value * 100) / 100),
  };
}

export const machineWords = ({ cpu, cores, memory_gib, system, kernel, load_at_start }) =>
  `${cores} cores (${cpu}), ${memory_gib} GiB, ${system}, kernel ${kernel}, load ${load_at_start.join(" ")}`;
