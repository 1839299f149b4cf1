// PESQ scores by Python's `pesq`, in an environment of its own that is made once.
import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = new URL("../../../", import.meta.url).pathname;
const PROGRAM = new URL("score.py", import.meta.url).pathname;
const PACKAGES = ["pesq==0.0.4", "numpy", "scipy"];

function python() {
  const place = process.env.BENCH_PYTHON_ENV ?? join(root, "out/bench/python");
  const program = join(place, "bin/python");
  if (!existsSync(join(place, ".ready"))) {
    execFileSync("python3", ["-m", "venv", place], { stdio: "inherit" });
    execFileSync(program, ["-m", "pip", "install", "--quiet", ...PACKAGES], { stdio: "inherit" });
    execFileSync("touch", [join(place, ".ready")]);
  }
  return program;
}

/** `[{ pesq, begin_ms }]` of the heard WAV files. */
export async function scores(spoken, heard) {
  const { stdout } = await run(python(), [PROGRAM, spoken, ...heard]);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}
