// Mouth to ear over a link with 20 ms each way and 15 ms of jitter: two phones through the bridge, beside two Chromium
// browsers, each with one such link in the way.
import { say } from "../lib/sound.mjs";
import { sleep } from "../lib/wait.mjs";
import { ChromiumCall } from "./chromium.mjs";
import { mouthToEar, secondHeadset } from "./ear.mjs";
import { WhisperedCall } from "./headless.mjs";

const CHIRPS = 15;
const FAR = { delay: 20, jitter: 15 };
/** Jitter buffers take the measure of the path. */
const SETTLE = 12_000;
const FIRST = { PULSE_SINK: "vspk", PULSE_SOURCE: "vmic_src" };

/** `played`: all sound so far, and how much of it was made up, in any unit. */
async function over(call, what, played) {
  try {
    await call.weather(FAR);
    await sleep(SETTLE);
    const before = await played();
    const result = await mouthToEar({ mouth: "vmic2", ear: "vspk", count: CHIRPS, say });
    const after = await played();
    if (result.heard < CHIRPS * 0.6) throw new Error(`${what}: ${result.heard} of ${result.sent} chirps were heard: ${JSON.stringify(result)}`);
    return { ...result, concealed: (100 * (after.concealed - before.concealed)) / (after.all - before.all) };
  } finally {
    await call.close();
  }
}

export async function far({ out, programs }) {
  const second = await secondHeadset();
  const phones = async (bad) => {
    const call = await WhisperedCall.open({ out, programs, second, bad });
    return over(call, `the ${bad}'s link`, () => ({ concealed: call.listener.figures.concealed, all: call.listener.figures.packets_in + call.listener.figures.concealed }));
  };
  const [listener, talker] = [await phones("listener"), await phones("talker")];
  const browsers = await ChromiumCall.open({ near: second, far: FIRST, onLink: true });
  const theirs = await over(browsers, "Chromium", async () => browsers.figures());
  const delay = (mine) => ({ unit: "ms", ours: mine.median, beside: theirs.median, what: "Chromium to Chromium", of: { ours: mine.delays, peer: theirs.delays } });
  const conceal = (mine) => ({ unit: "%", ours: mine.concealed, beside: theirs.concealed, what: "Chromium to Chromium" });
  const goals = { goal: { times: 0.75 }, aim: { times: 0.6 } };
  return [
    { name: "mouth to ear, 20 ms and 15 ms jitter towards the listener", ...delay(listener), ...goals },
    { name: "concealed at the listener meanwhile", ...conceal(listener), goal: 1 },
    { name: "mouth to ear, 20 ms and 15 ms jitter from the talker", ...delay(talker), ...goals },
    { name: "concealed at the listener meanwhile, the bridge's own not counted", ...conceal(talker) },
  ];
}
