import type { Key } from "@/i18n";
import type { Tone } from "@/ui/badge";

/** Colours of outcomes as the server names them, each with a word, so that nobody has to tell them apart by colour. */
export const TONES = ["ok", "warn", "live", "neutral"] as const;
export type OutcomeTone = (typeof TONES)[number];

const LOOK: Record<OutcomeTone, { badge: Tone; word: Key }> = {
  ok: { badge: "ok", word: "outcome_tone.ok" }, warn: { badge: "warn", word: "outcome_tone.warn" },
  live: { badge: "live", word: "outcome_tone.live" }, neutral: { badge: "neutral", word: "outcome_tone.neutral" },
};

export const toneOf = (tone: string): { badge: Tone; word: Key } => LOOK[TONES.find((each) => each === tone) ?? "neutral"];
