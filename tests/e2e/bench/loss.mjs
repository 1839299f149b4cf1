// Speech quality of a live call while packets are lost: two phones through the bridge, beside two Chromium browsers over a link
// with the same trace. Scored is the second playing in each weather; the first lets both adapt.
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

/** Goes through all weathers in one call; gives PESQ and kbit/s of sound with headers for each. */
async function heardIn(call, { out, who, spoken }) {
  const [heard, rates] = [[], []];
  try {
    for (const [at, { weather }] of CHOSEN.map((n) => [n, WEATHERS[n]])) {
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

export async function loss({ out, programs }) {
  const second = await secondHeadset();
  const spoken = speech(out);
  const through = async (bad) => heardIn(await WhisperedCall.open({ out, programs, second, bad }), { out, who: bad, spoken });
  const mine = { listener: await through("listener"), talker: await through("talker") };
  const theirs = await heardIn(await ChromiumCall.open({ near: second, far: FIRST, onLink: true }), { out, who: "chromium", spoken });
  const rounded = (all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, Math.round(value * 100) / 100]));
  return CHOSEN.flatMap((chosen, n) => {
    const { name, goal, aim } = WEATHERS[chosen];
    return ["listener", "talker"].map((bad) => ({
      name: `PESQ wide-band, ${name}, ${bad === "listener" ? "towards the listener" : "from the talker"}`,
      unit: "", ours: mine[bad][n].pesq, beside: theirs[n].pesq, what: "Chromium to Chromium", goal, aim, more: true,
      of: { ours: rounded(mine[bad][n]), peer: rounded(theirs[n]) },
    }));
  });
}
