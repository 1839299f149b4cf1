// The whole main job in the app with its built-in server and simulator, as a user sees it: from the first window to the
// lead that knows what was said. Leaves everything about the call in the folder of --out.
import { spawn } from "node:child_process";
import { openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Desk } from "../desktop/desk.mjs";
import { Api } from "../lib/api.mjs";
import { args } from "../lib/args.mjs";
import { anotherBus } from "../lib/bus.mjs";
import { turn, WHOLE, WHOLE_FROM_MICROPHONE } from "../lib/conversation.mjs";
import { id, idOf } from "../lib/ids.mjs";
import { Report } from "../lib/report.mjs";
import { focused, screen, sh } from "../lib/screen.mjs";
import { arrived, fromWav, level, Recorder, spokenLine } from "../lib/sound.mjs";
import { until } from "../lib/wait.mjs";
import { built } from "../lib/world.mjs";
import { openApp } from "../lib/webdriver.mjs";

const { out, app: binary } = args({ out: "out/demo", app: built("switchboard-desktop") });
const report = new Report(out, "The main job in the demo");
const data = join(out, "data");
rmSync(data, { recursive: true, force: true });
report.camera = screen;

const keep = (name, value) => writeFileSync(join(out, name), typeof value === "string" || Buffer.isBuffer(value) ? value : `${JSON.stringify(value, null, 2)}\n`);
let [app, supervisor, bus, speaker, ringer, other] = [];

