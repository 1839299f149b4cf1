// How soon both sides hear each other again: after a cut, at a new address, and where UDP is blocked (TURN, the web).
// The server is the debug or release build under `simulate`; the phone is the headless one in a namespace of its own.
import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { args } from "../lib/args.mjs";
import { HeadlessPhone, soundBack, there } from "../lib/headless-phone.mjs";
import { Lan } from "../lib/lan.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { startWorld } from "../lib/world.mjs";
import { print, together } from "./figures.mjs";
import { machine, machineWords } from "./machine.mjs";

const root = new URL("../../../", import.meta.url).pathname;
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const given = args({ runs: "3", out: join(root, "out/bench"), profile: "release", only: "" });
const program = (name) => join(target, given.profile, name);
const [CUSTOMER, AGENT] = [700, 1_900];
const [MUST, AIM, CUT] = [1_500, 500, 10_000];
/** Looked at after each change. */
const SECONDS = 5;
const SETTLE = SECONDS * 1_000 + 1_000;
const SECRET = "a secret for this run only";

/** A talk between a simulated customer and the phone at the other end of the cable. */
class Talk {
  static async begin(lan, out, env = {}) {
    mkdirSync(out, { recursive: true });
    const talk = new Talk();
    Talk.current = talk;
    Object.assign(talk, { lan, marks: [] });
    talk.world = await startWorld({
      // The simulated carrier reaches the server by the loopback, as it may without TLS.
      out, program: program("switchboard"), listen: "0.0.0.0:0", mediaUdp: `${lan.here}:0`, env: { SWITCHBOARD_MEDIA_ADVERTISE: lan.here, ...env },
    });
    return talk;
  }

  async connect(out) {
    const { world, lan } = this;
    this.phone = await HeadlessPhone.start({
      program: program("phone-headless"), server: `http://${lan.here}:${world.port}`, person: world.agent, out, says: AGENT, prefix: lan.prefix(),
    });
    this.call = await world.call("steady");
    await this.phone.says("answered", 30_000);
    await sleep(3_000);
  }

  /** From now on it counts how soon sound is back. */
  mark(name) {
    this.marks.push({ name, at: Date.now(), position: this.phone.position() });
  }

  async leave() {
    await this.phone?.stop();
    await this.world?.stop();
  }

  async end() {
    const { world, phone, call } = this;
    world.hangUp(call);
    const outcome = await world.outcome(call);
    const [heard, at] = [phone.heard(), call.atMs];
    const customer = Float32Array.from(outcome.heard);
    await this.leave();
    return this.marks.map((mark) => ({
      name: mark.name,
      agent: soundBack(heard, mark.position, CUSTOMER, 48_000, SECONDS),
      customer: soundBack(customer, ((mark.at - at) / 1000) * 8_000, AGENT, 8_000, SECONDS),
    }));
  }
}

const figures = ({ name, agent, customer }, goal, aim) => {
  if (Number.isNaN(agent) || Number.isNaN(customer)) throw new Error(`${name}: not heard again: ${JSON.stringify({ agent, customer })}`);
  return [
    { name: `${name}: the agent hears`, unit: "ms", ours: agent, beside: goal, what: "limit", goal, aim },
    { name: `${name}: the customer hears`, unit: "ms", ours: customer, beside: goal, what: "limit", goal, aim },
  ];
};

const overWeb = (phone, yes, within) => until(`the sound ${yes ? "over the web" : "by UDP"}`, within, () => {
  const path = phone.path();
  return path.includes("media=Connected") && path.includes(`over_web=${yes}`) ? true : { notYet: path };
});

async function moves(lan, out) {
  const talk = await Talk.begin(lan, out);
  try {
    await talk.connect(out);
    lan.drop();
    await sleep(CUT);
    talk.mark("10 s cut");
    lan.heal();
    await sleep(SETTLE);
    talk.mark("new address");
    lan.newAddress("10.77.0.3");
    await sleep(SETTLE);
    talk.mark("UDP blocked in the call");
    lan.drop("meta l4proto udp");
    await overWeb(talk.phone, true, 10_000);
    await sleep(SETTLE);
    lan.heal();
    await overWeb(talk.phone, false, 40_000);
    // The way back is made without a break: looked at from before it.
    talk.mark("UDP works again");
    talk.marks.at(-1).position -= 48_000;
    talk.marks.at(-1).at -= 1_000;
    await sleep(SETTLE);
  } finally {
    lan.newAddress("10.77.0.2");
  }
  const marks = await talk.end();
  return [...figures(marks[0], MUST, AIM), ...figures(marks[1], MUST, AIM), ...figures(marks[2], 4_000), ...figures(marks[3], 1_500)];
}

