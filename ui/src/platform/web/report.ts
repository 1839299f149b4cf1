import type { DeviceSound } from "@/api/generated/wire";

/** What the browser counts of the stream from the server, since its beginning. */
export interface Counts {
  packets: number;
  lost: number;
  samples: number;
  concealed: number;
  /** Seconds. */
  jitter: number;
  /** Seconds that samples waited in the jitter buffer, and how many did. */
  waited: number;
  emitted: number;
}

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

/** The counts in `RTCPeerConnection.getStats()`; null before anything came. */
export function countsOf(stats: Iterable<Record<string, unknown>>): Counts | null {
  for (const each of stats) {
    if (each["type"] !== "inbound-rtp" || each["kind"] !== "audio") continue;
    return {
      packets: number(each["packetsReceived"]), lost: number(each["packetsLost"]), samples: number(each["totalSamplesReceived"]),
      // Without the noise that stands for silence, which is no loss.
      concealed: Math.max(0, number(each["concealedSamples"]) - number(each["silentConcealedSamples"])), jitter: number(each["jitter"]), waited: number(each["jitterBufferDelay"]),
      emitted: number(each["jitterBufferEmittedCount"]),
    };
  }
  return null;
}

const share = (part: number, whole: number): number => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0);

/** What is told to the server of the second between two looks. */
export function reportOf(before: Counts, now: Counts, levels: { mic: number; speaker: number }, muted: boolean): DeviceSound {
  const packets = Math.max(0, now.packets - before.packets);
  const lost = Math.max(0, now.lost - before.lost);
  const emitted = now.emitted - before.emitted;
  return {
    packets, loss: share(lost, packets + lost), concealed: share(now.concealed - before.concealed, now.samples - before.samples),
    jitter_ms: now.jitter * 1000, buffer_ms: emitted > 0 ? ((now.waited - before.waited) / emitted) * 1000 : 0,
    speaker_dbfs: Math.max(-96, levels.speaker), mic_dbfs: Math.max(-96, levels.mic), mic_clipped: 0, muted,
    // The browser does not say what its devices add.
    capture_ms: 20, playback_ms: 20, gaps: 0, echo_removed_db: null,
  };
}
