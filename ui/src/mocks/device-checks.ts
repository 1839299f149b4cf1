import type { CheckFigures, CheckLine, DeviceCheck } from "@/api/generated/wire";
import type { CheckProgress } from "@/platform/types";
import { agents } from "./people";

const FIGURES: CheckFigures = {
  microphone: { speech_dbfs: -24, room_dbfs: -61, clipped_percent: 0, denied: false, missing: false },
  speaker: { missing: false, gaps: 0 },
  echo: { played_dbfs: -22, heard_dbfs: -34, left_dbfs: -38 },
  network: { round_trip_ms: 31, loss_percent: 0.4, jitter_ms: 4 },
  audio_loop: { came_back: true, likeness: 0.82, delay_ms: 96 },
};

const LINES: CheckLine[] = [
  { subject: "microphone", verdict: "good", finding: "fine" }, { subject: "speaker", verdict: "good", finding: "fine" },
  { subject: "echo", verdict: "fair", finding: "echo_left" }, { subject: "network", verdict: "good", finding: "fine" },
  { subject: "audio_loop", verdict: "good", finding: "fine" },
];

const check = (agent: number, hoursAgo: number): DeviceCheck => {
  const who = agents()[agent];
  return { user_id: who?.user_id ?? "", user_name: who?.name ?? "", at_ms: Date.now() - hoursAgo * 3_600_000, app: "desktop", verdict: "fair", lines: LINES, figures: FIGURES };
};

export const lastChecks = (): DeviceCheck[] => [
  check(0, 2), { ...check(1, 0.3), verdict: "good", lines: LINES.map((line) => ({ ...line, verdict: "good" as const, finding: "fine" as const })) },
  { ...check(2, 30), verdict: "bad", lines: LINES.map((line) => (line.subject === "microphone" ? { ...line, verdict: "bad" as const, finding: "microphone_missing" as const } : line)) },
];

export const ownChecks = (): DeviceCheck[] => [check(0, 20)];

/** One check as the app tells of it, five times as fast. */
export function playCheck(send: (progress: CheckProgress) => void): void {
  const phases: [CheckProgress["phase"], number, number][] = [["preparing", 0.05, 0], ["speaking", 0.3, 200], ["listening", 0.7, 1200], ["judging", 0.95, 2000]];
  for (const [phase, progress, after] of phases) setTimeout(() => { send({ phase, progress, result: null }); }, after);
  setTimeout(() => { send({ phase: "done", progress: 1, result: { verdict: "fair", lines: LINES, figures: FIGURES, stored: true } }); }, 2200);
}
