const two = (n: number): string => String(n).padStart(2, "0");

/** `3:12`, `1:02:03`. Negative spans count as none. */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** As `span`, minutes always with two digits: `03:12`. */
export function timer(ms: number): string {
  const text = span(ms);
  return /^\d:\d\d$/.test(text) ? `0${text}` : text;
}

/** Seconds of a recording: `2:41`. */
export const second = (s: number): string => span(s * 1000);

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone ?? ""}|${JSON.stringify(options)}`;
  const found = formats.get(key);
  if (found) return found;
  const made = new Intl.DateTimeFormat(locale, { ...options, ...(zone ? { timeZone: zone } : {}) });
  formats.set(key, made);
  return made;
}

const clockOptions: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const tag = (locale: string): string => (locale === "hi" ? "hi-IN" : "en-GB");

/** `15:04`, on this computer's clock or that of `zone`. */
export const clock = (ms: number, zone?: string): string => format("en-GB", zone, clockOptions).format(ms);

/** `15:04:40` */
export const clockSeconds = (ms: number): string =>
  format("en-GB", undefined, { ...clockOptions, second: "2-digit" }).format(ms);

/** `12 Nov` */
export const day = (ms: number, locale: string, zone?: string): string =>
  format(tag(locale), zone, { day: "numeric", month: "short" }).format(ms);

/** `Fri 20 Nov` */
export const weekday = (ms: number, locale: string, zone?: string): string =>
  format(tag(locale), zone, { weekday: "short", day: "numeric", month: "short" }).format(ms);

/** `Fri 20 Nov 2026` */
export const fullDay = (ms: number, locale: string): string =>
  format(tag(locale), undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(ms);

/** `2026-11-20`. Out of its parts: the order in which a locale writes them is not the same in every engine. */
function isoDay(ms: number, zone?: string): string {
  const parts = format("en-GB", zone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(ms);
  return (["year", "month", "day"] as const).map((wanted) => parts.find((part) => part.type === wanted)?.value).join("-");
}

export const sameDay = (a: number, b: number, zone?: string): boolean => isoDay(a, zone) === isoDay(b, zone);

/** `15:04` today, `12 Nov, 16:20` else. */
export const when = (ms: number, now: number, locale: string): string =>
  sameDay(ms, now) ? clock(ms) : `${day(ms, locale)}, ${clock(ms)}`;

/** Wall clock of `zone` at an instant, as an `<input type="datetime-local">` takes it: `2026-11-20T15:04`. */
export const toLocalInput = (ms: number, zone?: string): string => `${isoDay(ms, zone)}T${clock(ms, zone)}`;

/**
 * The instant at which the wall clock of `zone` shows `local` (`YYYY-MM-DDTHH:MM`); null when the text is not a time or
 * the clock never shows it. Of two such instants (clocks going back) the first.
 */
export function fromLocalInput(local: string, zone: string): number | null {
  const guess = Date.parse(`${local}:00Z`);
  if (Number.isNaN(guess)) return null;
  const offset = (at: number): number => Date.parse(`${toLocalInput(at, zone)}:00Z`) - at;
  const candidates = [guess - offset(guess - 86_400_000), guess - offset(guess + 86_400_000)];
  const right = candidates.filter((at) => toLocalInput(at, zone) === local);
  return right.length > 0 ? Math.min(...right) : null;
}

/** A wall clock written out: `2026-11-20T15:04`. */
export const isLocalTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text);

/** Whether both zones show the same hour at that instant. */
export const sameHour = (ms: number, a: string, b?: string): boolean => toLocalInput(ms, a) === toLocalInput(ms, b);

/** The next full half hour at least `ahead` ms from `now`. */
export const nextHalfHour = (now: number, ahead: number): number => Math.ceil((now + ahead) / 1_800_000) * 1_800_000;

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Minutes of the day as `10:00`. */
export const minuteOfDay = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

/** `10:00` as minutes of the day; null when it is not a time. */
export function parseMinuteOfDay(text: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (!match) return null;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return minute <= 1440 && Number(match[2]) < 60 ? minute : null;
}

/** `4 min`, `5 h`, `3 d`: how long ago, roughly. */
export function ago(ms: number, t: (key: "time.now" | "time.min" | "time.h" | "time.d", params?: Record<string, number>) => string): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return t("time.now");
  if (minutes < 60) return t("time.min", { n: minutes });
  return minutes < 1440 ? t("time.h", { n: Math.floor(minutes / 60) }) : t("time.d", { n: Math.floor(minutes / 1440) });
}
