// What the bridge costs beside other media servers, under the same load: CPU seconds of the server's process for each
// minute of a call, or of a participant. The load is the Rust program `bridge_bench`; our devices speak SRTP, the peers'
// plain RTP.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Janus } from "./peers/janus.mjs";
import { Rtpengine } from "./peers/rtpengine.mjs";

const SECONDS = 15;
const SIZE = { bridge: 20, relay: 50, room: 50, legs: 100, idle: 200 };
const TALKERS = 3;
const UNIT = { bridge: "CPU s/call-min", relay: "CPU s/call-min", legs: "CPU s/call-min", room: "CPU s/member-min" };
const PACKETS_A_MINUTE = 3_000;

/** Runs the load program; the answer is its line of figures. */
function load(program, args, flows = []) {
  const child = spawn(program, args.map(String), { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(flows.map((flow) => `${JSON.stringify(flow)}\n`).join(""));
  let said = "";
  child.stdout.on("data", (bytes) => (said += bytes));
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => (code === 0 ? done(JSON.parse(said)) : failed(new Error(`the load program ended with ${code}`))));
  });
}

/** A server that is starved of its cores, or starves the load, reads too low. */
function whole(who, figures) {
  const rates = [figures.packets_in, figures.packets_out_least, figures.packets_out_most];
  if (rates.some((rate) => Math.abs(rate - 50) > 0.5)) throw new Error(`run rejected: ${who} did not carry 50 packets a second each way: ${rates.map((rate) => rate.toFixed(1)).join(" ")}`);
  return figures;
}

const installed = (name) => ["/usr/bin", "/usr/sbin"].some((folder) => existsSync(join(folder, name)));

async function besideUs(Peer, name, place, ask) {
  if (!installed(name)) {
    console.log(`${name} is not installed: left out`);
    return undefined;
  }
  const peer = await Peer.start(join(place.out, name));
  try {
    const { flows, units } = await ask(peer);
    return whole(name, await load(place.programs.bridge, ["rtp", peer.pid, SECONDS], [...flows, units])).cpu;
  } finally {
    await peer.stop();
  }
}

const ours = async (place, part, ...more) => whole("the bridge", await load(place.programs.bridge, ["ours", part, SIZE[part], SECONDS, ...more]));

/** The part of the secure transport: packets in and out at the price of the transport alone. */
async function secureShare(place, packetsIn, packetsOut) {
  const cost = await load(place.programs.bridge, ["secure"]);
  return { cpu: ((cost.micros_in * packetsIn + cost.micros_out * packetsOut) * PACKETS_A_MINUTE) / 1e6, of: cost };
}

export async function bridge(place) {
  const [plain, taped] = [await ours(place, "bridge"), await ours(place, "bridge", "recorded")];
  const peer = await besideUs(Rtpengine, "rtpengine", place, async (server) => ({ flows: await server.calls(SIZE.bridge, "opus", "pcmu"), units: SIZE.bridge }));
  const secure = await secureShare(place, 1, 1);
  const what = "rtpengine, plain RTP";
  return [
    { name: "Opus to G.711, with SRTP", unit: UNIT.bridge, ours: plain.cpu, beside: peer, what, goal: { times: 0.6 }, aim: { times: 0.35 }, of: plain },
    { name: "of it SRTP, DTLS and ICE", unit: UNIT.bridge, ours: secure.cpu, of: secure.of },
    { name: "Opus to G.711, without them", unit: UNIT.bridge, ours: plain.cpu - secure.cpu, beside: peer, what },
    { name: "Opus to G.711, recorded: audio thread", unit: UNIT.bridge, ours: taped.audio_thread, of: taped },
    { name: "Opus to G.711, recorded: recorder's thread", unit: UNIT.bridge, ours: taped.recorder_thread },
    { name: "setting up a device's connection, both ends together", unit: "CPU ms", ours: secure.of.set_up_millis_both_ends },
  ];
}

export async function relay(place) {
  const [plain, taped] = [await ours(place, "relay"), await ours(place, "relay", "recorded")];
  const peer = await besideUs(Rtpengine, "rtpengine", place, async (server) => ({ flows: await server.calls(SIZE.relay, "opus", "opus"), units: SIZE.relay }));
  const secure = await secureShare(place, 2, 2);
  const what = "rtpengine, plain RTP";
  return [
    { name: "two devices, same codec, with SRTP", unit: UNIT.relay, ours: plain.cpu, beside: peer, what, goal: { times: 2 }, aim: { times: 1 }, of: plain },
    { name: "of it SRTP, DTLS and ICE", unit: UNIT.relay, ours: secure.cpu, of: secure.of },
    { name: "two devices, same codec, without them", unit: UNIT.relay, ours: plain.cpu - secure.cpu, beside: peer, what },
    { name: "two devices, recorded: audio thread", unit: UNIT.relay, ours: taped.audio_thread, of: taped },
    { name: "two devices, recorded: recorder's thread", unit: UNIT.relay, ours: taped.recorder_thread },
  ];
}

/** Calls of SIP: G.711 by RTP on both sides. A call-minute of RustPBX took 0.103 CPU s on this kind of machine. */
export async function legs(place) {
  const [plain, taped] = [await ours(place, "legs"), await ours(place, "legs", "recorded")];
  const peer = await besideUs(Rtpengine, "rtpengine", place, async (server) => ({ flows: await server.calls(SIZE.legs, "pcmu", "pcmu"), units: SIZE.legs }));
  const what = "rtpengine";
  const onOneCore = (cpu) => (cpu ? 60 / cpu : undefined);
  return [
    { name: "two RTP legs, G.711", unit: UNIT.legs, ours: plain.cpu, beside: peer, what, goal: 0.75 * 0.103, of: plain },
    { name: "calls at once on one core", unit: "calls", ours: onOneCore(plain.cpu), beside: onOneCore(peer), what, more: true },
    { name: "two RTP legs, recorded", unit: UNIT.legs, ours: taped.cpu, of: taped },
  ];
}

export async function room(place) {
  const full = await ours(place, "room");
  const idle = await load(place.programs.bridge, ["ours", "idle", SIZE.idle, SECONDS]);
  const peer = await besideUs(Janus, "janus", place, async (server) => ({ flows: await server.room(SIZE.room, TALKERS), units: SIZE.room }));
  const secure = await secureShare(place, 1, 1);
  const what = "Janus AudioBridge, plain RTP";
  return [
    { name: "room of 50, three talk, with SRTP", unit: UNIT.room, ours: full.cpu, beside: peer, what, goal: { times: 0.15 }, aim: { times: 0.08 }, of: full },
    { name: "of it SRTP, DTLS and ICE", unit: UNIT.room, ours: secure.cpu, of: secure.of },
    { name: "200 rooms of nobody and 20 devices in no call", unit: "% of a core", ours: (idle.cpu * SIZE.idle) / 60 * 100, goal: 0.5, of: idle },
  ];
}
