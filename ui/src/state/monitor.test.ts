import { describe, expect, it } from "vitest";
import type { AgentState } from "@/api/generated/wire";
import { agent, call, sound } from "@/testing/make";
import { agentRows, heldOrder, needOf } from "./monitor";

const NOW = 1_000_000;
const one = (id: string, state: AgentState, since = NOW) => agent(state, { user_id: id, name: id, since_ms: since });

describe("what an agent needs", () => {
  const on = one("a", { kind: "on_call", call_id: "c1" });

  it("is the worst of all that is wrong", () => {
    const bad = call({ held_since_ms: NOW - 130_000, customer_sound: sound(2), silent_side: "customer" });
    expect(needOf(on, bad, NOW)).toEqual({ kind: "hold_long", ms: 130_000 });
    expect(needOf(on, { ...bad, held_since_ms: NOW - 5000 }, NOW)).toEqual({ kind: "silent", side: "customer" });
    expect(needOf(on, { ...bad, held_since_ms: null, silent_side: null }, NOW)).toEqual({ kind: "sound_bad", side: "customer", mos: 2 });
  });

  it("names the likely cause before the figure", () => {
    const bad = call({ customer_sound: sound(2), sound_cause: { cause: "carrier", side: "customer" } });
    expect(needOf(on, bad, NOW)).toEqual({ kind: "sound_cause", cause: "carrier" });
  });

  it("is nothing in a good call", () => {
    expect(needOf(on, call({ customer_sound: sound(4.2), agent_sound: sound(4.4) }), NOW)).toBeNull();
  });

  it("is a long wrap-up only after a minute", () => {
    const state: AgentState = { kind: "wrap_up", call_id: "x", ends_at_ms: NOW };
    expect([needOf(one("a", state, NOW - 61_000), null, NOW)?.kind, needOf(one("a", state, NOW - 59_000), null, NOW)]).toEqual(["wrap_long", null]);
  });
});

describe("the order of the table", () => {
  const agents = [
    one("free", { kind: "available" }), one("away", { kind: "offline" }), one("gone", { kind: "unreachable" }, NOW - 9000),
    one("talks", { kind: "on_call", call_id: "c1" }), one("weak", { kind: "on_call", call_id: "c2" }), one("wraps", { kind: "wrap_up", call_id: "z", ends_at_ms: NOW }, NOW - 90_000),
  ];
  const calls = { c1: call(), c2: call({ id: "c2", customer_sound: sound(3) }) };
  const ids = (rows: ReturnType<typeof agentRows>) => rows.map((each) => each.agent.user_id);

  it("is by need, then by state; who is signed out is not there", () => {
    expect(ids(agentRows(agents, calls, null, NOW))).toEqual(["gone", "weak", "wraps", "talks", "free"]);
  });

  it("can be of one queue", () => {
    const other = agent({ kind: "available" }, { user_id: "other", queue_ids: ["q2"] });
    expect(ids(agentRows([...agents, other], calls, "q2", NOW))).toEqual(["other"]);
  });

  it("stands still while held, with new agents last", () => {
    const rows = agentRows(agents, calls, null, NOW);
    expect(ids(heldOrder(rows, ["free", "talks", "weak", "gone"]))).toEqual(["free", "talks", "weak", "gone", "wraps"]);
  });
});
