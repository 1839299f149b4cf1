// What a call costs: CPU seconds for each minute of talk, and memory.
import { id } from "../lib/ids.mjs";
import { say, spokenLine } from "../lib/sound.mjs";
import { sleep } from "../lib/wait.mjs";
import { cpuOf, cpuOfThreads, cpuOfTree, pssByName, pssOfTree } from "./cost.mjs";
import { peerCost } from "./delay.mjs";
import { Office, over, ringing } from "./office.mjs";

const TALK = 40_000;
const IDLE = 15_000;

async function during(span, probes, work = () => sleep(span)) {
  const [before, at] = [probes.map((probe) => probe()), performance.now()];
  await work();
  const minutes = (performance.now() - at) / 60_000;
  return probes.map((probe, n) => (probe() - before[n]) / minutes);
}

/** The agent talks half of the time, as people do. */
async function talk() {
  const end = Date.now() + TALK;
  for (let n = 1; Date.now() < end; n = (n % 6) + 1) {
    const line = spokenLine(`agent-asha-${n}`);
    await say(line);
    await sleep((line.length / 8000) * 1000);
  }
}

export async function cost(place) {
  const office = await Office.open(place);
  try {
    const desk = await office.agent();
    const [app, server] = [desk.app.app.pid, office.world.child.pid];
    await sleep(5_000);
    const [appIdle, serverIdle] = await during(IDLE, [() => cpuOfTree(app), () => cpuOf(server)]);
    const call = await ringing(office, desk, "chirps");
    await desk.app.click(id("answer"));
    await desk.inCall();
    await sleep(3_000);
    const [whole, phone, whole2, audio] = await during(
      TALK, [() => cpuOfTree(app), () => cpuOf(app), () => cpuOf(server), () => cpuOfThreads(server, "bridge-audio")], talk,
    );
    const memory = { app: pssOfTree(app), parts: pssByName(app), server: pssOfTree(server) };
    await over(office, desk, call);
    const peer = await peerCost();
    const perMinute = "CPU s/min";
    return [
      { name: "app in a call, window and phone", unit: perMinute, ours: whole, beside: peer.cpu, what: "Chromium in a call" },
      { name: "app in a call, phone process alone", unit: perMinute, ours: phone },
      { name: "app idle, signed in", unit: perMinute, ours: appIdle },
      { name: "server with one call, simulated carrier in the same process", unit: perMinute, ours: whole2 },
      { name: "server, audio thread with one call", unit: perMinute, ours: audio },
      { name: "server idle", unit: perMinute, ours: serverIdle },
      { name: "app memory in a call with its page (PSS)", unit: "MiB", ours: memory.app, beside: peer.pss, what: "Chromium in a call", goal: 150, of: memory.parts },
      { name: "server memory (PSS)", unit: "MiB", ours: memory.server },
    ];
  } finally {
    await office.close();
  }
}
