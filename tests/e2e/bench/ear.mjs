// Ears whose samples have a time of day, a second headset, and the delay from one mouth to one ear.
import { spawn } from "node:child_process";
import { sh } from "../lib/screen.mjs";
import { chirp, find, fromPcm, level, RATE } from "../lib/sound.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { median, percentile } from "./figures.mjs";

const now = () => performance.timeOrigin + performance.now();

/** Records a PulseAudio source; `between` cuts by the time of day. */
export class TimedEar {
  static async start(source) {
    const ear = new TimedEar();
    ear.chunks = [];
    ear.bytes = 0;
    /** Time of day of sample 0, as each chunk would have it; a chunk can only be late. */
    ear.origins = [];
    ear.process = spawn("parec", [`--device=${source}`, "--raw", "--format=s16le", `--rate=${RATE}`, "--channels=1", "--latency-msec=5"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    ear.process.stdout.on("data", (chunk) => {
      ear.chunks.push(chunk);
      ear.bytes += chunk.length;
      ear.origins.push(now() - (ear.bytes / 2 / RATE) * 1000);
    });
    await until(`sound from ${source}`, 10_000, () => ear.bytes > 0);
    return ear;
  }

  /** Of the chunks so far nearly the earliest; the first ones of a stream come in a heap. */
  get origin() {
    return percentile(this.origins.slice(20), 0.02);
  }

  samples() {
    return fromPcm(Buffer.concat(this.chunks));
  }

  /** Samples from one time of day to another, milliseconds. */
  between(from, to) {
    const at = (time) => Math.max(0, Math.round(((time - this.origin) / 1000) * RATE));
    return this.samples().subarray(at(from), at(to));
  }

  stop() {
    this.process.kill();
  }
}

/** A second virtual headset beside the one of scripts/virtual-audio.sh. Gives the environment of a program that uses it. */
export async function secondHeadset() {
  const sinks = await sh("pactl", "list", "short", "sinks");
  if (!sinks.includes("vspk2")) {
    const sink = (name) => sh("pactl", "load-module", "module-null-sink", `sink_name=${name}`, "rate=48000", "channels=2", "format=s16le");
    await sink("vspk2");
    await sink("vmic2");
    await sh("pactl", "load-module", "module-remap-source", "master=vmic2.monitor", "source_name=vmic2_src");
  }
  return { PULSE_SINK: "vspk2", PULSE_SOURCE: "vmic2_src" };
}

const CHIRP_MS = 60;
/** The recorder's samples may lie half-way between the player's, which makes high tones less alike. */
const SAME = 0.7;
const ALIKE = 0.5;

/** Chirps with uneven gaps, so that no echo falls on the next one. */
function chirps(count) {
  const one = chirp({ from: 400, to: 2200, ms: CHIRP_MS }).map((value, at, all) => value * 2.7 * Math.sin((Math.PI * at) / all.length) ** 2);
  const starts = Array.from({ length: count }, (_, n) => Math.round((1.5 + n * 0.85 + ((n * 7) % 10) * 0.02) * RATE));
  const samples = new Float32Array(starts.at(-1) + 2 * RATE);
  for (const start of starts) samples.set(one, start);
  return { one, samples };
}

/**
 * Plays chirps into the sink `mouth` and finds each in the monitors of `mouth` and of the sink `ear`. Answers with the
 * delays in milliseconds, and how many were sent and heard.
 */
export async function mouthToEar({ mouth, ear, count, say }) {
  const { one, samples } = chirps(count);
  const [near, far] = await Promise.all([TimedEar.start(`${mouth}.monitor`), TimedEar.start(`${ear}.monitor`)]);
  try {
    await sleep(500);
    await say(samples, { sink: mouth });
    await sleep(1_000);
  } finally {
    near.stop();
    far.stop();
  }
  const spoken = near.samples();
  const delays = [];
  let sent = 0;
  for (let from = 0; from + RATE < spoken.length; ) {
    // One chirp within 0.85 s at least; the next search begins behind it.
    const found = find(one, spoken.subarray(from, from + Math.round(0.8 * RATE)));
    if (found.match < SAME) {
      from += Math.round(0.4 * RATE);
      continue;
    }
    sent += 1;
    const said = from + Math.round((found.at_ms / 1000) * RATE);
    const at = near.origin + (said / RATE) * 1000;
    const heard = find(one, far.between(at - 20, at + 780));
    if (heard.match >= ALIKE) delays.push(heard.at_ms - 20);
    from = said + Math.round(0.5 * RATE);
  }
  const levels = { mouth_dbfs: level(spoken), ear_dbfs: level(far.samples()) };
  return { delays, sent, heard: delays.length, ...levels, median: delays.length > 0 ? median(delays) : NaN };
}
