// From the click on Answer to sound in both ears.
import { id } from "../lib/ids.mjs";
import { chirp, level, RATE, say } from "../lib/sound.mjs";
import { sleep } from "../lib/wait.mjs";
import { TimedEar } from "./ear.mjs";
import { median } from "./figures.mjs";
import { Office, over, ringing } from "./office.mjs";

const CALLS = 3;
const STEP = RATE / 100;
const PERIOD_MS = 100;
const WINDOW = RATE / 20;

/** Rising tones without a gap. */
function saw(seconds) {
  const one = chirp({ from: 500, to: 2500, ms: PERIOD_MS });
  return Float32Array.from({ length: seconds * RATE }, (_, at) => 2 * one[at % one.length]);
}

/** First instant, in milliseconds from the beginning, from which there is sound for 30 ms. */
export function soundFrom(samples, dbfs) {
  for (let at = 0; at + 3 * STEP <= samples.length; at += STEP / 2) {
    const loud = [0, 1, 2].every((n) => level(samples.subarray(at + n * STEP, at + (n + 1) * STEP)) > dbfs);
    if (loud) return (at / RATE) * 1000;
  }
  return NaN;
}

/** Most that 50 ms at `at` are alike to the saw in any of its phases, 0 to 1. */
function likeness(heard, at, wanted) {
  const energy = (samples, from) => {
    let sum = 1e-9;
    for (let n = 0; n < WINDOW; n += 1) sum += samples[from + n] ** 2;
    return sum;
  };
  const here = energy(heard, at);
  if (here < 1e-5 * WINDOW) return 0;
  let best = 0;
  for (let phase = 0; phase < (PERIOD_MS * RATE) / 1000; phase += 1) {
    let sum = 0;
    for (let n = 0; n < WINDOW; n += 1) sum += heard[at + n] * wanted[phase + n];
    best = Math.max(best, Math.abs(sum) / Math.sqrt(here * energy(wanted, phase)));
  }
  return best;
}

/** First instant, in milliseconds from the beginning, from which the saw is heard for 70 ms. */
export function sawFrom(heard) {
  const wanted = saw(1);
  for (let at = 0; at + WINDOW + 2 * STEP <= heard.length; at += STEP) {
    if ([0, 1, 2].every((n) => likeness(heard, at + n * STEP, wanted) > 0.7)) return (at / RATE) * 1000;
  }
  return NaN;
}

async function once(office, desk) {
  const { app } = desk;
  const ear = await TimedEar.start("vspk.monitor");
  try {
    const call = await ringing(office, desk, "steady");
    const spoken = say(saw(6));
    await sleep(1_000);
    await app.script(`document.addEventListener("click", () => { window.clickedAt = Date.now(); }, { capture: true, once: true });`);
    await app.click(id("answer"));
    await desk.inCall();
    const clicked = await app.script("return window.clickedAt");
    await spoken;
    const inAgentsEar = soundFrom(ear.between(clicked, clicked + 3_000), -45);
    const { heard } = await over(office, desk, call);
    const from = Math.round(((clicked - call.atMs) / 1000) * RATE);
    const inCustomersEar = sawFrom(heard.subarray(from, from + 3 * RATE));
    await desk.wrapUp();
    await desk.dispose({ code: "busy" });
    return { inAgentsEar, inCustomersEar };
  } finally {
    ear.stop();
  }
}

export async function answer(place) {
  const office = await Office.open(place);
  const all = [];
  try {
    const desk = await office.agent();
    for (let n = 0; n < CALLS; n += 1) {
      const one = await once(office, desk);
      if (Number.isNaN(one.inAgentsEar) || Number.isNaN(one.inCustomersEar)) throw new Error(`no sound was heard: ${JSON.stringify(one)}`);
      all.push(one);
      await desk.goAvailable();
    }
  } finally {
    await office.close();
  }
  const both = all.map((one) => Math.max(one.inAgentsEar, one.inCustomersEar));
  return [
    { name: "click to sound in the agent's ear", unit: "ms", ours: median(all.map((one) => one.inAgentsEar)) },
    { name: "click to sound in the customer's ear", unit: "ms", ours: median(all.map((one) => one.inCustomersEar)) },
    { name: "click to sound in both ears", unit: "ms", ours: median(both), beside: 500, what: "limit", goal: 500, of: both },
  ];
}
