// The real window, driven as an agent would: sign in, two calls with everything that can happen to them, what came out.
// Runs inside scripts/desktop.sh and scripts/virtual-audio.sh; see scripts/e2e.
import { execFileSync, spawn } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { args } from "../lib/args.mjs";
import { turn, WHOLE, WHOLE_FROM_MICROPHONE } from "../lib/conversation.mjs";
import { id, idOf } from "../lib/ids.mjs";
import { startRelay } from "../lib/relay-process.mjs";
import { Report } from "../lib/report.mjs";
import { descendants, focused, onScreen, screen, sh } from "../lib/screen.mjs";
import { arrived, chirp, find, fromWav, level, Recorder, say, spokenLine, toWav } from "../lib/sound.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { openApp } from "../lib/webdriver.mjs";
import { built, startWorld } from "../lib/world.mjs";
import { Desk } from "./desk.mjs";

const root = new URL("../../../", import.meta.url).pathname;
const { out, app: binary } = args({ out: join(root, "out/e2e/desktop"), app: built("switchboard-desktop") });
const CHIRP_ALIKE = 0.5;
/** What the simulator's script `chirps` sends once a second. */
const CHIRP = chirp({ from: 400, to: 3000, ms: 250 });

const report = new Report(out, "The real window");
const log = openSync(join(out, "app.log"), "w");
report.camera = screen;

const world = await startWorld({ out });
const relay = await startRelay({ server: world.port, media: world.mediaPort });
let app;
let speaker;
let ringer;
let other;
let [firstCall, secondCall] = [];

/** After something happened to the call: the measuring customer is in the ear, and the agent says a line to look for later. */
async function bothWays(line, within = 15_000) {
  const mark = speaker.mark();
  const found = await until("a chirp of the customer in the agent's ear", within, () => {
    const heard = find(CHIRP, speaker.since(mark).slice(-2 * 8000));
    return heard.match >= CHIRP_ALIKE ? heard : { notYet: JSON.stringify(heard) };
  }, 500);
  await say(spokenLine(line));
  return { likeness: found.match };
}

/** What the customer of an ended call heard of the agent's lines. */
async function heardByCustomer(call, lines) {
  const { heard } = await world.outcome(call);
  const found = Object.fromEntries(lines.map((line) => [line, arrived(spokenLine(line), heard)]));
  if (Object.values(found).some(({ share }) => share < WHOLE_FROM_MICROPHONE)) throw new Error(JSON.stringify(found));
  return found;
}

