// Measures the built programs: several runs, medians, the peer or the limit beside them. See docs/benchmarks.md.
// Runs inside scripts/desktop.sh and scripts/virtual-audio.sh; see scripts/bench.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { args } from "../lib/args.mjs";
import { answer } from "./answer.mjs";
import { bridge, legs, relay, room } from "./bridge.mjs";
import { cost } from "./cost-of-call.mjs";
import { delay } from "./delay.mjs";
import { far } from "./far.mjs";
import { print, together } from "./figures.mjs";
import { loss } from "./loss.mjs";
import { machine, machineWords } from "./machine.mjs";
import { ring } from "./ring.mjs";
import { softphones } from "./softphones.mjs";
import { start } from "./start.mjs";

const BENCHES = { ring, answer, delay, far, loss, softphones, cost, start, bridge, relay, room, legs };
const root = new URL("../../../", import.meta.url).pathname;
const target = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release");
const given = args({ only: "", runs: "3", json: "", out: join(root, "out/bench"), server: join(target, "switchboard"), app: join(target, "switchboard-desktop"), phone: join(target, "phone-headless"), bridge: join(target, "examples/bridge_bench") });
const names = given.only ? given.only.split(",") : Object.keys(BENCHES);
const unknown = names.find((name) => !(name in BENCHES));
if (unknown) throw new Error(`${unknown} is not known; there are: ${Object.keys(BENCHES).join(" ")}`);

const here = machine();
const results = {};
console.log(machineWords(here));
for (const name of names) {
  const runs = [];
  for (let n = 1; n <= Number(given.runs); n += 1) {
    const out = join(given.out, `${name}-${n}`);
    mkdirSync(out, { recursive: true });
    try {
      runs.push(await BENCHES[name]({ out, programs: { server: given.server, app: given.app, phone: given.phone, bridge: given.bridge } }));
    } catch (error) {
      console.log(`${name}, run ${n}: ${error.message}`);
      process.exitCode = 1;
    }
  }
  if (runs.length === 0) continue;
  results[name] = together(runs);
  console.log(`\n${name}: median of ${runs.length}`);
  print(results[name]);
  const missed = results[name].filter(({ met }) => met === false);
  for (const { name: what, ours, unit, goal } of missed) console.log(`MISSED: ${what}: ${ours} ${unit}, goal ${goal}`);
}
if (given.json) writeFileSync(given.json, `${JSON.stringify({ machine: here, runs: Number(given.runs), results }, null, 2)}\n`);
