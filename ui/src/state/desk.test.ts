import { describe, expect, it } from "vitest";
import { agent, call, disposition, live, offer } from "@/testing/make";
import { card } from "@/mocks/people";
import { NOTES_MAX, deskStep, draftOf, emptyDesk, extendsByTyping, callbackState, fieldValue, missing } from "./desk";
import type { Desk, DeskEvent } from "./desk";
import type { Live } from "./live";

const talking = live({ me: agent({ kind: "on_call", call_id: "c1" }), calls: { c1: call() } });
const wrapping = live({ me: agent({ kind: "wrap_up", call_id: "c1", ends_at_ms: 99 }) });
const free = live();

const run = (desk: Desk, ...events: (DeskEvent | Live)[]): Desk =>
  events.reduce((now, each) => deskStep(now, "ready" in each ? { kind: "live", live: each } : each, 700), desk);

const at = { nowMs: Date.parse("2026-11-20T00:00:00Z"), zone: "Asia/Kolkata" };

describe("the desk follows the call", () => {
  it("brings the lead card of the offer along to the call", () => {
    const desk = run(emptyDesk, live({ offer: offer({ lead: card }) }), talking);
    expect(desk.current?.lead?.lead.name).toBe("Asha Marigold");
  });

  it("leaves the card when the call is with somebody else, and keeps it otherwise", () => {
    const with_ = (lead_id: string | null) =>
      live({ me: agent({ kind: "on_call", call_id: "c1" }), calls: { c1: call({ lead_id }) } });
    const offered = run(emptyDesk, live({ offer: offer({ lead: card }) }), with_(card.lead.id));
    expect(run(offered, with_(card.lead.id), wrapping).current?.lead).toBe(card);
    expect(run(offered, with_("l9")).current?.lead).toBeNull();
    expect(run(offered, with_(null)).current?.lead).toBeNull();
  });

  it("answering ends when the call is there", () => {
    const desk = run(emptyDesk, { kind: "answering", callId: "c1" });
    expect(desk.answering).toBe("c1");
    expect(run(desk, talking).answering).toBeNull();
  });

  it("keeps the call in wrap-up and knows when it ended", () => {
    const desk = run(emptyDesk, talking, wrapping);
    expect(desk.current).toMatchObject({ id: "c1", endedAtMs: 700 });
    expect(desk.current?.call?.customer_name).toBe("Asha Marigold");
  });

  it("stays when the server has moved on and the outcome is not saved", () => {
    expect(run(emptyDesk, talking, wrapping, free).current?.id).toBe("c1");
  });

  it("is empty once the outcome is saved, and late news of that call does not bring it back", () => {
    const desk = run(emptyDesk, talking, wrapping, { kind: "saved", callId: "c1" });
    expect(desk.current).toBeNull();
    expect(run(desk, wrapping).current).toBeNull();
  });

  it("puts an unsaved call aside for the next one, and takes it out again", () => {
    const next = live({ me: agent({ kind: "on_call", call_id: "c2" }), calls: { c2: call({ id: "c2" }) } });
    const desk = run(emptyDesk, talking, wrapping, { kind: "draft", callId: "c1", change: { notes: "hello" } }, next);
    expect([desk.current?.id, desk.unfinished.map((each) => each.id)]).toEqual(["c2", ["c1"]]);
    expect(run(desk, { kind: "open_unfinished", callId: "c1" }).current?.id).toBe("c2");
    const later = run(desk, free, { kind: "open_unfinished", callId: "c1" });
    expect([later.current?.id, later.unfinished.map((each) => each.id), draftOf(later, "c1").notes]).toEqual(["c1", ["c2"], "hello"]);
  });

  it("does not lose the call while the live state is being read anew", () => {
    expect(run(emptyDesk, talking, { ...free, ready: false }).current?.endedAtMs).toBeNull();
  });

  it("shows hold as asked until the server agrees or refuses", () => {
    const asked = run(emptyDesk, talking, { kind: "hold_asked", on: true });
    expect([asked.askedHold, run(asked, talking).askedHold]).toEqual([true, true]);
    const held = live({ ...talking, calls: { c1: call({ held_since_ms: 5 }) } });
    expect([run(asked, held).askedHold, run(asked, { kind: "hold_over" }).askedHold]).toEqual([null, null]);
  });
});

