// Mouth to ear: a supervisor whispers to an agent, phone -> bridge -> phone, beside two Chromium browsers in one run. While
// the customer is heard too the bridge mixes; while the customer is held two apps are alone and it passes their packets on.
import { say } from "../lib/sound.mjs";
import { id } from "../lib/ids.mjs";
import { sleep } from "../lib/wait.mjs";
import { ChromiumCall } from "./chromium.mjs";
import { cpuOfTree, pssOfTree } from "./cost.mjs";
import { mouthToEar, secondHeadset } from "./ear.mjs";
import { Office, over, ringing } from "./office.mjs";

const CHIRPS = 15;
/** Jitter buffers come down to what the path needs. */
const SETTLE = 6_000;
const FIRST = { PULSE_SINK: "vspk", PULSE_SOURCE: "vmic_src" };

async function measured(what) {
  const result = await mouthToEar({ mouth: "vmic2", ear: "vspk", count: CHIRPS, say });
  if (result.heard < CHIRPS * 0.6) throw new Error(`${what}: ${result.heard} of ${result.sent} chirps were heard: ${JSON.stringify(result)}`);
  return result;
}

async function ours(place, second) {
  const office = await Office.open(place);
  try {
    const desk = await office.agent();
    const supervisor = await office.desk("supervisor", office.world.supervisor, { port: 4490, env: second, elsewhere: true });
    const call = await ringing(office, desk, "silent");
    await desk.app.click(id("answer"));
    await desk.inCall();
    const answer = await supervisor.app.invoke("api_request", {
      method: "PUT", path: `/calls/${call.offer.call_id}/monitor`, body: { mode: "whisper", media_session_id: null }, idempotencyKey: null,
    });
    if (answer.status >= 400) throw new Error(`whisper: ${JSON.stringify(answer.body)}`);
    await sleep(SETTLE);
    const mixed = await measured("whisper");
    await desk.control("hold");
    await sleep(SETTLE);
    const passedOn = await measured("whisper while the customer is held");
    await over(office, desk, call);
    return { mixed, passedOn };
  } finally {
    await office.close();
  }
}

async function peers(second) {
  const call = await ChromiumCall.open({ near: second, far: FIRST });
  try {
    await sleep(SETTLE);
    const [cpu, at] = [cpuOfTree(call.far.pid), performance.now()];
    const result = await measured("Chromium");
    const minutes = (performance.now() - at) / 60_000;
    return { ...result, cpu: (cpuOfTree(call.far.pid) - cpu) / minutes, pss: pssOfTree(call.far.pid) };
  } finally {
    await call.close();
  }
}

export async function delay(place) {
  const second = await secondHeadset();
  const { mixed, passedOn } = await ours(place, second);
  const theirs = await peers(second);
  const beside = { unit: "ms", beside: theirs.median, what: "Chromium to Chromium", goal: { times: 0.75 }, aim: { times: 0.45 } };
  return [
    { ...beside, name: "mouth to ear, two phones, the bridge passes packets on", ours: passedOn.median, of: { ours: passedOn.delays, peer: theirs.delays } },
    { ...beside, name: "mouth to ear, phone - bridge with mixing - phone", ours: mixed.median, of: { ours: mixed.delays, peer: theirs.delays } },
  ];
}

/** What one Chromium costs in a call, for comparison. */
export async function peerCost() {
  const { cpu, pss } = await peers(await secondHeadset());
  return { cpu, pss };
}
