// Sound of the virtual devices: play into the microphone, record the speaker, and find one in the other.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { until } from "./wait.mjs";

export const RATE = 8000;
const VOICES = new URL("../../../crates/simulator/voices/", import.meta.url);

/** The simulator's spoken line with this id, as samples from -1 to 1 at 8 kHz. */
export function spokenLine(id) {
  const index = readFileSync(new URL("index.tsv", VOICES), "utf8").split("\n").map((row) => row.split("\t"));
  const row = index.find(([name]) => name === id);
  if (!row) throw new Error(`no line ${id} among the voices`);
  const [from, count] = [Number(row[1]), Number(row[2])];
  return Float32Array.from(readFileSync(new URL("lines.ulaw", VOICES)).subarray(from, from + count), muLaw);
}

/** ITU-T G.711 mu-law to linear, -1 to 1. */
function muLaw(byte) {
  const inverted = ~byte & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
  return (inverted & 0x80 ? -magnitude : magnitude) / 32768;
}

/** A tone whose pitch rises evenly, as the simulator makes it. */
export function chirp({ from, to, ms }) {
  const seconds = ms / 1000;
  return Float32Array.from({ length: Math.round(seconds * RATE) }, (_, at) => {
    const t = at / RATE;
    return 0.1 * Math.sin(2 * Math.PI * (from * t + ((to - from) * t * t) / (2 * seconds)));
  });
}

/** The dual tone of a telephone key (ITU-T Q.23). */
export function dtmf(key, ms) {
  const at = "123A456B789C*0#D".indexOf(key);
  const [low, high] = [[697, 770, 852, 941][Math.floor(at / 4)], [1209, 1336, 1477, 1633][at % 4]];
  return Float32Array.from({ length: Math.round((ms / 1000) * RATE) }, (_, n) => {
    const turn = (2 * Math.PI * n) / RATE;
    return 0.1 * (Math.sin(low * turn) + Math.sin(high * turn));
  });
}

/** What the simulator's script `chirps` sends once a second, and how alike to it is enough. */
export const CHIRP = chirp({ from: 400, to: 3000, ms: 250 });
export const CHIRP_ALIKE = 0.5;

/** Speaks into the virtual microphone; done when the last sample is played. */
export function say(samples, { sink = "vmic", gain = 1 } = {}) {
  const pcm = Buffer.alloc(samples.length * 2);
  samples.forEach((value, at) => pcm.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(value * gain * 32767))), at * 2));
  const player = spawn("pacat", ["--playback", `--device=${sink}`, "--raw", "--format=s16le", `--rate=${RATE}`, "--channels=1", "--latency-msec=40"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  player.stdin.end(pcm);
  return new Promise((done, failed) => {
    player.on("error", failed);
    player.on("exit", (code) => (code === 0 ? done() : failed(new Error(`pacat ended with ${code}`))));
  });
}

/** Records what a sink plays until `stop`. `since(mark)` gives the samples after a mark made by `mark()`. */
export class Recorder {
  constructor(source) {
    this.chunks = [];
    this.bytes = 0;
    this.process = spawn(
      "parec",
      [`--device=${source}`, "--raw", "--format=s16le", `--rate=${RATE}`, "--channels=1", "--latency-msec=20"],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    this.process.stdout.on("data", (chunk) => {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
    });
  }

  static async start(source) {
    const recorder = new Recorder(source);
    await until(`sound from ${source}`, 10_000, () => recorder.bytes > 0);
    return recorder;
  }

  mark() {
    return this.bytes;
  }

  since(mark = 0) {
    return fromPcm(Buffer.concat(this.chunks).subarray(mark - (mark % 2)));
  }

  stop() {
    this.process.kill();
  }
}

/** 16-bit little-endian samples to -1..1. */
export function fromPcm(bytes) {
  const samples = new Float32Array(Math.floor(bytes.length / 2));
  for (let at = 0; at < samples.length; at += 1) samples[at] = bytes.readInt16LE(at * 2) / 32768;
  return samples;
}

/** Samples as a mono 16-bit WAV file. */
export function toWav(samples, rate = RATE) {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((value, at) => file.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(value * 32768))), 44 + at * 2));
  return file;
}

