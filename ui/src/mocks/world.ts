import type { AgentState, AgentStatus, AskedAgentState, LiveCall, LiveEvent, Me, Offer, OfferEnd, ServerMessage, Snapshot } from "@/api/generated/wire";
import { liveCall, liveCalls, offer as offerOf } from "./calls";
import { agents, me as meOf, queueStatus } from "./people";

export const SCENES = ["sign-in", "first-run", "idle", "ring", "ring-unknown", "talking", "unheard", "held", "wrap", "monitor", "admin"] as const;
export type Scene = (typeof SCENES)[number];

/** A small stand-in for the server: enough state to play one call through. */
export class World {
  readonly me: Me;
  calls: LiveCall[];
  offer: Offer | null = null;
  private mine: AgentStatus;
  private seq = 1;

  constructor(readonly scene: Scene, private readonly send: (message: ServerMessage) => void) {
    this.me = meOf(scene === "monitor" || scene === "admin" ? "tenant_admin" : "telecaller");
    const supervisor = this.me.user.role === "tenant_admin";
    this.mine = {
      user_id: this.me.user.id, name: this.me.user.name, state: { kind: "available" }, since_ms: Date.now() - 134_000, queue_ids: ["q-sales"], calls_today: 14, last_call_at_ms: null,
      break_after_call: false, has_device: true, by_telephone: false,
    };
    this.calls = supervisor ? liveCalls() : [];
    if (scene === "ring") this.offer = offerOf();
    if (scene === "ring-unknown") this.offer = offerOf({ lead: null, caller: "+1 415 555 0134", queue_name: "Support", came_by: ["Support line +1 415 555 0102", "Pressed 2 Possession date"], why: "You have waited longest of 4 free agents who speak English" });
    if (scene === "talking" || scene === "unheard" || scene === "held" || scene === "wrap") {
      const unheard = { both_heard: false, silent_side: "customer" as const, customer_sound: null, sound_cause: null, customer_keys: "12#" };
      this.calls = [liveCall(scene === "unheard" ? unheard : scene === "held" ? { held_since_ms: Date.now() - 131_000, monitors: [{ user_id: "admin", name: "Leela Riverstone", mode: "whisper", since_ms: Date.now() }] } : {})];
      this.mine = { ...this.mine, state: { kind: "on_call", call_id: "live-0" } };
    }
    if (this.offer) this.mine = { ...this.mine, state: { kind: "reserved", call_id: "live-0" } };
  }

  snapshot(): Snapshot {
    const others = agents().filter((each) => each.user_id !== this.me.user.id);
    return { epoch: "mock", seq: this.seq, server_time_ms: Date.now(), me: this.mine, offer: this.offer, calls: this.calls, agents: [...others, this.mine], queues: queueStatus };
  }

  emit(event: LiveEvent): void {
    this.seq += 1;
    this.send({ type: "event", seq: this.seq, at_ms: Date.now(), event });
  }

  private become(state: AgentState): AgentStatus {
    this.mine = { ...this.mine, state, since_ms: Date.now() };
    this.emit({ kind: "agent", agent: this.mine });
    return this.mine;
  }

  setCall(call: LiveCall): void {
    this.calls = this.calls.map((each) => (each.id === call.id ? call : each));
    this.emit({ kind: "call", call });
  }

  ring(): void {
    this.offer = offerOf({ offered_at_ms: Date.now(), expires_at_ms: Date.now() + 20_000 });
    this.emit({ kind: "offer", offer: this.offer });
    this.become({ kind: "reserved", call_id: "live-0" });
  }

  endOffer(end: OfferEnd): null {
    this.offer = null;
    this.emit({ kind: "offer_ended", call_id: "live-0", end });
    if (end.kind !== "answered") this.become({ kind: "available" });
    return null;
  }

  answer(): LiveCall {
    this.endOffer({ kind: "answered" });
    const call = liveCall({ answered_at_ms: Date.now(), queued_at_ms: Date.now() - 18_000 });
    this.calls = [call];
    this.emit({ kind: "call", call });
    this.become({ kind: "on_call", call_id: call.id });
    return call;
  }

  hangUp(): null {
    this.become({ kind: "wrap_up", call_id: "live-0", ends_at_ms: Date.now() + 30_000 });
    this.calls = [];
    this.emit({ kind: "call_ended", call_id: "live-0", suggested_outcome: null });
    return null;
  }

  extend(): AgentStatus {
    const state = this.mine.state;
    return state.kind === "wrap_up" ? this.become({ ...state, ends_at_ms: state.ends_at_ms + 30_000 }) : this.mine;
  }

  saved(): unknown {
    this.become({ kind: "available" });
    return { effects: [], task: null, callback: null };
  }

  askState(body: unknown): AgentStatus {
    const asked = body as AskedAgentState;
    const by_telephone = asked.kind === "available_by_telephone";
    this.mine = { ...this.mine, by_telephone };
    return this.become(asked.kind === "available_by_telephone" ? { kind: "available" } : asked);
  }
}
