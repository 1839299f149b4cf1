// Wide-band speech for the scores, made by eSpeak NG from the first sentences of the Harvard lists (IEEE 297-1969).
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const TEXT =
  "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background. It is easy to tell the depth of a well. " +
  "These days a chicken leg is a rare dish. Rice is often served in round bowls. The juice of lemons makes fine punch. " +
  "The box was thrown beside the parked truck. The hogs were fed chopped corn and garbage.";

/** Path of a mono WAV file of about 20 seconds. */
export function speech(dir) {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "speech.wav");
  if (!existsSync(file)) execFileSync("espeak-ng", ["-v", "en-us", "-s", "150", "-a", "100", "-w", file, TEXT]);
  return file;
}

/** Plays a WAV file into a sink to its end. */
export async function play(file, sink) {
  const [code] = await once(spawn("paplay", [`--device=${sink}`, "--latency-msec=40", file], { stdio: "inherit" }), "exit");
  if (code !== 0) throw new Error(`paplay ended with ${code}`);
}

/** Records a source to a WAV file, 48 kHz mono, until the answered function is called. */
export async function record(source, file) {
  const recorder = spawn("parecord", [`--device=${source}`, "--file-format=wav", "--rate=48000", "--channels=1", "--format=s16le", "--latency-msec=20", file], { stdio: "inherit" });
  await once(recorder, "spawn");
  return async () => {
    recorder.kill("SIGINT");
    await once(recorder, "exit");
  };
}
