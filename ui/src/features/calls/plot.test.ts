import { describe, expect, it } from "vitest";
import type { CallSound, SideSound, SoundPoint } from "@/api/generated/wire";
import { translator } from "@/i18n";
import { mean, plotOf, rangeOf, thinned, valueOf } from "./plot";
import { plotWords } from "./sound-plot";

const side = (change: Partial<SideSound>): SideSound => ({ mos: null, loss: null, concealed: null, jitter_ms: null, round_trip_ms: null, buffer_ms: null, level_dbfs: null, clipped: null, echo_loss_db: null, ...change });

const point = (at_ms: number, change: Partial<SoundPoint> = {}): SoundPoint => ({ at_ms, span_ms: 1000, agent: null, device: null, customer: null, mouth_to_ear_ms: null, cause: null, ...change });

const sound = (points: SoundPoint[], marks: CallSound["marks"] = []): CallSound => ({ points, marks, agent_model: "", customer_model: "" });

describe("the plot of a call's sound", () => {
  it("joins weak seconds that lie close together", () => {
    const points = [4, 3, 3.2, 4, 4, 4, 4, 4, 4, 2.9].map((mos, i) => point(i * 1000, { agent: side({ mos: 4.3 }), customer: side({ mos }) }));
    expect(plotOf(sound(points), "mos").weak).toEqual([{ fromMs: 1000, toMs: 3000 }, { fromMs: 9000, toMs: 10_000 }]);
  });

  it("leaves a gap in the line where a side was not measured, and no line where it never was", () => {
    const points = [4, null, 4].map((mos, i) => point(i * 1000, { agent: side({ mos }) }));
    const { lines } = plotOf(sound(points), "mos");
    expect(lines.map((each) => each.who)).toEqual(["agent"]);
    expect(lines[0]?.path.match(/M/g)).toHaveLength(2);
  });

  it("breaks the line where seconds are missing, as over a restart of the server", () => {
    const points = [0, 1000, 20_000, 21_000].map((at) => point(at, { agent: side({ mos: 4 }) }));
    expect(plotOf(sound(points), "mos").lines[0]?.path.match(/M/g)).toHaveLength(2);
  });

  it("marks holds and reconnects inside the plot, also those that never ended", () => {
    const points = [0, 1, 2, 3].map((n) => point(10_000 + n * 1000, { agent: side({ mos: 4 }) }));
    const { marks, spanMs } = plotOf(sound(points, [{ kind: "hold", from_ms: 9000, to_ms: 11_000 }, { kind: "agent_away", from_ms: 12_000, to_ms: null }]), "mos");
    expect(spanMs).toBe(4000);
    expect(marks).toEqual([{ kind: "hold", fromMs: 0, toMs: 1000 }, { kind: "agent_away", fromMs: 2000, toMs: 4000 }]);
  });

  it("draws each figure in its own unit on an axis that holds it", () => {
    const points = [point(0, { agent: side({ loss: 0.123, round_trip_ms: 310, level_dbfs: -31 }), mouth_to_ear_ms: 402 })];
    expect(valueOf(points[0]?.agent ?? null, "loss")).toBeCloseTo(12.3);
    expect(rangeOf(points, "loss")).toEqual([0, 20]);
    expect(rangeOf(points, "delay")).toEqual([0, 410]);
    expect(rangeOf([], "jitter")).toEqual([0, 40]);
    expect(plotOf(sound(points), "delay").lines.map((each) => each.who)).toEqual(["agent", "total"]);
  });

  it("says in words when it was weak, why, and what is marked, in both languages", () => {
    const points = [4, 3, 3].map((mos, i) => point(i * 1000, { customer: side({ mos }), cause: mos < 4 ? "carrier" : null }));
    const plot = plotOf(sound(points, [{ kind: "hold", from_ms: 0, to_ms: 1000 }]), "mos");
    const words = plotWords(plot, translator("en"));
    expect(words).toContain("Likely: carrier.");
    expect(words).toContain("hold 0");
    expect(plotWords(plot, translator("hi"))).toContain("संभवतः");
    expect(plotWords(plotOf(sound([]), "mos"), translator("en"))).toBe("Never weak.");
  });

  it("keeps the table short and takes means of what is known", () => {
    expect(thinned(Array.from({ length: 600 }, (_, i) => point(i * 1000)), 60)).toHaveLength(60);
    expect(thinned([point(0)], 60)).toHaveLength(1);
    expect([mean([1, null, 3, undefined]), mean([null])]).toEqual([2, null]);
  });
});
