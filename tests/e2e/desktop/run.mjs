// The real window, driven as an agent would: sign in, calls with everything that can happen to them, what came out.
// Runs inside scripts/desktop.sh and scripts/virtual-audio.sh; see scripts/e2e.
//   --only conversation|trouble|colleague|leaving|supervision|leads|organise   that part alone
import { mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { args } from "../lib/args.mjs";
import { startRelay } from "../lib/relay-process.mjs";
import { Report } from "../lib/report.mjs";
import { screen } from "../lib/screen.mjs";
import { Recorder, toWav } from "../lib/sound.mjs";
import { built, startWorld } from "../lib/world.mjs";
import { colleague } from "./colleague.mjs";
import { conversation } from "./conversation.mjs";
import { leads } from "./leads.mjs";
import { leaving } from "./leaving.mjs";
import { organise } from "./organise.mjs";
import { signIn } from "./sign-in.mjs";
import { supervision } from "./supervision.mjs";
import { trouble } from "./trouble.mjs";

/** What one agent does in one run of the app, then a supervisor in another, an admin with an agent in a third, and an admin in a fourth. */
const AGENTS_PARTS = { conversation, trouble, colleague, leaving };
const PARTS = { ...AGENTS_PARTS, supervision, leads, organise };
const root = new URL("../../../", import.meta.url).pathname;
const { out, app: binary, only } = args({ out: join(root, "out/e2e/desktop"), app: built("switchboard-desktop"), only: "" });
if (only && !(only in PARTS)) throw new Error(`--only takes ${Object.keys(PARTS).join(", ")}; not ${only}`);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const report = new Report(out, "The real window");
report.camera = screen;
const world = await startWorld({ out });
const relay = await startRelay({ server: world.port, media: world.mediaPort });
const stage = { report, world, relay, out, binary, log: openSync(join(out, "app.log"), "w") };

try {
  stage.speaker = await Recorder.start("vspk.monitor");
  const wanted = Object.keys(PARTS).filter((name) => !only || only === name);
  if (wanted.some((name) => name in AGENTS_PARTS)) await signIn(stage);
  for (const name of wanted) await PARTS[name](stage);
} catch (error) {
  if (report.failed === 0) await report.step("The run itself", () => Promise.reject(error), { goOn: true });
} finally {
  await stage.app?.quit();
  stage.speaker?.stop();
  if (stage.speaker) writeFileSync(join(out, "agents-ear.wav"), toWav(stage.speaker.since()));
  relay.close();
  await world.stop();
  report.close();
}