/** The same sound at `times` the rate, straight lines between the samples. */
export function upsampled(samples, times) {
  return Float32Array.from({ length: samples.length * times }, (_, at) => {
    const from = Math.floor(at / times);
    const next = samples[Math.min(from + 1, samples.length - 1)];
    return samples[from] + ((next - samples[from]) * (at % times)) / times;
  });
}

/** Channels of a 16-bit PCM WAV file, brought to 8 kHz when its rate is a multiple of that. */
export function fromWav(file) {
  if (file.toString("latin1", 0, 4) !== "RIFF") throw new Error("not a WAV file");
  let [at, format, data] = [12, null, null];
  while (at + 8 <= file.length) {
    const [id, size] = [file.toString("latin1", at, at + 4), file.readUInt32LE(at + 4)];
    const body = file.subarray(at + 8, Math.min(at + 8 + size, file.length));
    if (id === "fmt ") format = { channels: body.readUInt16LE(2), rate: body.readUInt32LE(4), bits: body.readUInt16LE(14) };
    if (id === "data") data = body;
    at += 8 + size + (size % 2);
  }
  if (!format || !data || format.bits !== 16 || format.rate % RATE !== 0) throw new Error(`WAV of ${JSON.stringify(format)} is not read here`);
  const all = fromPcm(data);
  const step = format.rate / RATE;
  return Array.from({ length: format.channels }, (_, channel) => {
    const samples = new Float32Array(Math.floor(all.length / format.channels / step));
    for (let out = 0; out < samples.length; out += 1) {
      let sum = 0;
      for (let k = 0; k < step; k += 1) sum += all[(out * step + k) * format.channels + channel];
      samples[out] = sum / step;
    }
    return samples;
  });
}

/**
 * Where `wanted` is in `heard`, by normalised cross-correlation. `match` is 1 for an exact copy at any loudness and near
 * 0 for anything else; `at_ms` counts from the beginning of `heard`.
 */
export function find(wanted, heard) {
  const [best] = places(wanted, heard, 1);
  if (!best) return { match: 0, at_ms: null };
  return { match: Math.round(best.match * 1000) / 1000, at_ms: Math.round((best.at / RATE) * 1000) };
}

/**
 * As `find`, for sound that a jitter buffer plays up to one per cent faster or slower to keep its delay: a long tone is
 * not alike to itself at another speed.
 */
export function findAtAnySpeed(wanted, heard) {
  let best = { match: 0, at_ms: null };
  for (let tenths = -10; tenths <= 10; tenths += 1) {
    const speed = 1 + tenths / 1000;
    const found = find(atSpeed(wanted, speed), heard);
    if (found.match > best.match) best = { ...found, speed };
  }
  return best;
}

function atSpeed(samples, speed) {
  return Float32Array.from({ length: Math.floor((samples.length - 1) / speed) }, (_, at) => {
    const from = Math.floor(at * speed);
    return samples[from] + (samples[from + 1] - samples[from]) * (at * speed - from);
  });
}

/** The `count` most alike places, best first, none within half a length of a better one. */
function places(wanted, heard, count, heardSpectrum) {
  const matches = correlation(wanted, heard, heardSpectrum);
  const found = [];
  while (found.length < count) {
    let at = -1;
    for (let lag = 0; lag < matches.length; lag += 1) if (matches[lag] > (at < 0 ? 0 : matches[at])) at = lag;
    if (at < 0) break;
    found.push({ at, match: matches[at] });
    matches.fill(0, Math.max(0, at - wanted.length / 2), at + wanted.length / 2);
  }
  return found;
}

/** Transform length for looking for one sound in another. */
const sizeFor = (wanted, heard) => 2 ** Math.ceil(Math.log2(heard.length + wanted.length));

