import type { Analysis, Segment } from "@/api/generated/intelligence";

export interface Piece {
  text: string;
  evidence: boolean;
}

/** Cuts a text so that each quote that occurs in it is a piece of its own. */
export function pieces(text: string, quotes: readonly string[]): Piece[] {
  const spans = quotes
    .filter((quote) => quote !== "")
    .map((quote) => ({ from: text.indexOf(quote), to: text.indexOf(quote) + quote.length }))
    .filter((span) => span.from >= 0)
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const out: Piece[] = [];
  let at = 0;
  for (const span of spans) {
    if (span.to <= at) continue;
    const from = Math.max(span.from, at);
    if (from > at) out.push({ text: text.slice(at, from), evidence: false });
    out.push({ text: text.slice(from, span.to), evidence: true });
    at = span.to;
  }
  if (at < text.length) out.push({ text: text.slice(at), evidence: false });
  return out;
}

/** Quotes by index of the segment that they were said in. */
export function quotesBySegment(analysis: Analysis | null): Map<number, string[]> {
  const found = new Map<number, string[]>();
  if (!analysis) return found;
  const intents = [analysis.intent.primary, ...analysis.intent.secondary].filter((each) => each !== null);
  for (const each of [...analysis.fields, ...intents, ...analysis.action_items]) {
    found.set(each.segment, [...(found.get(each.segment) ?? []), each.quote]);
  }
  return found;
}

/** Index of the segment that is heard at a second: the last one that has begun; -1 before the first. */
export function segmentAt(segments: readonly Segment[], atS: number): number {
  let found = -1;
  segments.forEach((each, index) => {
    if (each.start_s <= atS + 0.05) found = index;
  });
  return found;
}
