import { describe, expect, it } from "vitest";
import { agent, call, event, live, offer, snapshot, sound } from "@/testing/make";
import { applyMessage, applySnapshot, emptyLive, myCall } from "./live";

const after = (state = live(), ...messages: Parameters<typeof applyMessage>[1][]) =>
  messages.reduce((now, message) => applyMessage(now, message, 0).live, state);

const figures = { kind: "sound" as const, call_id: "c1", agent: null, customer: null, device: null, mouth_to_ear_ms: null, cause: null };

describe("the live state", () => {
  it("takes a snapshot as all that is known and sets the clock by it", () => {
    const state = applySnapshot(live({ calls: { old: call({ id: "old" }) } }), snapshot({ calls: [call()] }), 500);
    expect(Object.keys(state.calls)).toEqual(["c1"]);
    expect([state.seq, state.offsetMs]).toEqual([5, 1500]);
  });

  it("leaves out events that it has seen", () => {
    const state = after(live({ seq: 4 }), event(4, { kind: "call", call: call() }));
    expect(state.calls).toEqual({});
  });

  it("leaves out events from before the snapshot", () => {
    expect(applyMessage(emptyLive, event(9, { kind: "call", call: call() }), 0).live).toBe(emptyLive);
  });

  it("keeps what became of an offer", () => {
    const state = after(live(), event(2, { kind: "offer", offer: offer() }), event(3, { kind: "offer_ended", call_id: "c1", end: { kind: "taken_by", name: "Mira" } }));
    expect(state.offer).toBeNull();
    expect(state.endedOffer?.end).toEqual({ kind: "taken_by", name: "Mira" });
  });

  it("does not end an offer by news of another call", () => {
    const state = after(live({ offer: offer() }), event(2, { kind: "offer_ended", call_id: "other", end: { kind: "expired" } }));
    expect(state.offer?.call_id).toBe("c1");
  });

  it("a new offer clears the words about the one before", () => {
    const ended = { offer: offer(), end: { kind: "expired" as const }, atMs: 0 };
    expect(after(live({ endedOffer: ended }), event(2, { kind: "offer", offer: offer({ call_id: "c2" }) })).endedOffer).toBeNull();
  });

  it("puts sound figures into their call", () => {
    const state = after(live({ calls: { c1: call() } }), event(2, { ...figures, agent: sound(4.3), customer: sound(3.1), mouth_to_ear_ms: 150, cause: { cause: "carrier", side: "customer" } }));
    expect(state.calls["c1"]).toMatchObject({ customer_sound: { mos: 3.1 }, mouth_to_ear_ms: 150, sound_cause: { cause: "carrier" } });
  });

  it("keeps the figures of the last second when a change of the call comes without any", () => {
    const before = live({ calls: { c1: call({ customer_sound: sound(3.1), sound_cause: { cause: "carrier", side: "customer" } }) } });
    const state = after(before, event(2, { kind: "call", call: call({ held_since_ms: 5 }) }));
    expect(state.calls["c1"]).toMatchObject({ held_since_ms: 5, customer_sound: { mos: 3.1 }, sound_cause: { cause: "carrier" } });
  });

  it("takes sound figures that carry the number of the event before them, and no older ones", () => {
    const second = (seq: number, mos: number) => event(seq, { ...figures, customer: sound(mos) });
    const state = after(live({ seq: 7, calls: { c1: call() } }), second(7, 4.1), second(7, 4.2), second(6, 1));
    expect([state.calls["c1"]?.customer_sound?.mos, state.seq]).toEqual([4.2, 7]);
  });

  it("takes a call that ended away", () => {
    expect(after(live({ calls: { c1: call() } }), event(2, { kind: "call_ended", call_id: "c1", suggested_outcome: null })).calls).toEqual({});
  });

  it("keeps the outcome that fits a call that ended", () => {
    const state = after(live({ calls: { c1: call() } }), event(2, { kind: "call_ended", call_id: "c1", suggested_outcome: "left_voicemail" }), event(3, { kind: "call_ended", call_id: "c2", suggested_outcome: null }));
    expect([state.calls, state.suggested]).toEqual([{}, { c1: "left_voicemail" }]);
  });

  it("knows its own state among all agents", () => {
    const state = after(live(), event(2, { kind: "agent", agent: agent({ kind: "on_call", call_id: "c1" }) }));
    expect(state.me?.state.kind).toBe("on_call");
    expect(after(state, event(3, { kind: "agent", agent: agent({ kind: "break", reason: "tea" }, { user_id: "other" }) })).me?.state.kind).toBe("on_call");
  });

  it("a ring that ended while nothing was heard is told, unless it was answered here", () => {
    const ringing = live({ offer: offer() });
    const mine = { me: agent({ kind: "on_call", call_id: "c1" }), calls: [call()] };
    expect(applySnapshot(ringing, snapshot(), 7).endedOffer).toEqual({ offer: offer(), end: { kind: "withdrawn" }, atMs: 7 });
    expect(applySnapshot(ringing, snapshot({ offer: offer() }), 7).endedOffer).toBeNull();
    expect(applySnapshot(ringing, snapshot(mine), 7).endedOffer).toBeNull();
    expect(applySnapshot(live(), snapshot(), 7).endedOffer).toBeNull();
  });

  it("asks for the snapshot when the server could not resume", () => {
    const welcome = { type: "welcome" as const, epoch: "e", seq: 9, resumed: false, server_time_ms: 0 };
    expect(applyMessage(live(), welcome, 0).effects).toEqual([{ kind: "resync" }]);
    expect(applyMessage(live(), { ...welcome, resumed: true }, 0).effects).toEqual([]);
    expect(applyMessage(live(), { ...welcome, resumed: true, epoch: "other" }, 0).effects).toEqual([{ kind: "resync" }]);
  });

  it("says which answers became old", () => {
    const { effects } = applyMessage(live(), event(2, { kind: "lead", lead_id: "l1" }), 0);
    expect(effects).toEqual([{ kind: "outdated", keys: [["lead", "l1"], ["leads"], ["worklist"]] }]);
  });

  it("hands notices on", () => {
    const notice = { level: "loss" as const, code: "recording_not_stored", text: "t", call_id: null };
    expect(applyMessage(live(), event(2, { kind: "notice", notice }), 0).effects).toEqual([{ kind: "notice", notice }]);
  });

  it("finds the agent's call by the state, else by its agent", () => {
    expect(myCall(live({ me: agent({ kind: "on_call", call_id: "c1" }), calls: { c1: call() } }))?.id).toBe("c1");
    expect(myCall(live({ calls: { c1: call() } }))?.id).toBe("c1");
    expect(myCall(live({ calls: { c1: call({ agent_id: "other" }) } }))).toBeNull();
    const ringing = (direction: "inbound" | "outbound") => myCall(live({ calls: { c1: call({ direction, status: "ringing" }) } }));
    expect([ringing("outbound")?.id, ringing("inbound")]).toEqual(["c1", null]);
  });
});
