import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { KeyboardEvent } from "react";
import { useLocale, useServerNow, useT } from "@/app-context";
import { cx } from "@/lib/cx";
import { clock, day as dayWords, localZone, sameHour, weekday } from "@/lib/time";
import { byDay, dayAfterKey, dayAt, daysOf, startOf } from "@/state/calendar";
import type { Day, Span } from "@/state/calendar";
import { isLate, keyOf } from "@/state/follow-ups";
import type { FollowUp } from "@/state/follow-ups";
import { Icon } from "@/ui/icon";
import { whatOf } from "./words";

interface Props {
  span: Span;
  day: Day;
  items: readonly FollowUp[];
  onDay: (day: Day) => void;
  onOpen: (day: Day) => void;
}

const SHOWN_IN_MONTH = 3;

/** One of a day: our hour, the person's where it is another, and what it is. */
function Line({ item, zone, link }: { item: FollowUp; zone: string; link: boolean }) {
  const t = useT();
  const now = useServerNow();
  const { dueMs } = item;
  const theirs = dueMs === null || item.zone === null || sameHour(dueMs, item.zone, zone) ? null : clock(dueMs, item.zone);
  const what = item.kind === "callback" ? (item.leadName ?? "") : whatOf(item, t);
  return (
    <span className={cx("cal-item", item.status !== "open" && "over", isLate(item, now) && "c-warn")} data-testid="cal-item" data-id={item.id}>
      <Icon name={item.kind === "callback" ? "callback" : "check"} size="sm" /><span className="sr">{t(`follow.kind_${item.kind}`)}</span>
      <b className="strong num">{dueMs === null ? "" : clock(dueMs, zone)}</b>
      {theirs ? <span className="t-12 ink-3 num">({t("idle.theirs", { time: theirs })})</span> : null}
      {link && item.leadId ? <Link className="trunc" to="/leads/$leadId" params={{ leadId: item.leadId }}>{what}</Link> : <span className="trunc">{what}</span>}
    </span>
  );
}

/** A day, a week or a month on our own clock. Arrows walk by days and weeks, Page up and down by months, Enter opens the day. */
export function Calendar({ span, day, items, onDay, onOpen }: Props) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const zone = localZone();
  const box = useRef<HTMLDivElement>(null);
  const walked = useRef(false);
  const days = daysOf(span, day);
  const found = byDay(items, days, zone);
  const today = dayAt(now, zone);
  useEffect(() => {
    if (!walked.current) return;
    walked.current = false;
    box.current?.querySelector<HTMLElement>("[role=gridcell][tabindex='0']")?.focus();
  }, [day]);
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).matches("[role=gridcell]")) return;
    const to = dayAfterKey(event.key, day);
    if (to !== null) {
      walked.current = true;
      onDay(to);
    } else if (event.key === "Enter") onOpen(day);
    else return;
    event.preventDefault();
  };
  const weeks: Day[][] = [];
  for (let at = 0; at < days.length; at += 7) weeks.push(days.slice(at, at + 7));
  const words = (each: Day): string => weekday(startOf(each, zone) + 43_200_000, locale);
  return (
    <div ref={box} className={cx("cal", span)} role="grid" aria-label={t("follow.calendar")} aria-describedby="cal-keys" data-testid="calendar" tabIndex={-1} onKeyDown={press}>
      <p id="cal-keys" className="sr">{t("follow.cal_keys")}</p>
      {weeks.map((week) => (
        <div key={week[0]} role="row" className="cal-week">
          {week.map((each) => {
            const all = found.get(each) ?? [];
            const most = span === "month" ? SHOWN_IN_MONTH : all.length;
            return (
              <div
                key={each} role="gridcell" tabIndex={each === day ? 0 : -1} className={cx("cal-day", each === today && "today", span === "month" && each.slice(0, 7) !== day.slice(0, 7) && "other")}
                aria-selected={each === day} aria-current={each === today ? "date" : undefined} data-testid="cal-day" data-day={each}
                onClick={() => { onDay(each); }} onDoubleClick={() => { onOpen(each); }} onKeyDown={() => undefined}
              >
                <span className="sr">{t("follow.day", { day: words(each), n: all.length })}</span>
                <span className="cal-head t-12" aria-hidden="true">{span === "month" ? dayWords(startOf(each, zone) + 43_200_000, locale) : words(each)}</span>
                {all.slice(0, most).map((item) => <Line key={keyOf(item)} item={item} zone={zone} link={span !== "month"} />)}
                {all.length > most ? <span className="t-12 ink-3">{t("follow.and_more", { n: all.length - most })}</span> : null}
                {span === "day" && all.length === 0 ? <span className="ink-3">{t("follow.nothing")}</span> : null}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}