async function blocked(lan, out) {
  const talk = await Talk.begin(lan, out);
  lan.drop("meta l4proto udp");
  try {
    const began = Date.now();
    await talk.connect(out);
    await overWeb(talk.phone, true, 10_000);
    await sleep(3_000);
    talk.mark("over the web");
    await sleep(SETTLE);
    const at = talk.phone.lines().find((line) => line.includes("over_web=true"))?.slice(0, 27);
    const heard = there(talk.phone.heard(), talk.marks[0].position, CUSTOMER, 48_000, SECONDS);
    const missed = heard.filter((is) => !is).length / heard.length;
    const marks = await talk.end();
    return [
      { name: "UDP blocked at sign-in: sound path after", unit: "ms", ours: Date.parse(at) - began, beside: 4_000, what: "limit", goal: 4_000 },
      { name: "over the web: what the agent misses", unit: "%", ours: missed * 100, beside: 5, what: "limit", goal: 5 },
      ...figures(marks[0], 500),
    ];
  } finally {
    lan.heal();
  }
}

async function relayed(lan, out) {
  mkdirSync(out, { recursive: true });
  const relay = spawn("turnserver", [
    "-n", "--listening-ip", lan.here, "--relay-ip", lan.here, "--listening-port", "3478", "--use-auth-secret", "--static-auth-secret", SECRET,
    "--realm", "switchboard", "--no-tls", "--no-dtls", "--no-cli", "--verbose", "--log-file", "stdout", "--pidfile", join(out, "turn.pid"), "--userdb", join(out, "turn.db"),
  ], { stdio: ["ignore", openSync(join(out, "turn.log"), "w"), openSync(join(out, "turn.err"), "w")] });
  try {
    const env = { SWITCHBOARD_MEDIA_TURN_URLS: `turn:${lan.here}:3478?transport=udp`, SWITCHBOARD_MEDIA_TURN_SECRET: SECRET };
    const talk = await Talk.begin(lan, out, env);
    lan.drop(`udp dport ${talk.world.mediaPort}`);
    try {
      await talk.connect(out);
      await overWeb(talk.phone, false, 10_000);
      talk.mark("by a relay (TURN)");
      await sleep(SETTLE);
      talk.mark("new address by a relay");
      lan.newAddress("10.77.0.4");
      await sleep(SETTLE);
      if (talk.phone.lines().some((line) => line.includes("over_web=true"))) throw new Error("the sound went over the web although there is a relay");
    } finally {
      lan.heal();
      lan.newAddress("10.77.0.2");
    }
    const marks = await talk.end();
    return [...figures(marks[0], 500), ...figures(marks[1], 3_000)];
  } finally {
    relay.kill();
  }
}

const PARTS = { moves, blocked, relayed };
const here = machine();
console.log(machineWords(here));
const lan = Lan.open();
try {
  for (const [part, measure] of Object.entries(PARTS).filter(([name]) => !given.only || given.only.split(",").includes(name))) {
    const runs = [];
    for (let n = 1; n <= Number(given.runs); n += 1) {
      try {
        runs.push(await measure(lan, join(given.out, `reconnect-${part}-${n}`)));
      } catch (error) {
        console.log(`reconnect (${part}), run ${n}: ${error.message}`);
        await Talk.current?.leave();
        process.exitCode = 1;
      }
    }
    if (runs.length === 0) continue;
    console.log(`\nreconnect (${part}): median of ${runs.length}`);
    const medians = together(runs);
    print(medians);
    for (const { name, ours, unit, goal, met } of medians) if (met === false) console.log(`MISSED: ${name}: ${ours} ${unit}, goal ${goal}`);
  }
} finally {
  lan.close();
}
process.exit();