describe("what is typed", () => {
  it("raises the revision only when the notes change", () => {
    const desk = run(emptyDesk, { kind: "draft", callId: "c1", change: { notes: "a" } }, { kind: "draft", callId: "c1", change: { code: "x" } }, { kind: "draft", callId: "c1", change: { notes: "ab" } });
    expect(draftOf(desk, "c1")).toMatchObject({ notes: "ab", notesRevision: 2, code: "x", typedAtMs: 700 });
  });

  it("is cut at 500 characters without breaking one", () => {
    const desk = run(emptyDesk, { kind: "draft", callId: "c1", change: { notes: "😀".repeat(NOTES_MAX + 20) } });
    expect([...draftOf(desk, "c1").notes]).toHaveLength(NOTES_MAX);
  });

  it("another outcome drops the detail of the one before", () => {
    const desk = run(emptyDesk, { kind: "draft", callId: "c1", change: { code: "a", subCode: "s" } }, { kind: "draft", callId: "c1", change: { code: "b" } });
    expect(draftOf(desk, "c1").subCode).toBeNull();
  });

  it("fields come one by one and stay together", () => {
    const desk = run(emptyDesk, { kind: "draft", callId: "c1", change: { fields: { budget: "60" } } }, { kind: "draft", callId: "c1", change: { fields: { loan: "yes" } } });
    expect(draftOf(desk, "c1").fields).toEqual({ budget: "60", loan: "yes" });
  });
});

describe("what an outcome still asks for", () => {
  const draft = draftOf(emptyDesk, "c1");

  it("names detail, time, notes and fields in the order of the form", () => {
    const asks = disposition({ required: ["budget", "notes", "sub_code"], next_action: { kind: "callback" } });
    expect(missing(asks, draft, null, at)).toEqual(["sub_code", "callback", "notes", "budget"]);
  });

  it("takes what the lead has as given, and an emptied field as missing", () => {
    const asks = disposition({ required: ["bedrooms"] });
    expect(missing(asks, draft, card.lead, at)).toEqual([]);
    expect(missing(asks, { ...draft, fields: { bedrooms: "" } }, card.lead, at)).toEqual(["bedrooms"]);
  });

  it("wants a whole time to call back", () => {
    const asks = disposition({ next_action: { kind: "callback" } });
    expect(missing(asks, { ...draft, callbackTime: "2026-11" }, null, at)).toEqual(["callback"]);
    expect(missing(asks, { ...draft, callbackTime: "2026-11-25T11:30" }, null, at)).toEqual([]);
  });

  it("asks again for a time to call back that is over, or that no clock there shows", () => {
    const berlin = { nowMs: Date.parse("2026-03-29T00:00:00Z"), zone: "Europe/Berlin" };
    const states = ["", "2026-03", "2026-03-29T02:30", "2026-03-29T00:30", "2026-03-29T03:30"].map((each) => callbackState(each, berlin));
    expect(states).toEqual(["none", "none", "never", "past", "ok"]);
    const asks = disposition({ next_action: { kind: "callback" } as never });
    for (const local of ["2026-03-29T02:30", "2026-03-29T00:30"]) {
      expect(missing(asks, { ...draftOf(emptyDesk, "c1"), callbackTime: local }, null, berlin)).toEqual(["callback"]);
    }
  });

  it("shows the lead's own name and e-mail under their keys", () => {
    expect([fieldValue("customer_name", draft, card.lead), fieldValue("email", draft, card.lead), fieldValue("email", draft, null)]).toEqual(["Asha Marigold", "a•••@example.in", ""]);
  });
});

it("typing near the end of wrap-up asks for more time, quiet does not", () => {
  expect([extendsByTyping(4000, 1000), extendsByTyping(4000, 9000), extendsByTyping(20_000, 1000), extendsByTyping(0, 0)]).toEqual([true, false, false, false]);
});
