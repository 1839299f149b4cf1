import assert from "node:assert/strict";
import { test } from "node:test";
import { arrived, find, fromWav, level, spokenLine, RATE } from "../lib/sound.mjs";

test("a line is found where it was put, quieter and with noise", () => {
  const line = spokenLine("asha-1");
  const heard = Float32Array.from({ length: line.length + 3 * RATE }, (_, at) => Math.sin(at * 12.9898) * 0.01);
  line.forEach((value, at) => { heard[at + RATE] += value * 0.3; });
  const { match, at_ms } = find(line, heard);
  assert.ok(match > 0.9, `match ${match}`);
  assert.ok(Math.abs(at_ms - 1000) <= 1, `at ${at_ms} ms`);
});

test("another line is not taken for it", () => {
  assert.ok(find(spokenLine("asha-1"), pad(spokenLine("agent-rohan-1"))).match < 0.2);
});

test("a line whose parts were shifted by some milliseconds has arrived, and another one has not", () => {
  const line = spokenLine("asha-1");
  const heard = new Float32Array(line.length + 4 * RATE);
  line.forEach((value, at) => { heard[2 * RATE + at + (at > line.length / 2 ? 160 : 0)] += value * 0.5; });
  const { share, at_ms } = arrived(line, heard);
  assert.ok(share >= 0.9, `share ${share}`);
  assert.ok(Math.abs(at_ms - 2000) < 50, `at ${at_ms} ms`);
  assert.ok(arrived(spokenLine("rohan-1"), heard).share < 0.3);
  assert.ok(arrived(line, heard.subarray(0, 2 * RATE)).share < 0.3);
});

test("silence holds nothing", () => {
  assert.ok(find(spokenLine("asha-1"), new Float32Array(20 * RATE)).match < 0.01);
  assert.equal(level(new Float32Array(100)), -100);
});

test("a stereo WAV at 48 kHz gives two channels at 8 kHz", () => {
  const frames = 4800;
  const data = Buffer.alloc(frames * 4);
  for (let at = 0; at < frames; at += 1) { data.writeInt16LE(16384, at * 4); data.writeInt16LE(-8192, at * 4 + 2); }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1"); head.writeUInt32LE(36 + data.length, 4); head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(2, 22); head.writeUInt32LE(48000, 24);
  head.writeUInt32LE(192000, 28); head.writeUInt16LE(4, 32); head.writeUInt16LE(16, 34);
  head.write("data", 36, "latin1"); head.writeUInt32LE(data.length, 40);
  const [left, right] = fromWav(Buffer.concat([head, data]));
  assert.equal(left.length, 800);
  assert.equal(left[10], 0.5);
  assert.equal(right[10], -0.25);
});

function pad(samples) {
  const longer = new Float32Array(samples.length + 20 * RATE);
  longer.set(samples, 5 * RATE);
  return longer;
}
