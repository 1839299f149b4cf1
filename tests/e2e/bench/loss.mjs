// Speech quality of a live call while packets are lost: two phones through the bridge, beside two Chromium browsers over a link
// with the same trace. Scored is the second playing in each weather; the first lets both adapt. What is done to a microphone's
// sound is off on both sides, as it costs clean speech more than the loss; beside it is what it costs on a path that loses nothing.
import { join } from "node:path";
import { sleep } from "../lib/wait.mjs";
import { ChromiumCall } from "./chromium.mjs";
import { secondHeadset } from "./ear.mjs";
import { WhisperedCall } from "./headless.mjs";
import { scores } from "./scores.mjs";
import { play, record, speech } from "./speech.mjs";

const WEATHERS = [
  { name: "no loss", weather: {}, goal: 3.8, aim: 4 },
  { name: "10 % loss", weather: { loss: 0.1 }, goal: 3.1, aim: 3.6 },
  { name: "20 % loss", weather: { loss: 0.2 }, goal: 2.7, aim: 3.4 },
  { name: "30 % loss", weather: { loss: 0.3 }, goal: 2.3, aim: 3.2 },
  { name: "20 % loss in bursts of three", weather: { loss: 0.2, bursty: true }, goal: { plus: 0.5 }, aim: { plus: 1 } },
];
const FIRST = { PULSE_SINK: "vspk", PULSE_SOURCE: "vmic_src" };
/** Which of the weathers, by number from 0, to measure a part in a short time. */
const CHOSEN = (process.env.BENCH_WEATHERS ?? "0,1,2,3,4").split(",").map(Number);

const CLEAN = [0];

/** Goes through these weathers in one call; gives PESQ and kbit/s of sound with headers for each. */
async function heardIn(call, { out, who, spoken, weathers = CHOSEN }) {
  const [heard, rates] = [[], []];
  try {
    for (const [at, { weather }] of weathers.map((n) => [n, WEATHERS[n]])) {
      await call.weather({ ...weather, seed: 11 + at });
      await play(spoken, "vmic2");
      const [began] = [performance.now(), await call.tally()];
      const file = join(out, `heard-${who}-${at}.wav`);
      const stop = await record("vspk.monitor", file);
      await sleep(300);
      await play(spoken, "vmic2");
      await sleep(900);
      await stop();
      const { up, down } = await call.tally();
      const seconds = (performance.now() - began) / 1_000;
      rates.push({ up: (up.bytes * 8) / 1_000 / seconds, down: (down.bytes * 8) / 1_000 / seconds, lost: up.lost / up.packets });
      heard.push(file);
    }
  } finally {
    await call.close();
  }
  return (await scores(spoken, heard)).map((score, n) => ({ ...score, ...rates[n] }));
}

const rounded = (all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, Math.round(value * 100) / 100]));
const figure = (name, ours, theirs, more) => ({
  name: `PESQ wide-band, ${name}`, unit: "", ours: ours.pesq, beside: theirs.pesq, what: "Chromium to Chromium", more: true, ...more,
  of: { ours: rounded(ours), peer: rounded(theirs) },
});

export async function loss({ out, programs }) {
  const second = await secondHeadset();
  const spoken = speech(out);
  const ours = async (bad, raw, how) => heardIn(await WhisperedCall.open({ out, programs, second, bad, raw }), { out, who: raw ? bad : "processed", spoken, ...how });
  const peer = async (raw, how) => heardIn(await ChromiumCall.open({ near: second, far: FIRST, onLink: true, raw }), { out, who: raw ? "chromium" : "chromium-processed", spoken, ...how });
  const mine = { listener: await ours("listener", true), talker: await ours("talker", true) };
  const theirs = await peer(true);
  const [mineAsUsed] = await ours("listener", false, { weathers: CLEAN });
  const [theirsAsUsed] = await peer(false, { weathers: CLEAN });
  const asUsed = figure("no loss, microphones cleaned as they are at first", mineAsUsed, theirsAsUsed, { goal: { times: 1 } });
  return CHOSEN.flatMap((chosen, n) => {
    const { name, goal, aim } = WEATHERS[chosen];
    const ways = [["listener", "towards the listener"], ["talker", "from the talker"]];
    return ways.map(([bad, way]) => figure(`${name}, ${way}`, mine[bad][n], theirs[n], { goal, aim }));
  }).concat(asUsed);
}