/** A request of the signed-in agent. */
async function ask(method, path, body = null) {
  const answer = await app.invoke("api_request", { method, path, body, idempotencyKey: null });
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

try {
  speaker = await Recorder.start("vspk.monitor");
  ringer = await Recorder.start("ringer.monitor");
  const began = Date.now();

  await report.step("The window opens, signed in as the demo agent", async () => {
    app = await openApp({ binary, args: ["--demo"], port: 4460, log: openSync(join(out, "app.log"), "w"), env: { SWITCHBOARD_DATA_DIR: data } });
    await app.seen(id("status-menu"), /\S/, 60_000);
    report.figure("start to signed-in window, ms", Date.now() - began);
    // Customers call by themselves whenever the agent is free; the supervisor is to be there first.
    await new Desk(app).inState("available", 30_000);
    await ask("PUT", "/agents/me/state", { kind: "break", reason: "Training" });
  });
  const desk = new Desk(app);
  const { server_url: serverUrl } = await app.invoke("session_state");
  const accounts = JSON.parse(readFileSync(join(data, "demo/demo-accounts.json"), "utf8"));

  let monitor;
  await report.step("The supervisor opens a window of their own", async () => {
    bus = await anotherBus();
    supervisor = await openApp({
      binary, args: ["--server", serverUrl], port: 4470, log: openSync(join(out, "supervisor.log"), "w"),
      env: { SWITCHBOARD_DATA_DIR: join(out, "supervisor-data"), ...bus.env },
    });
    monitor = new Desk(supervisor);
    await monitor.signIn(accounts.supervisor.email, accounts.supervisor.password);
    await supervisor.click(id("nav-monitor"));
    await supervisor.seen(id("monitor-row"), /\S/);
    keep("supervisor-window.png", await supervisor.picture());
  }, { goOn: true });

  await report.step("1-3 A virtual customer calls through the simulated Twilio; the window pops and it rings", async () => {
    await app.invoke("phone_choose_device", { kind: "ringer", id: "alsa:ringer" });
    other = spawn("xmessage", ["-geometry", "600x300+20+20", "another program"], { stdio: "ignore" });
    await until("the other program has the keyboard", 5_000, async () => (await focused()) === "xmessage");
    await desk.watchRing();
    await desk.goAvailable();
    await desk.rings();
    const { offer } = await app.invoke("snapshot");
    report.ids.call_id = offer.call_id;
    report.ids.lead_id = offer.lead?.lead.id ?? null;
    report.figure("offer to painted ring card, ms", (await desk.paintedAt()) - offer.offered_at_ms, 300);
    await until("the notification", 5_000, async () => (await sh("dunstctl", "count", "displayed")) === "1");
    await until("the ring tone on the ringer", 5_000, () => level(ringer.since()) > -60 || { notYet: level(ringer.since()) }, 200);
    return { caller: offer.lead ? "known" : "not known", why: offer.why, came_by: offer.came_by };
  });

  await report.step("4 The agent answers; both hear each other", async () => {
    const at = Date.now();
    await app.click(id("answer"));
    await desk.inCall();
    report.figure("click on Answer to call on the screen, ms", Date.now() - at);
    other.kill();
    const heard = await turn(speaker, "asha", 1);
    report.figure("customer's line in the agent's ear, share", heard.share, WHOLE);
    return heard;
  });

  await report.step("4 The screen shows timer, recording and sound of both sides", async () => {
    await app.seen(id("recording-state"), /record/i);
    await app.seen(id("sound-customer"), /\d\.\d/);
    await app.seen(id("sound-agent"), /\d\.\d/);
  }, { goOn: true });

  await report.step("5 The supervisor listens and whispers", async () => {
    await supervisor.click(`${id("monitor-row")}[data-state="on_call"] button`);
    await supervisor.click(id("monitor-mode-listen"));
    await supervisor.seen(id("monitor-words"), /You hear both/);
    const picture = await supervisor.picture();
    keep("monitor-window.png", picture);
    await supervisor.click(id("monitor-mode-whisper"));
    await supervisor.seen(id("monitor-words"), /Only .* hears you/);
    await supervisor.click(id("monitor-mode-off"));
  }, { goOn: true });
  await supervisor?.quit();
  supervisor = null;

  await report.step("4 The conversation to its end, with a hold in between", async () => {
    await turn(speaker, "asha", 2);
    await desk.control("hold");
    await desk.isOn("hold");
    await desk.control("hold");
    await desk.isOff("hold");
    const turns = [];
    for (const n of [3, 4, 5, 6]) turns.push(await turn(speaker, "asha", n));
    return { shares: turns.map(({ share }) => share) };
  });

  await report.step("6 Wrap-up: outcome, notes, what will follow, saved", async () => {
    await desk.wrapUp();
    keep("wrap-up-window.png", await app.picture());
    await desk.dispose({ code: "interested", sub: "wants_visit", notes: "Visit on Saturday at eleven." });
    // Otherwise the next customer rings while this call is looked at.
    await ask("PUT", "/agents/me/state", { kind: "break", reason: "Reading" });
  });

  const ended = Date.now();
  await report.step("7 The recording is stored, read back and plays", async () => {
    const receipt = await until("the receipt says stored", 60_000, async () => {
      const now = await ask("GET", `/recordings/${report.ids.call_id}/receipt`);
      return now.state.kind === "stored" ? now : { notYet: now.state.kind };
    }, 500);
    keep("receipt.json", receipt);
    const supervisorApi = new Api(serverUrl.replace(/\/$/, ""));
    await supervisorApi.signIn(accounts.supervisor.email, accounts.supervisor.password);
    const ogg = await supervisorApi.get(`/recordings/${report.ids.call_id}/url?format=ogg`);
    keep("recording.ogg", await supervisorApi.bytes(ogg.url));
    const wav = await supervisorApi.bytes((await supervisorApi.get(`/recordings/${report.ids.call_id}/url?format=wav`)).url);
    const [customer, agent] = fromWav(wav);
    const found = { customer: arrived(spokenLine("asha-3"), customer), agent: arrived(spokenLine("agent-asha-3"), agent) };
    report.figure("customer's line in the left channel, share", found.customer.share, WHOLE);
    report.figure("agent's line in the right channel, share", found.agent.share, WHOLE_FROM_MICROPHONE);
    if (found.customer.share < WHOLE || found.agent.share < WHOLE_FROM_MICROPHONE) throw new Error(JSON.stringify(found));
    return { expected_bytes: receipt.expected_bytes, stored_bytes: receipt.stored_bytes, sha256: receipt.sha256 };
  });

  await report.step("8 The call is transcribed and analysed; the lead knows it", async () => {
    const intelligence = await until("the analysis", 90_000, async () => {
      const now = await ask("GET", `/calls/${report.ids.call_id}/intelligence`);
      return now.analysis ? now : { notYet: JSON.stringify(now.status) };
    }, 1_000);
    report.figure("hang-up to analysis, s", Math.round((Date.now() - ended) / 1000), 60);
    keep("transcript.json", intelligence.transcript);
    keep("analysis.json", intelligence.analysis);
    await app.click(id("nav-calls"));
    await app.click(`${id("history-row")}[data-call="${report.ids.call_id}"] a`);
    await app.seen(id("summary"), /\w+ \w+/, 30_000);
    await app.seen(id("sentiment"), /\S/);
    return { fields: await app.count(idOf("field-")), changed_on_the_lead: await app.count(id("change-row")) };
  });

  await report.step("9 History and detail show it all", async () => {
    const detail = await ask("GET", `/calls/${report.ids.call_id}`);
    keep("call.json", detail);
    keep("timeline.json", detail.events);
    await app.seen(id("timeline"), /\S/);
    await app.seen(id("why"), /\S/);
    await app.seen(id("waveform"), /\S/);
    const mark = speaker.mark();
    await app.click(id("play"));
    await until("the recording in the speaker", 10_000, () => level(speaker.since(mark)) > -55 || { notYet: level(speaker.since(mark)) }, 300);
  });
} catch (error) {
  if (report.failed === 0) await report.step("The run itself", () => Promise.reject(error), { goOn: true });
} finally {
  other?.kill();
  await supervisor?.quit();
  bus?.close();
  await app?.quit();
  speaker?.stop();
  ringer?.stop();
  report.close();
}
