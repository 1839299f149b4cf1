import { fromLocalInput, toLocalInput } from "@/lib/time";

/** A day of the calendar: `2026-11-20`. */
export type Day = string;
export type Span = "day" | "week" | "month";

const utc = (day: Day): Date => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): Day => date.toISOString().slice(0, 10);

export const addDays = (day: Day, by: number): Day => {
  const date = utc(day);
  date.setUTCDate(date.getUTCDate() + by);
  return dayOf(date);
};

/** The same day of another month, or its last one. */
export function addMonths(day: Day, by: number): Day {
  const date = utc(day);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + by, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date.getUTCDate(), last));
  return dayOf(first);
}

/** Weeks begin on Monday. */
export const mondayOf = (day: Day): Day => addDays(day, -((utc(day).getUTCDay() + 6) % 7));

export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** The days that a calendar shows: one, a week, or all weeks of a month. */
export function daysOf(span: Span, day: Day): Day[] {
  if (span === "day") return [day];
  if (span === "week") return Array.from({ length: 7 }, (_, n) => addDays(mondayOf(day), n));
  const first = `${day.slice(0, 7)}-01`;
  const from = mondayOf(first);
  const days: Day[] = [];
  for (let each = from; each < addMonths(first, 1) || days.length % 7 !== 0; each = addDays(each, 1)) days.push(each);
  return days;
}

/** When a day begins in a zone. Where the clocks leave midnight out it begins with its first hour. */
export function startOf(day: Day, zone: string): number {
  for (const time of ["00:00", "00:30", "01:00"]) {
    const at = fromLocalInput(`${day}T${time}`, zone);
    if (at !== null) return at;
  }
  return utc(day).getTime();
}

/** The instants of a span: from the first on, up to the second. */
export function rangeOf(days: readonly Day[], zone: string): { fromMs: number; beforeMs: number } {
  const [first = "1970-01-01", last = first] = [days[0], days.at(-1)];
  return { fromMs: startOf(first, zone), beforeMs: startOf(addDays(last, 1), zone) };
}

export const dayAt = (ms: number, zone: string): Day => toLocalInput(ms, zone).slice(0, 10);

/** By days of a zone; every day that is asked for is there. */
export function byDay<T extends { dueMs: number | null }>(items: readonly T[], days: readonly Day[], zone: string): Map<Day, T[]> {
  const all = new Map<Day, T[]>(days.map((day) => [day, []]));
  for (const item of items) if (item.dueMs !== null) all.get(dayAt(item.dueMs, zone))?.push(item);
  return all;
}

/** Where the chosen day goes with a key; null for a key that does not move it. */
export function dayAfterKey(key: string, day: Day): Day | null {
  switch (key) {
    case "ArrowRight": return addDays(day, 1);
    case "ArrowLeft": return addDays(day, -1);
    case "ArrowDown": return addDays(day, 7);
    case "ArrowUp": return addDays(day, -7);
    case "PageDown": return addMonths(day, 1);
    case "PageUp": return addMonths(day, -1);
    case "Home": return mondayOf(day);
    case "End": return addDays(mondayOf(day), 6);
    default: return null;
  }
}

/** The day that the buttons "before" and "next" lead to. */
export const stepped = (span: Span, day: Day, by: 1 | -1): Day =>
  span === "month" ? addMonths(day, by) : addDays(day, span === "week" ? 7 * by : by);
