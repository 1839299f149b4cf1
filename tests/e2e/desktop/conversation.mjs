// The first call: a whole conversation, and what came out of it.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { turn, WHOLE, WHOLE_FROM_MICROPHONE } from "../lib/conversation.mjs";
import { id, idOf } from "../lib/ids.mjs";
import { focused, sh } from "../lib/screen.mjs";
import { arrived, fromWav, level, Recorder, spokenLine } from "../lib/sound.mjs";
import { until } from "../lib/wait.mjs";
import { heardByCustomer } from "./customer.mjs";

const LINES = [1, 2, 3, 4, 5, 6];
const AGENT_LINES = LINES.map((n) => `agent-asha-${n}`);
const CUSTOMER_LINES = LINES.map((n) => `asha-${n}`);
/** Pieces at the limit of what counts as found may fall on either side of it in one of the two. */
const RECORDED_AS_HEARD = 0.15;

export async function conversation(stage) {
  const { report, world, app, desk, speaker, out } = stage;
  let [firstCall, other, ringer, heard] = [];
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
    ringer.stop();
  });

  await report.step("Both hear each other", async () => {
    const first = await turn(speaker, "asha", 1);
    report.figure("customer's line in the agent's ear, share", first.share, WHOLE);
    report.figure("customer's line in the agent's ear, likeness", first.likeness);
    // The customer goes on only when it has heard the agent end a sentence.
    await turn(speaker, "asha", 2);
    return first;
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
    ({ found: heard } = await heardByCustomer(world, firstCall, ["agent-asha-1", "agent-asha-4"], AGENT_LINES));
    report.figure("agent's line in the customer's ear, share", heard["agent-asha-1"].share, WHOLE_FROM_MICROPHONE);
    report.figure("agent's line in the customer's ear, likeness", heard["agent-asha-1"].likeness);
    return heard;
  });

  await report.step("The summary can be read a minute later", async () => {
    await app.click(id("nav-calls"));
    await app.click(`${id("history-row")}[data-call="${report.ids.first_call}"] a`);
    await app.seen(id("summary"), /\w+ \w+/, 90_000);
    await app.seen(id("recording-badge"), /Stored/i, 30_000);
    return { summary: await app.text(id("summary")), fields: await app.count(idOf("field-")) };
  });

  await report.step("The recording holds both voices whole", async () => {
    const { url } = await world.api.get(`/recordings/${report.ids.first_call}/url?format=wav`);
    const wav = await world.api.bytes(url);
    writeFileSync(join(out, "first-call.wav"), wav);
    const [customer, agent] = fromWav(wav);
    const found = Object.fromEntries(AGENT_LINES.map((line) => [line, arrived(spokenLine(line), agent)]));
    for (const line of CUSTOMER_LINES) found[line] = arrived(spokenLine(line), customer);
    // What reached the customer is in the recording, and all that the customer said.
    const lost = AGENT_LINES.filter((line) => found[line].share < heard[line].share - RECORDED_AS_HEARD)
      .concat(CUSTOMER_LINES.filter((line) => found[line].share < WHOLE));
    if (lost.length > 0) throw new Error(`not in the recording: ${lost.join(", ")}: ${JSON.stringify({ found, heard })}`);
    return found;
  });
}
