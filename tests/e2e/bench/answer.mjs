// From the click on Answer to sound in both ears. Each way has calls of its own: while both talk at once, an echo
// canceller that has just begun holds the microphone back, as it should.
import { id } from "../lib/ids.mjs";
import { find, level, RATE, say, spokenLine } from "../lib/sound.mjs";
import { sleep } from "../lib/wait.mjs";
import { TimedEar } from "./ear.mjs";
import { median } from "./figures.mjs";
import { Office, over, ringing } from "./office.mjs";

const CALLS = 3;
const STEP = RATE / 100;
const PIECE_MS = 200;
/** Longest way from the microphone to the customer that is looked for. */
const LONGEST_MS = 600;
const ALIKE = 0.6;

/** Six seconds of an agent who does not draw breath. */
function withoutPauses() {
  const lines = [1, 2, 3].map((n) => spokenLine(`agent-asha-${n}`));
  const frames = lines.flatMap((line) => Array.from({ length: Math.floor(line.length / (2 * STEP)) }, (_, n) => line.subarray(n * 2 * STEP, (n + 1) * 2 * STEP)));
  return Float32Array.from(frames.filter((frame) => level(frame) > -38).flatMap((frame) => [...frame])).subarray(0, 6 * RATE);
}

/** First instant, in milliseconds from the beginning, from which there is sound for 30 ms. */
function soundFrom(samples, dbfs) {
  for (let at = 0; at + 3 * STEP <= samples.length; at += STEP / 2) {
    const loud = [0, 1, 2].every((n) => level(samples.subarray(at + n * STEP, at + (n + 1) * STEP)) > dbfs);
    if (loud) return (at / RATE) * 1000;
  }
  return NaN;
}

/**
 * When the first piece of `said` is in `heard`, in milliseconds; both begin at the same moment. Up to half of a piece may
 * be missing and it is still found, so its middle counts.
 */
function speechFrom(said, heard) {
  const samples = (ms) => Math.round((ms * RATE) / 1000);
  for (let at = 0; samples(at + PIECE_MS + LONGEST_MS) <= heard.length; at += PIECE_MS / 4) {
    const piece = said.subarray(samples(at), samples(at + PIECE_MS));
    if (level(piece) < -38) continue;
    const found = find(piece, heard.subarray(samples(at), samples(at + PIECE_MS + LONGEST_MS)));
    if (found.match >= ALIKE) return at + found.at_ms + PIECE_MS / 2;
  }
  return NaN;
}

/** Answers the call that rings; gives the time of day of the click. */
async function click({ app }) {
  await app.script(`document.addEventListener("click", () => { window.clickedAt = Date.now(); }, { capture: true, once: true });`);
  await app.click(id("answer"));
  return { at: await app.script("return window.clickedAt") };
}

async function after(office, desk, call) {
  const outcome = await over(office, desk, call);
  await desk.wrapUp();
  await desk.dispose({ code: "busy" });
  await desk.goAvailable();
  return outcome;
}

async function toTheAgent(office, desk) {
  const ear = await TimedEar.start("vspk.monitor");
  try {
    const call = await ringing(office, desk, "steady");
    const { at } = await click(desk);
    await desk.inCall();
    await sleep(2_500);
    const delay = soundFrom(ear.between(at, at + 2_500), -45);
    await after(office, desk, call);
    return delay;
  } finally {
    ear.stop();
  }
}

async function toTheCustomer(office, desk) {
  const mouth = await TimedEar.start("vmic.monitor");
  try {
    const call = await ringing(office, desk, "asha");
    const spoken = say(withoutPauses());
    await sleep(1_000);
    const { at } = await click(desk);
    await desk.inCall();
    await spoken;
    const said = mouth.between(at, at + 3_000);
    const { heard } = await after(office, desk, call);
    const from = Math.round(((at - call.atMs) / 1000) * RATE);
    return speechFrom(said, heard.subarray(from, from + 4 * RATE));
  } finally {
    mouth.stop();
  }
}

export async function answer(place) {
  const office = await Office.open(place);
  const [agent, customer] = [[], []];
  try {
    const desk = await office.agent();
    for (let n = 0; n < CALLS; n += 1) {
      agent.push(await toTheAgent(office, desk));
      customer.push(await toTheCustomer(office, desk));
    }
  } finally {
    await office.close();
  }
  if ([...agent, ...customer].some(Number.isNaN)) throw new Error(`no sound was heard: ${JSON.stringify({ agent, customer })}`);
  const both = Math.max(median(agent), median(customer));
  return [
    { name: "click to sound in the agent's ear", unit: "ms", ours: median(agent), of: agent },
    { name: "click to sound in the customer's ear", unit: "ms", ours: median(customer), of: customer },
    { name: "click to sound in both ears", unit: "ms", ours: both, beside: 500, what: "limit", goal: 500 },
  ];
}
