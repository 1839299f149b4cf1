import { describe, expect, it } from "vitest";
import { detail, intelligence, rows, segments } from "@/mocks/calls";
import { translator } from "@/i18n";
import { offer } from "@/testing/make";
import { playableFormat } from "@/state/player";
import { afterRing } from "@/features/ring/after-ring";
import { dayOf } from "@/features/desk/idle-desk";
import { fillScript } from "@/features/desk/help-column";
import { effectText } from "@/features/desk/outcome-card";
import { stretchOf } from "@/features/desk/sound-panel";
import { codeOf } from "@/features/outcomes/next-action";
import { factLine } from "@/features/settings/audit-page";
import { dialable } from "@/features/palette/commands";
import { query } from "@/api/client";
import { sound } from "@/testing/make";
import { moodOf } from "./badges";
import { holdsOf, recordingStart } from "./detail-page";
import { filterOf } from "./history-page";
import { factsOf } from "./timeline";
import { pieces, quotesBySegment, segmentAt } from "./transcript";
import { columns, ticks } from "./waveform";
import { ranked } from "./why-card";

const t = translator("en");

describe("the waveform", () => {
  it("shows each part by its loudness, and silence past the end", () => {
    expect(columns([255, 255, 0, 0], 2)).toEqual([1, 0]);
    expect(columns([255, 0], 1)).toEqual([0.75]);
    expect(columns([], 2)).toEqual([0, 0]);
    expect(columns([1], 0)).toEqual([]);
  });

  it("has marks on round seconds, about 150 px apart", () => {
    expect(ticks(246, 1000)).toEqual([0, 60, 120, 180, 240]);
    expect(ticks(20, 1000)).toEqual([0, 5, 10, 15, 20]);
  });

  it("asks for WAV only where Opus cannot be played", () => {
    expect([playableFormat(() => "probably"), playableFormat(() => "")]).toEqual(["ogg", "wav"]);
  });
});

describe("the transcript", () => {
  it("marks the words that something was learned from", () => {
    expect(pieces("around sixty, maybe seventy if", ["sixty, maybe seventy"])).toEqual([
      { text: "around ", evidence: false }, { text: "sixty, maybe seventy", evidence: true }, { text: " if", evidence: false },
    ]);
  });

  it("loses no letter when quotes overlap, repeat or are not there", () => {
    const text = "send me the plan today, please";
    const cut = pieces(text, ["me the plan", "the plan today", "not said", "", "me the plan"]);
    expect(cut.map((each) => each.text).join("")).toBe(text);
    expect(cut.filter((each) => each.evidence).map((each) => each.text)).toEqual(["me the plan", " today"]);
  });

  it("knows which words are heard at a second", () => {
    expect([segmentAt(segments, 0), segmentAt(segments, 6), segmentAt(segments, 30), segmentAt(segments, 999)]).toEqual([-1, 0, 2, 10]);
  });

  it("finds the quotes of each segment, promises too", () => {
    const quotes = quotesBySegment(intelligence("call-1").analysis);
    expect(quotes.get(7)).toEqual(["sixty, maybe seventy"]);
    expect(quotes.get(10)).toEqual(["Saturday at eleven is good", "Send me the plan today"]);
  });
});