try {
  speaker = await Recorder.start("vspk.monitor");

  await report.step("The app starts and asks to sign in", async () => {
    app = await openApp({
      binary, log, port: 4444, args: ["--server", relay.url],
      env: { SWITCHBOARD_DATA_DIR: join(out, "app-data") },
    });
    await app.seen(id("sign-in"), /\S/, 60_000);
  });
  const desk = new Desk(app);

  await report.step("Sign in; the refresh token is in the keychain", async () => {
    await desk.signIn(world.agent.email, world.agent.password);
    await desk.goAvailable();
    const session = await app.invoke("session_state");
    if (session.token_kept_in !== "keychain") throw new Error(`kept in ${session.token_kept_in}`);
  });

  await report.step("The page has neither network nor microphone", async () => {
    const blocked = await app.call("POST", "/execute/async", {
      script: `const done = arguments[0]; fetch(${JSON.stringify(relay.url)}).then(() => done(false), () => done(true));`, args: [],
    });
    const microphone = await app.script("return Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia)");
    if (!blocked || microphone) throw new Error(`network blocked: ${blocked}, microphone there: ${microphone}`);
  });

  // --- the first call: a conversation -------------------------------------------------------------------------------
  await report.step("A customer calls; the window pops behind another one without taking its keyboard", async () => {
    other = spawn("xmessage", ["-geometry", "600x300+20+20", "another program"], { stdio: "ignore" });
    await until("the other program has the keyboard", 5_000, async () => (await focused()) === "xmessage");
    await desk.watchRing();
    await app.invoke("phone_choose_device", { kind: "ringer", id: "alsa:ringer" });
    ringer = await Recorder.start("ringer.monitor");
    firstCall = await world.call("asha");
    await desk.rings();
    const snapshot = await app.invoke("snapshot");
    report.ids.first_call = snapshot.offer.call_id;
    const painted = await desk.paintedAt();
    report.figure("offer to painted ring card, ms", painted - snapshot.offer.offered_at_ms, 300);
    if ((await focused()) !== "xmessage") throw new Error(`the keyboard went to ${await focused()}`);
    await until("a notification", 5_000, async () => (await sh("dunstctl", "count", "displayed")) === "1");
    await until("the ring tone", 5_000, () => level(ringer.since(0)) > -60 || { notYet: level(ringer.since(0)) }, 200);
  });

  await report.step("Answer on the notification; the call is up", async () => {
    await sh("dunstctl", "context");
    const at = Date.now();
    await desk.inCall();
    report.figure("answer on the notification to call on the screen, ms", Date.now() - at);
    other.kill();
  });

  await report.step("Both hear each other", async () => {
    const heard = await turn(speaker, "asha", 1);
    report.figure("customer's line in the agent's ear, share", heard.share, WHOLE);
    report.figure("customer's line in the agent's ear, likeness", heard.likeness);
    // The customer goes on only when it has heard the agent end a sentence.
    await turn(speaker, "asha", 2);
    return heard;
  });

  await report.step("The sound of both sides is shown in figures", async () => {
    await app.seen(id("sound-customer"), /\d\.\d/);
    await app.seen(id("sound-agent"), /\d\.\d/);
  }, { goOn: true });

  await report.step("Mute is silence for the customer", async () => {
    await app.press("Control", "Shift", "m");
    await desk.isOn("mute");
    await app.press("Control", "Shift", "m");
    await desk.isOff("mute");
  });

  await report.step("The conversation goes on to its end", async () => {
    for (const n of [3, 4, 5, 6]) await turn(speaker, "asha", n);
  });

  await report.step("The customer hangs up: wrap-up, outcome, notes, saved", async () => {
    await desk.wrapUp();
    await desk.dispose({ code: "interested", sub: "wants_visit", notes: "Visit on Saturday at eleven. Asked for covered parking." });
  });

  await report.step("The customer heard the agent", async () => {
    const found = await heardByCustomer(firstCall, ["agent-asha-1", "agent-asha-4"]);
    report.figure("agent's line in the customer's ear, share", found["agent-asha-1"].share, WHOLE_FROM_MICROPHONE);
    report.figure("agent's line in the customer's ear, likeness", found["agent-asha-1"].likeness);
    return found;
  });

  await report.step("The summary can be read a minute later", async () => {
    await app.click(id("nav-calls"));
    await app.click(`${id("history-row")}[data-call="${report.ids.first_call}"]`);
    await app.seen(id("summary"), /\w+ \w+/, 90_000);
    await app.seen(id("recording-badge"), /Stored/i, 30_000);
    return { summary: await app.text(id("summary")), fields: await app.count(idOf("field-")) };
  });

  await report.step("The recording holds both voices whole", async () => {
    const { url } = await world.api.get(`/recordings/${report.ids.first_call}/url?format=wav`);
    const wav = await world.api.bytes(url);
    writeFileSync(join(out, "first-call.wav"), wav);
    const [customer, agent] = fromWav(wav);
    const found = { customer: arrived(spokenLine("asha-3"), customer), agent: arrived(spokenLine("agent-asha-3"), agent) };
    if (found.customer.share < WHOLE || found.agent.share < WHOLE_FROM_MICROPHONE) throw new Error(JSON.stringify(found));
    return found;
  });

  // --- the second call: what can go wrong --------------------------------------------------------------------------
  await report.step("A second call is answered by the keyboard", async () => {
    await app.click(id("nav-desk"));
    await desk.goAvailable();
    secondCall = await world.call("chirps");
    await desk.rings();
    report.ids.second_call = (await app.invoke("snapshot")).offer.call_id;
    await app.press("Control", "Shift", "a");
    await desk.inCall();
  });

  await report.step("Hold is silence here, and afterwards both hear each other again", async () => {
    await desk.control("hold");
    await desk.isOn("hold");
    await sleep(1_500);
    const mark = speaker.mark();
    await sleep(2_500);
    const held = level(speaker.since(mark));
    if (held > -60) throw new Error(`the agent hears ${held} dBFS on hold`);
    await desk.control("hold");
    await desk.isOff("hold");
    return bothWays("agent-asha-4");
  });

  await report.step("Five seconds without network: the call is kept and comes back by itself", async () => {
    relay.cut();
    await app.seen(id("connection-state"), /reconnect|offline|no connection/i, 10_000);
    await sleep(5_000);
    relay.mend();
    const at = Date.now();
    const facts = await bothWays("agent-asha-5", 30_000);
    report.figure("network back to sound back and a line said, ms", Date.now() - at);
    await desk.inCall();
    return facts;
  });

  await report.step("The page's process is killed: the call goes on and the page comes back", async () => {
    const page = descendants(app.app.pid).find((process) => process.name.startsWith("WebKitWebProc"));
    const at = Date.now();
    const mark = speaker.mark();
    process.kill(page.pid, "SIGKILL");
    await app.attach();
    await desk.inCall(30_000);
    report.figure("page killed to call on the screen again, ms", Date.now() - at);
    const away = find(CHIRP, speaker.since(mark));
    if (away.match < CHIRP_ALIKE) throw new Error(`no sound while the page was away: ${JSON.stringify(away)}`);
  });

  await report.step("The mini window stands in while the main one is minimised", async () => {
    const [main] = await onScreen("^Switchboard$");
    await sh("xdotool", "windowminimize", main);
    await until("the mini window", 5_000, async () => (await onScreen("Switchboard call")).length === 1);
    await sh("xdotool", "windowactivate", main);
    await until("the mini window is gone", 5_000, async () => (await onScreen("Switchboard call")).length === 0);
  });

  await report.step("Transfer to an outside number ends the agent's part", async () => {
    await desk.control("transfer");
    await app.click(id("transfer-kind-number"));
    await app.fill(id("transfer-number"), world.outsideNumber);
    await app.click(id("transfer-submit"));
    await desk.wrapUp();
    await desk.dispose({ code: "busy" });
  });

  await report.step("The customer got the agent's words after the hold and after the cut", async () => {
    world.hangUp(secondCall);
    return heardByCustomer(secondCall, ["agent-asha-4", "agent-asha-5"]);
  });

  await report.step("A third call is hung up by the agent", async () => {
    await world.call("not_interested");
    await desk.rings();
    await app.click(id("answer"));
    await desk.inCall();
    await desk.control("hang-up");
    await desk.wrapUp();
    await desk.dispose({ code: "no_answer" });
  });

  await report.step("Closing the window keeps the phone; quitting ends it", async () => {
    await sh("wmctrl", "-c", "Switchboard");
    await until("the window is away", 5_000, async () => (await onScreen("^Switchboard$")).length === 0);
    if (app.app.exitCode !== null) throw new Error("the app ended with its window");
    const code = await app.quit();
    app = null;
    if (code !== 0) throw new Error(`the app ended with ${code}`);
  });
} catch (error) {
  if (report.failed === 0) await report.step("The run itself", () => Promise.reject(error), { goOn: true });
} finally {
  other?.kill();
  await app?.quit();
  speaker?.stop();
  if (speaker) writeFileSync(join(out, "agents-ear.wav"), toWav(speaker.since()));
  ringer?.stop();
  relay.close();
  await world.stop();
  report.close();
}
