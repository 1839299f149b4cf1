// Mouth to ear over a link with 20 ms each way and 15 ms of jitter: two phones through the bridge, beside two Chromium
// browsers, each with one such link in the way. While the customer is held the two are alone and the bridge passes their packets
// on; otherwise it mixes.
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
async function heard(what, played) {
  await sleep(SETTLE);
  const before = await played();
  const result = await mouthToEar({ mouth: "vmic2", ear: "vspk", count: CHIRPS, say });
  const after = await played();
  if (result.heard < CHIRPS * 0.6) throw new Error(`${what}: ${result.heard} of ${result.sent} chirps were heard: ${JSON.stringify(result)}`);
  return { ...result, concealed: (100 * (after.concealed - before.concealed)) / (after.all - before.all) };
}

export async function far({ out, programs }) {
  const second = await secondHeadset();
  const phones = async (bad) => {
    const call = await WhisperedCall.open({ out, programs, second, bad });
    const played = () => ({ concealed: call.listener.figures.concealed, all: call.listener.figures.packets_in + call.listener.figures.concealed });
    try {
      await call.weather(FAR);
      const mixed = await heard(`the ${bad}'s link, mixed`, played);
      await call.hold();
      return { mixed, passedOn: await heard(`the ${bad}'s link, passed on`, played) };
    } finally {
      await call.close();
    }
  };
  const [listener, talker] = [await phones("listener"), await phones("talker")];
  const browsers = await ChromiumCall.open({ near: second, far: FIRST, onLink: true });
  const theirs = await browsers.weather(FAR).then(() => heard("Chromium", () => browsers.figures())).finally(() => browsers.close());
  const delay = (mine) => ({ unit: "ms", ours: mine.median, beside: theirs.median, what: "Chromium to Chromium", of: { ours: mine.delays, peer: theirs.delays } });
  const conceal = (mine) => ({ unit: "%", ours: mine.concealed, beside: theirs.concealed, what: "Chromium to Chromium" });
  const goals = { goal: { times: 0.75 }, aim: { times: 0.6 } };
  const row = (way, where, mine) => [
    { name: `mouth to ear, 20 ms and 15 ms jitter ${where}, the bridge ${way}`, ...delay(mine), ...goals },
    { name: `concealed meanwhile ${where}, the bridge ${way}`, ...conceal(mine), goal: 1 },
  ];
  // On the talker's link the bridge makes up what it mixes, which the listener cannot count.
  return [
    ...row("passes packets on", "towards the listener", listener.passedOn),
    ...row("passes packets on", "from the talker", talker.passedOn),
    ...row("mixes", "towards the listener", listener.mixed),
    ...row("mixes", "from the talker", talker.mixed).slice(0, 1),
  ];
}
