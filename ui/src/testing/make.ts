import type { AgentState, AgentStatus, Disposition, LegSound, LiveCall, LiveEvent, Offer, ServerMessage, Snapshot } from "@/api/generated/wire";
import { emptyLive } from "@/state/live";
import type { Live } from "@/state/live";

export const sound = (mos: number): LegSound => ({ level_dbfs: -20, loss: 0, concealed: 0, jitter_ms: 5, round_trip_ms: 40, buffer_ms: 40, clipped: 0, echo_loss_db: null, wideband: true, mos });

export const call = (change: Partial<LiveCall> = {}): LiveCall => ({
  id: "c1", direction: "inbound", status: "in_progress", customer_name: "Asha Marigold", customer_number: "+91", lead_id: "l1", agent_id: "me", agent_name: "Farid", queue_id: "q", queue_name: "Sales",
  campaign_id: null, campaign_name: null, came_by: [], why: null, started_at_ms: 0, queued_at_ms: 0, answered_at_ms: 1000, held_since_ms: null, recording: { kind: "recording" }, monitors: [], transfer: null,
  both_heard: true, silent_side: null, reconnecting_since_ms: null, agent_sound: null, customer_sound: null, device_sound: null, mouth_to_ear_ms: null, sound_cause: null, customer_keys: "", unsupported: [], sound_at: "bridge", simulated: false, ...change,
});

export const agent = (state: AgentState, change: Partial<AgentStatus> = {}): AgentStatus => ({
  user_id: "me", name: "Farid", state, since_ms: 0, queue_ids: ["q"], calls_today: 0, last_call_at_ms: null, break_after_call: false, has_device: true, by_telephone: false, ...change,
});

export const offer = (change: Partial<Offer> = {}): Offer => ({
  call_id: "c1", fence: 3, direction: "inbound", offered_at_ms: 0, expires_at_ms: 20_000, queue_name: "Sales", campaign_name: null, came_by: ["Web form"], waited_ms: 0, why: "Longest free", lead: null, caller: "+1 415", transferred_by: null, ...change,
});

export const disposition = (change: Partial<Disposition> = {}): Disposition => ({
  code: "interested", label: "Interested", group: "connected", tone: "ok", sub_codes: [], required: [], next_action: { kind: "none" }, stage: null, shortcut: null, ...change,
});

export const live = (change: Partial<Live> = {}): Live => ({ ...emptyLive, ready: true, epoch: "e", seq: 1, me: agent({ kind: "available" }), ...change });

export const event = (seq: number, inner: LiveEvent): ServerMessage => ({ type: "event", seq, at_ms: 0, event: inner });

export const snapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  epoch: "e", seq: 5, server_time_ms: 2000, me: agent({ kind: "available" }), offer: null, calls: [], agents: [], queues: [], ...change,
});
