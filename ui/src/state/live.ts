import type {
  AgentStatus, LiveCall, LiveEvent, Notice, Offer, OfferEnd, QueueStatus, Reminder, ServerMessage, Snapshot,
} from "@/api/generated/wire";
import { outdatedBy } from "@/api/keys";

export interface EndedOffer {
  offer: Offer;
  end: OfferEnd;
  /** On this computer's clock. */
  atMs: number;
}

/** All that is live and visible to this person. */
export interface Live {
  /** False until the first snapshot. */
  ready: boolean;
  epoch: string | null;
  seq: number;
  /** Server's clock minus this computer's. */
  offsetMs: number;
  me: AgentStatus | null;
  offer: Offer | null;
  endedOffer: EndedOffer | null;
  calls: Readonly<Record<string, LiveCall>>;
  /** Outcomes that fit calls that have ended, by call. */
  suggested: Readonly<Record<string, string>>;
  agents: Readonly<Record<string, AgentStatus>>;
  queues: Readonly<Record<string, QueueStatus>>;
  /** When the last message came, on this computer's clock. */
  heardAtMs: number;
}

export const emptyLive: Live = {
  ready: false, epoch: null, seq: 0, offsetMs: 0, me: null, offer: null, endedOffer: null,
  calls: {}, suggested: {}, agents: {}, queues: {}, heardAtMs: 0,
};

export type LiveEffect =
  | { kind: "outdated"; keys: readonly (readonly unknown[])[] }
  | { kind: "notice"; notice: Notice }
  | { kind: "reminder"; reminder: Reminder }
  | { kind: "resync" };

export interface LiveStep {
  live: Live;
  effects: LiveEffect[];
}

const byId = <T>(items: readonly T[], id: (item: T) => string): Record<string, T> =>
  Object.fromEntries(items.map((item) => [id(item), item]));

/** Everything at one sequence number; replaces what was known. */
export function applySnapshot(live: Live, snapshot: Snapshot, now: number): Live {
  const offer = live.offer;
  // It ended while nothing was heard: how, nobody can say here, but the agent saw it ring.
  const missed = offer && snapshot.offer?.call_id !== offer.call_id && !snapshot.calls.some((call) => call.id === offer.call_id && call.agent_id === snapshot.me?.user_id && call.status === "in_progress");
  return {
    ...live,
    ready: true,
    ...(missed ? { endedOffer: { offer, end: { kind: "withdrawn" as const }, atMs: now } } : {}),
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    offsetMs: snapshot.server_time_ms - now,
    me: snapshot.me,
    offer: snapshot.offer,
    calls: byId(snapshot.calls, (call) => call.id),
    agents: byId(snapshot.agents, (agent) => agent.user_id),
    queues: byId(snapshot.queues, (queue) => queue.queue_id),
    heardAtMs: now,
  };
}

/** One message of the stream. An event that was seen already changes nothing; a hole asks for the snapshot. */
export function applyMessage(live: Live, message: ServerMessage, now: number): LiveStep {
  switch (message.type) {
    case "welcome": {
      const next = { ...live, offsetMs: message.server_time_ms - now, heardAtMs: now };
      const known = live.ready && live.epoch === message.epoch && message.resumed;
      return { live: next, effects: known ? [] : [{ kind: "resync" }] };
    }
    case "pong":
      return { live: { ...live, offsetMs: message.server_time_ms - now, heardAtMs: now }, effects: [] };
    case "probe":
      return { live, effects: [] };
    case "event": {
      // Figures that the next second replaces are not counted: they carry the number of the event before them.
      const passing = message.event.kind === "sound";
      if (!live.ready || message.seq < live.seq || (message.seq === live.seq && !passing)) return { live, effects: [] };
      const heard = { ...live, seq: message.seq, heardAtMs: now };
      const keys = outdatedBy(message.event);
      const effects: LiveEffect[] = keys.length > 0 ? [{ kind: "outdated", keys }] : [];
      if (message.event.kind === "notice") effects.push({ kind: "notice", notice: message.event.notice });
      if (message.event.kind === "reminder") effects.push({ kind: "reminder", reminder: message.event.reminder });
      return { live: applyEvent(heard, message.event, now), effects };
    }
  }
}

/** The figures of the last second come on their own; the call that is sent on a change has none. */
function withSound(call: LiveCall, before: LiveCall | undefined): LiveCall {
  if (!before || call.agent_sound !== null || call.customer_sound !== null) return call;
  const { agent_sound, customer_sound, device_sound, mouth_to_ear_ms, sound_cause } = before;
  return { ...call, agent_sound, customer_sound, device_sound, mouth_to_ear_ms, sound_cause };
}

function applyEvent(live: Live, event: LiveEvent, now: number): Live {
  switch (event.kind) {
    case "offer":
      return { ...live, offer: event.offer, endedOffer: null };
    case "offer_ended":
      if (live.offer?.call_id !== event.call_id) return live;
      return { ...live, offer: null, endedOffer: { offer: live.offer, end: event.end, atMs: now } };
    case "call":
      return { ...live, calls: { ...live.calls, [event.call.id]: withSound(event.call, live.calls[event.call.id]) } };
    case "call_ended": {
      const { [event.call_id]: gone, ...rest } = live.calls;
      const suggested = event.suggested_outcome ? { ...live.suggested, [event.call_id]: event.suggested_outcome } : live.suggested;
      return gone || suggested !== live.suggested ? { ...live, calls: rest, suggested } : live;
    }
    case "sound": {
      const call = live.calls[event.call_id];
      if (!call) return live;
      const next: LiveCall = {
        ...call, agent_sound: event.agent, customer_sound: event.customer, device_sound: event.device,
        mouth_to_ear_ms: event.mouth_to_ear_ms, sound_cause: event.cause,
      };
      return { ...live, calls: { ...live.calls, [call.id]: next } };
    }
    case "agent": {
      const me = live.me?.user_id === event.agent.user_id ? event.agent : live.me;
      return { ...live, me, agents: { ...live.agents, [event.agent.user_id]: event.agent } };
    }
    case "queue":
      return { ...live, queues: { ...live.queues, [event.queue.queue_id]: event.queue } };
    case "restart_media":
    case "lead":
    case "analysis":
    case "recording":
    case "worklist":
    case "tasks":
    case "reminder":
    case "settings":
    case "notice":
      return live;
  }
}

/** The call that this agent talks on, or that rings at the customer for them; an offer is not one yet. */
export function myCall(live: Live): LiveCall | null {
  const state = live.me?.state;
  if (state?.kind === "on_call") return live.calls[state.call_id] ?? null;
  const mine = live.me?.user_id;
  const talks = (call: LiveCall): boolean =>
    call.status === "in_progress" || (call.direction === "outbound" && call.status === "ringing");
  return Object.values(live.calls).find((call) => call.agent_id === mine && talks(call)) ?? null;
}
