// Two phones without windows on two virtual headsets, through a server: a supervisor whispers to an agent who has a silent
// customer. What the agent hears is decoded, mixed with the customer and encoded by the bridge, as in every call.
import { spawn } from "node:child_process";
import { openSync, rmSync } from "node:fs";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Api } from "../lib/api.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { startWorld } from "../lib/world.mjs";
import { Link } from "./link/link.mjs";

class HeadlessPhone {
  constructor({ out, name, program, server, person, env, more = [] }) {
    const data = join(out, name);
    rmSync(data, { recursive: true, force: true });
    // Frames as the window's phone has them.
    const words = ["--server", server, "--data", data, "--devices", "--figures", "--frame-ms", "10", ...more];
    const account = { SWITCHBOARD_EMAIL: person.email, SWITCHBOARD_PASSWORD: person.password };
    this.process = spawn(program, words, { env: { ...process.env, ...env, ...account }, stdio: ["ignore", "pipe", openSync(join(out, `${name}.log`), "w")] });
    createInterface({ input: this.process.stdout }).on("line", (line) => Object.assign(this, JSON.parse(line)));
    this.name = name;
  }

  /** Its sound is connected. */
  connected() {
    return until(`the sound of ${this.name}`, 20_000, () => {
      if (this.process.exitCode !== null) throw new Error(`${this.name} ended; see its log`);
      return this.media_session_id ?? { notYet: this.figures };
    });
  }

  async close() {
    this.process.kill("SIGINT");
    await until(`the end of ${this.name}`, 10_000, () => this.process.exitCode !== null || this.process.signalCode !== null);
  }
}

const freeUdpPort = () =>
  new Promise((done) => {
    const probe = createSocket("udp4").bind(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

/** The talker's microphone is the second headset's, the listener's speaker the first's: as in `mouthToEar`. */
const LISTENER = { PULSE_SINK: "vspk", PULSE_SOURCE: "vmic_src" };

export class WhisperedCall {
  /**
   * `bad`: whose link the weather is on, `talker` (towards the bridge) or `listener`; without it there is no link. `raw`:
   * nothing is done to a microphone's sound.
   */
  static async open({ out, programs, second, bad, raw = false }) {
    const call = new WhisperedCall();
    const port = await freeUdpPort();
    // Devices are told the link's address; all of 127/8 is this computer.
    const env = bad ? { SWITCHBOARD_MEDIA_ADVERTISE: "127.0.0.2" } : {};
    call.world = await startWorld({ out, program: programs.server, mediaUdp: `127.0.0.1:${port}`, env });
    if (bad) call.link = await Link.open({ listen: { address: "127.0.0.2", port }, to: { address: "127.0.0.1", port } });
    const phone = async (name, person, more, sound) => {
      const started = new HeadlessPhone({ out, name, program: programs.phone, server: call.world.serverUrl, person, env: sound, more: raw ? [...more, "--raw"] : more });
      call[name] = started;
      await started.connected();
      if (bad) call.devices = { ...call.devices, [name]: await call.link.device() };
    };
    try {
      await phone("talker", call.world.supervisor, ["--stand-by"], second);
      await phone("listener", call.world.agent, [], LISTENER);
      call.placed = await call.world.call("silent");
      await call.#whisper();
    } catch (error) {
      await call.close();
      throw error;
    }
    call.badDevice = call.devices?.[bad];
    return call;
  }

  async #whisper() {
    const api = new Api(this.world.serverUrl);
    await api.signIn(this.world.supervisor.email, this.world.supervisor.password);
    const live = await until("the agent's call", 20_000, async () => {
      const { calls } = await api.get("/live/snapshot");
      return calls.find(({ status }) => status === "in_progress") ?? { notYet: calls.map(({ status }) => status) };
    });
    this.id = live.id;
    await api.put(`/calls/${live.id}/monitor`, { mode: "whisper", media_session_id: this.talker.media_session_id });
    await sleep(1_000);
  }

  /** The customer hears music; the two phones are alone, and the bridge passes their packets on. */
  async hold() {
    const api = new Api(this.world.serverUrl);
    await api.signIn(this.world.agent.email, this.world.agent.password);
    await api.post(`/calls/${this.id}/hold`);
  }

  weather(weather) {
    return this.link.weather(this.badDevice, weather);
  }

  async tally() {
    return (await this.link.tally()).find(({ device }) => device === this.badDevice);
  }

  async close() {
    for (const one of [this.listener, this.talker]) await one?.close();
    await this.world?.stop();
    this.link?.close();
  }
}
