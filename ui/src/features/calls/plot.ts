import type { CallSound, Cause, SideSound, SoundMark, SoundPoint } from "@/api/generated/wire";
import { MOS_WEAK } from "@/state/monitor";

export const METRICS = ["mos", "loss", "concealed", "jitter", "delay", "level"] as const;
export type Metric = (typeof METRICS)[number];

export const WIDTH = 296;
export const LEFT = 30;
export const TOP = 10;
export const BOTTOM = 54;

/** Value of one side at one point in the metric's own unit: share in per cent, spans in ms, level in dB. */
export function valueOf(side: SideSound | null, metric: Metric): number | null {
  if (!side) return null;
  switch (metric) {
    case "mos": return side.mos;
    case "loss": return side.loss === null ? null : side.loss * 100;
    case "concealed": return side.concealed === null ? null : side.concealed * 100;
    case "jitter": return side.jitter_ms;
    case "delay": return side.round_trip_ms;
    case "level": return side.level_dbfs;
  }
}

/** Lowest and highest figure that the axis shows. */
export function rangeOf(points: readonly SoundPoint[], metric: Metric): readonly [number, number] {
  if (metric === "mos") return [2.5, 4.5];
  if (metric === "level") return [-70, 0];
  const known = points.flatMap((each) => [each.agent, each.device, each.customer].map((side) => valueOf(side, metric)))
    .concat(metric === "delay" ? points.map((each) => each.mouth_to_ear_ms) : []).filter((each) => each !== null);
  const least = { loss: 5, concealed: 5, jitter: 40, delay: 200 }[metric];
  return [0, Math.max(least, Math.ceil(Math.max(0, ...known) / 10) * 10)];
}

export interface Line {
  who: "agent" | "device" | "customer" | "total";
  path: string;
}

export interface Span {
  fromMs: number;
  toMs: number;
}

export interface Plot {
  lines: Line[];
  range: readonly [number, number];
  /** Stretches in which a side was weak, in ms from the start. */
  weak: Span[];
  /** What was said to be wrong in them, most often first. */
  causes: Cause[];
  marks: (Span & { kind: SoundMark["kind"] })[];
  spanMs: number;
}

const endOf = (point: SoundPoint | undefined): number => (point ? point.at_ms + point.span_ms : 0);

/** Lines, weak stretches and marks of a call's sound. A line is broken where nothing was measured. */
export function plotOf(sound: CallSound, metric: Metric): Plot {
  const { points } = sound;
  const start = points[0]?.at_ms ?? 0;
  const spanMs = Math.max(1, endOf(points.at(-1)) - start);
  const range = rangeOf(points, metric);
  const x = (at: number): number => LEFT + ((at - start) / spanMs) * (WIDTH - LEFT);
  const y = (value: number): number =>
    BOTTOM - ((Math.min(range[1], Math.max(range[0], value)) - range[0]) / (range[1] - range[0])) * (BOTTOM - TOP);
  const line = (who: Line["who"], pick: (point: SoundPoint) => number | null): Line => {
    let pen = false;
    let last = 0;
    const path = points.map((point) => {
      const value = pick(point);
      const gap = point.at_ms - last > 2 * point.span_ms;
      const step = value === null ? "" : `${pen && !gap ? "L" : "M"}${x(point.at_ms).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = value !== null;
      last = point.at_ms;
      return step;
    }).join("");
    return { who, path };
  };
  const lines = [line("agent", (each) => valueOf(each.agent, metric)), line("device", (each) => (metric === "mos" ? null : valueOf(each.device, metric))), line("customer", (each) => valueOf(each.customer, metric))];
  if (metric === "delay") lines.push(line("total", (each) => each.mouth_to_ear_ms));
  const marks = sound.marks.map(({ kind, from_ms, to_ms }) => ({
    kind, fromMs: Math.max(0, from_ms - start), toMs: Math.min(spanMs, Math.max(0, (to_ms ?? endOf(points.at(-1))) - start)),
  })).filter((each) => each.fromMs <= spanMs);
  return { lines: lines.filter((each) => each.path !== ""), range, ...weakOf(points, start), marks, spanMs };
}

function weakOf(points: readonly SoundPoint[], start: number): Pick<Plot, "weak" | "causes"> {
  const weak: Span[] = [];
  const counts = new Map<Cause, number>();
  for (const point of points) {
    if (point.cause !== null) counts.set(point.cause, (counts.get(point.cause) ?? 0) + point.span_ms);
    if (Math.min(point.agent?.mos ?? 5, point.customer?.mos ?? 5) >= MOS_WEAK) continue;
    const fromMs = point.at_ms - start;
    const last = weak.at(-1);
    if (last && fromMs - last.toMs <= 5000) last.toMs = fromMs + point.span_ms;
    else weak.push({ fromMs, toMs: fromMs + point.span_ms });
  }
  const causes = [...counts].sort((a, b) => b[1] - a[1]).map(([cause]) => cause);
  return { weak, causes };
}

/** At most `most` rows for the table: every so many points, and none between. */
export function thinned(points: readonly SoundPoint[], most: number): SoundPoint[] {
  const step = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_, index) => index % step === 0);
}

export function mean(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((each): each is number => each !== null && each !== undefined);
  return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length;
}
