import type { Offer, ServerMessage, Snapshot } from "@/api/generated/wire";
import type { Clock } from "@/lib/clock";
import type { Ringer } from "./ringer";

export interface RingWatch {
  heard(message: ServerMessage): void;
  /** Also starts what began while the page was reading, and stops what ended while it was away. */
  read(snapshot: Snapshot): void;
  stop(): void;
}

/** Rings as long as a call is offered here: by the events, by the snapshot, and never longer than the offer lasts. */
export function createRingWatch(ringer: Pick<Ringer, "start" | "stop">, clock: Clock): RingWatch {
  let ringing: string | null = null;
  let expiry: (() => void) | null = null;
  let epoch: string | null = null;
  let offsetMs = 0;
  /** The newest event that said something about an offer: an older snapshot knows less. */
  let decidedAt = -1;

  const silence = (): void => {
    expiry?.();
    expiry = null;
    if (ringing !== null) ringer.stop();
    ringing = null;
  };
  const ring = (offer: Offer): void => {
    const left = offer.expires_at_ms - (clock.now() + offsetMs);
    if (left <= 0) {
      silence();
      return;
    }
    if (ringing !== offer.call_id) {
      silence();
      ringing = offer.call_id;
      ringer.start();
    }
    expiry?.();
    expiry = clock.after(left, silence);
  };
  return {
    heard: (message) => {
      if (message.type === "welcome" || message.type === "pong") offsetMs = message.server_time_ms - clock.now();
      if (message.type === "welcome" && message.epoch !== epoch) {
        epoch = message.epoch;
        decidedAt = -1;
      }
      if (message.type !== "event") return;
      const { event, seq } = message;
      if (event.kind === "offer") {
        decidedAt = seq;
        ring(event.offer);
      } else if (event.kind === "offer_ended" || event.kind === "call_ended") {
        decidedAt = seq;
        if (event.call_id === ringing) silence();
      }
    },
    read: (snapshot) => {
      if (snapshot.epoch === epoch && snapshot.seq < decidedAt) return;
      offsetMs = snapshot.server_time_ms - clock.now();
      if (snapshot.offer) ring(snapshot.offer);
      else silence();
    },
    stop: silence,
  };
}