/** Likeness of `wanted` to `heard` at every lag, 0 to 1. `heardSpectrum` spares its making where it is known. */
function correlation(wanted, heard, heardSpectrum) {
  if (heard.length < wanted.length) return new Float32Array(0);
  const size = sizeFor(wanted, heard);
  const [a, b] = [heardSpectrum ?? spectrum(heard, size), spectrum(wanted, size)];
  // a * conj(b), transformed back, is the correlation at every lag.
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < size; k += 1) {
    re[k] = a.re[k] * b.re[k] + a.im[k] * b.im[k];
    im[k] = -(a.im[k] * b.re[k] - a.re[k] * b.im[k]);
  }
  transform(re, im);
  const energyWanted = wanted.reduce((sum, value) => sum + value * value, 0);
  let energy = 0;
  for (let at = 0; at < wanted.length; at += 1) energy += heard[at] ** 2;
  const matches = new Float32Array(heard.length - wanted.length + 1);
  for (let lag = 0; lag < matches.length; lag += 1) {
    matches[lag] = Math.abs(re[lag] / size) / (Math.sqrt(energyWanted * Math.max(energy, 1e-6)) + 1e-12);
    energy += (heard[lag + wanted.length] ?? 0) ** 2 - heard[lag] ** 2;
  }
  return matches;
}

const PIECE = RATE / 4;
const FOUND = 0.5;

/**
 * How much of a spoken line arrived. A jitter buffer and the clocks of two devices shift speech by some milliseconds as
 * they go, so the line is looked for in pieces of 250 ms, each within 300 ms of where the one before it was. `share` is
 * the part of the voiced pieces that were found (likeness 0.5 and more), `likeness` their median.
 */
export function arrived(line, heard) {
  const pieces = [];
  for (let at = 0; at + PIECE <= line.length; at += PIECE) {
    const samples = line.subarray(at, at + PIECE);
    if (level(samples) >= -40) pieces.push({ at, samples, dbfs: level(samples) });
  }
  let best = { share: 0, likeness: 0, at_ms: null };
  const loudest = pieces.toSorted((a, b) => b.dbfs - a.dbfs).slice(0, 4);
  // A single piece may be alike to many places; the rest of the line decides between them.
  const whole = loudest.length > 0 ? spectrum(heard, sizeFor(loudest[0].samples, heard)) : undefined;
  for (const { at, samples } of loudest) {
    for (const place of places(samples, heard, 3, whole)) {
      const here = follow(pieces, heard, place.at - at);
      if (here.share > best.share || (here.share === best.share && here.likeness > best.likeness)) best = here;
    }
  }
  return best;
}

/** Looks for each piece of a line that begins at about `start`. */
function follow(pieces, heard, start) {
  const slack = Math.round(0.3 * RATE);
  const matches = [];
  let shift = 0;
  for (const { at, samples } of pieces) {
    const from = Math.max(0, start + at + shift - slack);
    const { match, at_ms } = find(samples, heard.subarray(from, Math.max(0, start + at + shift + PIECE + slack)));
    matches.push(match);
    if (match >= FOUND) shift = from + (at_ms * RATE) / 1000 - start - at;
  }
  matches.sort((a, b) => a - b);
  const found = matches.filter((match) => match >= FOUND).length;
  return {
    share: Math.round((100 * found) / Math.max(1, matches.length)) / 100,
    likeness: matches[Math.floor(matches.length / 2)] ?? 0,
    at_ms: Math.round((start / RATE) * 1000),
    drift_ms: Math.round((shift / RATE) * 1000),
  };
}

/** Loudness in dBFS; -100 for silence. */
export function level(samples) {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, samples.length);
  return power > 1e-10 ? Math.round(100 * Math.log10(power)) / 10 : -100;
}

function spectrum(samples, size) {
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  re.set(samples);
  transform(re, im);
  return { re, im };
}

/** Radix-2 FFT in place; the length is a power of two. */
function transform(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  const [c, s] = [new Float64Array(n / 2), new Float64Array(n / 2)];
  for (let half = 1; half < n; half *= 2) {
    for (let k = 0; k < half; k += 1) [c[k], s[k]] = [Math.cos((Math.PI * k) / half), -Math.sin((Math.PI * k) / half)];
    // Blocks outside, so that memory is walked in order: minutes of sound take half the time.
    for (let block = 0; block < n; block += 2 * half) {
      for (let k = 0; k < half; k += 1) {
        const [at, far] = [block + k, block + k + half];
        const xr = re[far] * c[k] - im[far] * s[k];
        const xi = re[far] * s[k] + im[far] * c[k];
        re[far] = re[at] - xr;
        im[far] = im[at] - xi;
        re[at] += xr;
        im[at] += xi;
      }
    }
  }
}