describe("a call's detail", () => {
  it("places holds on the recording, which begins when the agent answered", () => {
    const call = detail("call-1");
    expect(recordingStart(call)).toBe(call.row.started_at_ms + 24_000);
    expect(holdsOf(call)).toEqual([{ fromS: 190, toS: 208 }]);
  });

  it("counts the recording from the end when no answer was logged", () => {
    const call = detail("call-1");
    const bare = { ...call, events: [] };
    expect(recordingStart(bare)).toBe((call.row.ended_at_ms ?? 0) - call.row.talk_ms);
  });

  it("lists the chosen agent first, then by score, then who was passed over", () => {
    const why = detail("call-1").why;
    expect(why && ranked(why).map((each) => each.name)).toEqual(["Mira Tamarind", "Farid Kettlewell", "Ila Kettlewell", "Kabir Bluegate", "Nisha Saltpan"]);
  });

  it("tells the facts of an event that people want", () => {
    const facts = (data: Record<string, unknown>) => factsOf({ seq: 1, at_ms: 0, kind: "routed", data }, { u1: "Mira Tamarind", customer: "Asha" }, translator("en"));
    expect(facts({ agent: "u1", fence: 3, decision: { a: 1 } })).toBe("Mira Tamarind");
    expect(facts({ agent: "u9", side: "customer", reason: "no_answer" })).toBe("Asha, no answer");
    expect(facts({ to: { kind: "number", number: "+91 98•••" } })).toBe("+91 98•••");
    expect(facts({ to: { kind: "agent", user_id: "u1" } })).toBe("Mira Tamarind");
    expect(facts({ agent: "u1", message: { id: "m1", name: "Please call back", length_ms: 9000 } })).toBe("Mira Tamarind, Please call back");
  });
});

describe("words", () => {
  it("moods have a sign and a word", () => {
    expect([-1, -0.3, 0, 0.3, 0.9].map((score) => t(moodOf(score).key))).toEqual(["Very low", "Low", "Even", "Warm", "Very warm"]);
  });

  it("after a ring say who took it, what was missed, and nothing when the agent did it", () => {
    const end = (kind: "answered" | "expired" | "caller_gone" | "withdrawn" | "declined") => afterRing({ offer: offer({ caller: "+1 415" }), end: { kind }, atMs: 0 }, t);
    expect([end("answered"), end("declined")]).toEqual([null, null]);
    expect([end("expired")?.title, end("caller_gone")?.title]).toEqual(["You missed +1 415", "+1 415 hung up before you answered"]);
    expect(afterRing({ offer: offer(), end: { kind: "taken_by", name: "Mira" }, atMs: 0 }, t)?.title).toBe("Mira took the call");
  });

  it("fill a script with names", () => {
    expect(fillScript("{agent} of {company} for {customer}, {other}", { agent: "Farid", company: "Cedar", customer: "Asha" })).toBe("Farid of Cedar for Asha, {other}");
  });

  it("tell both clocks of a callback", () => {
    const at = Date.parse("2026-11-20T06:30:00Z");
    expect(effectText({ kind: "callback", due_at_ms: at, local_time: "", zone: "Asia/Kolkata" }, t, at, "en")).toContain("(12:00 there)");
  });

  it("judge the sound of a side", () => {
    expect([stretchOf(null, false), stretchOf(sound(4), false), stretchOf(sound(3.4), false), stretchOf(sound(4), true)]).toEqual(["none", "good", "weak", "silent"]);
  });
});

describe("lists", () => {
  it("take filters from the address and leave out what is not one", () => {
    expect(filterOf({ search: "asha", days: "7", status: "nonsense", direction: "inbound" }, 864_000_000)).toEqual({ limit: 50, search: "asha", direction: "inbound", from_ms: 864_000_000 - 6 * 86_400_000 });
    expect(query({ a: "x y", b: undefined, c: "", d: 0 })).toBe("?a=x+y&d=0");
  });

  it("count a day's calls", () => {
    expect(dayOf(rows)).toMatchObject({ done: 7, good: 3 });
    expect(dayOf([])).toEqual({ done: 0, talkMs: 0, averageMs: 0, good: 0 });
  });

  it("codes come from labels", () => {
    expect([codeOf("Visit booked!"), codeOf("  "), codeOf("Ja & Nein")]).toEqual(["visit_booked", "", "ja_nein"]);
  });

  it("only numbers are dialled", () => {
    expect([dialable("+91 98123 00021"), dialable("(415) 555-0134"), dialable("asha"), dialable("12")]).toEqual([true, true, false, false]);
  });

  it("audit facts are one line", () => {
    expect(factLine({ mode: "whisper", empty: null, deep: { a: 1 } })).toBe('mode: whisper, deep: {"a":1}');
  });
});
