// The agent's desk, the supervisor's monitor and all pages in Chromium, against the server's own bridge.
// Runs inside scripts/desktop.sh and scripts/virtual-audio.sh; see scripts/e2e.
//   --only first-run|desk|learned|monitor|pages|leads   that part alone (`learned` needs `desk`, which then runs before it)
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { args } from "../lib/args.mjs";
import { Report } from "../lib/report.mjs";
import { Recorder, toWav } from "../lib/sound.mjs";
import { startWorld } from "../lib/world.mjs";
import { desk } from "./desk.mjs";
import { firstRun } from "./first-run.mjs";
import { leads } from "./leads.mjs";
import { learned } from "./learned.mjs";
import { monitor } from "./monitor.mjs";
import { pages } from "./pages.mjs";
import { Scan } from "./scan.mjs";

const PARTS = { "first-run": firstRun, desk, learned, monitor, pages, leads };
const BEFORE = { learned: "desk" };
const root = new URL("../../../", import.meta.url).pathname;
const { out, only } = args({ out: join(root, "out/e2e/browser"), only: "" });
if (only && !(only in PARTS)) throw new Error(`--only takes ${Object.keys(PARTS).join(", ")}; not ${only}`);
const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"].find((path) => path && existsSync(path));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const report = new Report(out, "Chromium");
const world = await startWorld({ out });
/** What the parts share: `page` is the one that a step's picture shows. */
const stage = { report, world, out, scan: new Scan(out), page: null, against: [] };
report.camera = () => (stage.page ? stage.page.screenshot() : Promise.reject(new Error("no page yet")));

try {
  if (!browserPath) throw new Error("no Chromium: apt-get install chromium, or set CHROMIUM to its path");
  stage.browser = await chromium.launch({
    executablePath: browserPath,
    // The virtual microphone and speaker are real devices to the browser; only its own question is answered for it.
    args: ["--use-fake-ui-for-media-stream", "--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
    ignoreDefaultArgs: ["--mute-audio"],
  });
  stage.ear = await Recorder.start("vspk.monitor");
  for (const [name, part] of Object.entries(PARTS)) if (!only || only === name || BEFORE[only] === name) await part(stage);
  await report.step("Nothing was against the content policy", () => {
    if (stage.against.length > 0) throw new Error(stage.against.join("; "));
    return Promise.resolve({ violations: 0 });
  });
} catch (error) {
  if (report.failed === 0) await report.step("The run itself", () => Promise.reject(error), { goOn: true });
} finally {
  await stage.browser?.close();
  stage.ear?.stop();
  stage.supervisorEar?.stop();
  if (stage.ear) writeFileSync(join(out, "agents-ear.wav"), toWav(stage.ear.since()));
  if (stage.supervisorEar) writeFileSync(join(out, "supervisors-ear.wav"), toWav(stage.supervisorEar.since()));
  await world.stop();
  report.close();
}
