// The headless phone as a process: signs in, answers by itself, says a tone and keeps what it hears.
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./wait.mjs";

const RATE = 48_000;
const HEADER = 44;

/** A tone that swells as speech does, as a WAV file: mono, 16 bit, 48 kHz. An even tone is noise to the encoder. */
function tone(hertz) {
  const file = Buffer.alloc(HEADER + RATE * 2);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + RATE * 2, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(RATE * 2, 40);
  for (let n = 0; n < RATE; n += 1) {
    const turn = (2 * Math.PI * n) / RATE;
    file.writeInt16LE(Math.round(Math.sin(hertz * turn) * (4_800 + 4_000 * Math.sin(4 * turn))), HEADER + n * 2);
  }
  return file;
}

export class HeadlessPhone {
  static async start({ program, server, person, out, says, prefix = [] }) {
    mkdirSync(out, { recursive: true });
    const phone = new HeadlessPhone();
    Object.assign(phone, { log: join(out, "phone.log"), wav: join(out, "heard.wav") });
    const said = join(out, "says.wav");
    writeFileSync(said, tone(says));
    const [command, ...args] = [...prefix, program, "--server", server, "--email", person.email, "--data", join(out, "phone"), "--say", said, "--hear", phone.wav];
    phone.process = spawn(command, args, {
      env: { ...process.env, SWITCHBOARD_PASSWORD: person.password, NO_COLOR: "1", RUST_LOG: process.env.PHONE_LOG ?? "info" },
      stdio: ["ignore", "ignore", openSync(phone.log, "w")],
    });
    try {
      await phone.says("available", 30_000);
    } catch (error) {
      await phone.stop();
      throw error;
    }
    return phone;
  }

  lines = () => readFileSync(this.log, "utf8").replaceAll(/\u001b\[[0-9;]*m/g, "").split("\n");

  /** Waits for a line of the log that has this in it. */
  says = (text, within) => until(`"${text}" in the phone's log`, within, () => this.lines().some((line) => line.includes(text)));

  /** What the last line about the sound's path says: `media=Connected over_web=false`. */
  path = () => this.lines().findLast((line) => line.includes("sound path")) ?? "";

  /** How many samples it has heard by now. */
  position = () => (statSync(this.wav).size - HEADER) / 2;

  heard() {
    const file = readFileSync(this.wav);
    return Float32Array.from({ length: (file.length - HEADER) >> 1 }, (_, n) => file.readInt16LE(HEADER + n * 2) / 32_768);
  }

  async stop() {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGINT");
    const hard = setTimeout(() => this.process.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(hard);
  }
}

/** Share of the energy of these samples that is at this frequency, 0 to 1; 0 when there is next to nothing. */
export function shareAt(samples, hertz, rate) {
  let [cosine, sine, energy] = [0, 0, 0];
  for (let n = 0; n < samples.length; n += 1) {
    const turn = (2 * Math.PI * hertz * n) / rate;
    cosine += samples[n] * Math.cos(turn);
    sine += samples[n] * Math.sin(turn);
    energy += samples[n] * samples[n];
  }
  return energy < samples.length * 1e-5 ? 0 : (2 * (cosine * cosine + sine * sine)) / (samples.length * energy);
}

const FRAME_MS = 20;
/** Sound is back when it is there in so many of so many frames from then on; a busy machine loses one now and then. */
const [MOST, FRAMES] = [22, 25];

/** Whether the tone is in each 20 ms from sample `from` on. */
export function there(samples, from, hertz, rate, seconds) {
  const frame = (rate * FRAME_MS) / 1000;
  const frames = [];
  for (let at = Math.max(0, Math.round(from)); at + frame <= samples.length && frames.length * FRAME_MS < seconds * 1000; at += frame) {
    frames.push(shareAt(samples.subarray(at, at + frame), hertz, rate) > 0.5);
  }
  return frames;
}

/**
 * Milliseconds from sample `from` until the tone is back for good: 0 when it never was away for longer than 60 ms, NaN when
 * it stays away for these seconds.
 */
export function soundBack(samples, from, hertz, rate, seconds) {
  const frames = there(samples, from, hertz, rate, seconds);
  const back = frames.findIndex((is, n) => is && frames.slice(n, n + FRAMES).filter(Boolean).length >= MOST);
  return back < 0 ? NaN : back * FRAME_MS;
}
