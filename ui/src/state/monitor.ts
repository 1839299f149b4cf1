import type { AgentStatus, Cause, LegSound, LiveCall } from "@/api/generated/wire";

/** Why an agent needs the supervisor, worst first. */
export type Need =
  | { kind: "hold_long"; ms: number }
  | { kind: "unreachable"; ms: number }
  | { kind: "silent"; side: "agent" | "customer" }
  | { kind: "reconnecting"; ms: number }
  | { kind: "sound_cause"; cause: Cause }
  | { kind: "sound_bad"; side: "agent" | "customer"; mos: number }
  | { kind: "wrap_long"; ms: number };

export interface AgentRow {
  agent: AgentStatus;
  call: LiveCall | null;
  need: Need | null;
}

export type Severity = "live" | "warn" | "note";

export const HOLD_LONG_MS = 120_000;
export const WRAP_LONG_MS = 60_000;
export const MOS_WEAK = 3.5;

export function severity(need: Need): Severity {
  switch (need.kind) {
    case "hold_long":
    case "unreachable":
    case "silent": return "live";
    case "reconnecting":
    case "sound_cause":
    case "sound_bad": return "warn";
    case "wrap_long": return "note";
  }
}

const weak = (sound: LegSound | null): sound is LegSound => sound !== null && sound.mos < MOS_WEAK;

/** The worst thing about one agent at the server's instant `now`. */
export function needOf(agent: AgentStatus, call: LiveCall | null, now: number): Need | null {
  if (agent.state.kind === "unreachable") return { kind: "unreachable", ms: now - agent.since_ms };
  if (agent.state.kind === "wrap_up" && now - agent.since_ms > WRAP_LONG_MS) {
    return { kind: "wrap_long", ms: now - agent.since_ms };
  }
  if (!call) return null;
  if (call.held_since_ms !== null && now - call.held_since_ms >= HOLD_LONG_MS) {
    return { kind: "hold_long", ms: now - call.held_since_ms };
  }
  if (call.reconnecting_since_ms !== null) return { kind: "reconnecting", ms: now - call.reconnecting_since_ms };
  if (call.silent_side !== null) return { kind: "silent", side: call.silent_side };
  if (call.sound_cause !== null) return { kind: "sound_cause", cause: call.sound_cause.cause };
  if (weak(call.customer_sound)) return { kind: "sound_bad", side: "customer", mos: call.customer_sound.mos };
  if (weak(call.agent_sound)) return { kind: "sound_bad", side: "agent", mos: call.agent_sound.mos };
  return null;
}

const rank: Record<Severity, number> = { live: 0, warn: 1, note: 2 };

const stateRank = (agent: AgentStatus): number =>
  ["on_call", "reserved", "wrap_up", "available", "break", "unreachable", "offline"].indexOf(agent.state.kind);

const callIdOf = (agent: AgentStatus): string | null =>
  "call_id" in agent.state && agent.state.kind !== "wrap_up" ? agent.state.call_id : null;

/** Agents with their calls, those who need help first; people who are away are left out. */
export function agentRows(
  agents: readonly AgentStatus[], calls: Readonly<Record<string, LiveCall>>, queueId: string | null, now: number,
): AgentRow[] {
  const rows = agents
    .filter((agent) => agent.state.kind !== "offline")
    .filter((agent) => queueId === null || agent.queue_ids.includes(queueId))
    .map((agent): AgentRow => {
      const id = callIdOf(agent);
      const call = id ? (calls[id] ?? null) : null;
      return { agent, call, need: needOf(agent, call, now) };
    });
  const place = (row: AgentRow): number => (row.need ? rank[severity(row.need)] : 3);
  return rows.sort((a, b) =>
    place(a) - place(b)
    || stateRank(a.agent) - stateRank(b.agent)
    || a.agent.since_ms - b.agent.since_ms
    || a.agent.name.localeCompare(b.agent.name));
}

/** Keeps the order of `before`, so that rows stand still under the pointer; new ones come last. */
export function heldOrder(rows: readonly AgentRow[], before: readonly string[]): AgentRow[] {
  const place = new Map(before.map((id, index) => [id, index]));
  return [...rows].sort((a, b) =>
    (place.get(a.agent.user_id) ?? before.length) - (place.get(b.agent.user_id) ?? before.length));
}
