// The virtual screen as a person would see it: pictures, keys, and which window has the keyboard.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The whole screen as PNG bytes. */
export async function screen() {
  const { stdout } = await run("import", ["-window", "root", "png:-"], { encoding: "buffer", maxBuffer: 64 << 20 });
  return stdout;
}

export async function sh(command, ...args) {
  const { stdout } = await run(command, args, { encoding: "utf8" });
  return stdout.trim();
}

/** Title of the window that has the keyboard; empty when none has. */
export const focused = () => sh("xdotool", "getwindowfocus", "getwindowname").catch(() => "");

/** Ids of the windows on the screen with this title. */
export const onScreen = (title) =>
  sh("xdotool", "search", "--onlyvisible", "--name", title).then((ids) => ids.split("\n").filter(Boolean), () => []);

/** Ids of all processes below `pid`, with their names. */
export function descendants(pid) {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const end = stat.lastIndexOf(")");
      return [{ pid: Number(name), name: stat.slice(stat.indexOf("(") + 1, end), parent: Number(stat.slice(end + 4).split(" ")[0]) }];
    } catch {
      return []; // gone since the list was read
    }
  });
  const below = [];
  const queue = [pid];
  while (queue.length > 0) {
    const parent = queue.shift();
    for (const child of all.filter((process) => process.parent === parent)) {
      below.push(child);
      queue.push(child.pid);
    }
  }
  return below;
}
