// Mouth to ear beside two softphones of others in the same run, each called directly by its like. Ours go through the bridge,
// which passes packets on (the customer is held) or mixes.
import { networkInterfaces } from "node:os";
import { say } from "../lib/sound.mjs";
import { sh } from "../lib/screen.mjs";
import { sleep } from "../lib/wait.mjs";
import { mouthToEar, secondHeadset } from "./ear.mjs";
import { WhisperedCall } from "./headless.mjs";
import { baresipCall } from "./peers/baresip.mjs";
import { linphoneCall } from "./peers/linphone.mjs";

const CHIRPS = 12;
const FIRST = { PULSE_SINK: "vspk", PULSE_SOURCE: "vmic_src" };
/** Linphone begins with more than a second of waiting sound and needs about ten to be rid of it. */
const PEERS = [
  { what: "baresip to baresip", program: "baresip", open: baresipCall, settle: 5_000, goal: { times: 1 } },
  { what: "Linphone to Linphone", program: "linphonec", open: linphoneCall, settle: 15_000, goal: { times: 0.75 } },
];

const outward = () => Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === "IPv4" && !internal)?.address;
const installed = (program) => sh("which", program).then(Boolean, () => false);

async function heard(settle, what) {
  await sleep(settle);
  const result = await mouthToEar({ mouth: "vmic2", ear: "vspk", count: CHIRPS, say });
  if (result.heard < CHIRPS * 0.6) throw new Error(`${what}: ${result.heard} of ${result.sent} chirps were heard: ${JSON.stringify(result)}`);
  return result;
}

async function measured(call, ...measurements) {
  try {
    const results = [];
    for (const measurement of measurements) results.push(await measurement());
    return results;
  } finally {
    await call.close();
  }
}

export async function softphones({ out, programs }) {
  const second = await secondHeadset();
  const address = outward();
  const call = await WhisperedCall.open({ out, programs, second });
  const held = () => call.hold().then(() => heard(6_000, "our phones while the customer is held"));
  const [mixed, passedOn] = await measured(call, () => heard(6_000, "our phones"), held);
  const figures = [];
  for (const { what, program, open, settle, goal } of PEERS) {
    if (!address || !(await installed(program))) {
      console.log(`${program}: left out, ${address ? "it is not installed" : "this computer has no address but loopback"}`);
      continue;
    }
    const [theirs] = await measured(await open({ out, address, near: second, far: FIRST }), () => heard(settle, what));
    const ways = [["the bridge passes packets on", passedOn], ["the bridge mixes", mixed]];
    for (const [way, mine] of ways) {
      const of = { ours: mine.delays, peer: theirs.delays };
      figures.push({ name: `mouth to ear, ${way}, beside ${what}`, unit: "ms", ours: mine.median, beside: theirs.median, what, goal, of });
    }
  }
  return figures;
}
