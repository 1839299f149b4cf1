import type { DncUploaded } from "@/api/generated/wire";

/** Lines that are sent at once. */
const LINES = 2_000;

export interface Part {
  text: string;
  /** Lines of the list before it. */
  before: number;
}

/** A list in parts of whole lines; blank parts are left out. */
export function partsOf(text: string, size = LINES): Part[] {
  const lines = text.split(/\r?\n/);
  const parts: Part[] = [];
  for (let before = 0; before < lines.length; before += size) {
    const part = lines.slice(before, before + size).join("\n");
    if (part.trim() !== "") parts.push({ text: part, before });
  }
  return parts;
}

/** What the parts came to together, with lines counted from the beginning of the list. */
export const addUp = (all: DncUploaded, part: DncUploaded, before: number): DncUploaded => ({
  added: all.added + part.added,
  known: all.known + part.known,
  wrong: all.wrong + part.wrong,
  wrong_lines: [...all.wrong_lines, ...part.wrong_lines.map((each) => ({ ...each, line: each.line + before }))].slice(0, 50),
});
