import type { Snooze } from "@/api/generated/wire";
import type { Translate } from "@/i18n";
import { clock, sameHour, when } from "@/lib/time";
import type { FollowUp } from "@/state/follow-ups";

export const SNOOZES: readonly Snooze[] = ["ten_minutes", "one_hour", "tomorrow_morning"];

/** What it is, in a few words. */
export const whatOf = (item: FollowUp, t: Translate): string =>
  item.kind === "callback" ? t("follow.callback", { name: item.leadName ?? t("desk.the_customer") }) : (item.text ?? "");

/** Its hour on our clock, and on the person's where that shows another one. */
export function hourOf(item: FollowUp, now: number, locale: string, t: Translate): string {
  if (item.dueMs === null) return t("follow.no_hour");
  const ours = when(item.dueMs, now, locale);
  return item.zone === null || sameHour(item.dueMs, item.zone) ? ours : `${ours} · ${t("idle.theirs", { time: clock(item.dueMs, item.zone) })}`;
}
