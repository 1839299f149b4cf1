import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { usePeople } from "@/features/settings/use-people";
import { localZone, weekday } from "@/lib/time";
import { dayAt, daysOf, isDay, rangeOf, startOf, stepped } from "@/state/calendar";
import type { Span } from "@/state/calendar";
import { filterOf, isWhen, keyOf, WHEN, whoseOf } from "@/state/follow-ups";
import type { FollowUp } from "@/state/follow-ups";
import { may } from "@/state/rights";
import { Button, IconButton } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { Loading } from "@/ui/loaded";
import { Seg } from "@/ui/seg";
import { ErrorBox, StateBox } from "@/ui/state-box";
import { Calendar } from "./calendar";
import { FollowUpRows } from "./follow-up-list";
import { MoveDialog } from "./move-dialog";
import { ReassignDialog } from "./reassign-dialog";
import { useFollowUpActs, useFollowUps } from "./use-follow-ups";

const SPANS: readonly Span[] = ["day", "week", "month"];
/** A calendar shows a span whole; this many of each are more than anybody has in a month. */
const MOST_IN_CALENDAR = 200;

interface Search {
  when?: string;
  who?: string;
  span?: string;
  day?: string;
}

/** Tasks and callbacks as a list and as a calendar, one's own or the team's. */
export function FollowUpsPage() {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const search: Search = useSearch({ from: "/shell/follow-ups" });
  const people = usePeople();
  const acts = useFollowUpActs();
  const locale = useLocale();
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [giving, setGiving] = useState<readonly FollowUp[] | null>(null);
  const { platform } = useApp();
  const [asks, setAsks] = useState(() => platform.notices.state() === "ask");
  const [moving, setMoving] = useState<FollowUp | null>(null);
  const zone = localZone();
  const minute = Math.floor(useServerNow() / 60_000) * 60_000;
  const supervises = may(me.user.role, "monitor");
  const who = supervises ? (search.who ?? "mine") : "mine";
  const span = SPANS.find((each) => each === search.span) ?? null;
  const when = isWhen(search.when) ? search.when : "open";
  const day = search.day !== undefined && isDay(search.day) ? search.day : dayAt(minute, zone);
  const range = rangeOf(daysOf(span ?? "day", day), zone);
  const filter = span === null ? filterOf(when, who, minute, zone) : { ...whoseOf(who), due_from_ms: range.fromMs, due_before_ms: range.beforeMs, limit: MOST_IN_CALENDAR };
  const list = useFollowUps(filter);
  const set = (change: Search): void => {
    const next = Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== "" && value !== undefined));
    setChosen(new Set());
    void navigate({ to: "/follow-ups", search: next, replace: true });
  };
  const picked = (list.items ?? []).filter((each) => chosen.has(keyOf(each)));
  return (
    <div className="page follow-page" data-testid="follow-page">
      <div className="page-head">
        <h1>{t("follow.title")}</h1>
        <span className="push" />
        <Seg size="sm" label={t("follow.look")} value={span ?? "list"} onChange={(value) => { set({ span: value === "list" ? "" : value }); }} options={[{ value: "list" as const, icon: "sort" as const, label: t("follow.list"), testid: "follow-look-list" }, ...SPANS.map((value) => ({ value, label: t(`follow.span_${value}`), testid: `follow-look-${value}` }))]} />
        {asks ? <Button size="sm" icon="bell" onClick={() => void platform.notices.ask().then(() => { setAsks(platform.notices.state() === "ask"); })} data-testid="follow-notify">{t("follow.notify")}</Button> : null}
        {supervises ? (
          <SelectField label={t("follow.whose")} hideLabel className="sm" value={who} onChange={(event) => { set({ who: event.target.value }); }} data-testid="follow-who"
            choices={[{ value: "mine", label: t("follow.mine") }, { value: "team", label: t("follow.team_all") }, ...people.map((each) => ({ value: each.id, label: each.name }))]} />
        ) : null}
      </div>
      <div className="page-head queue-tools" data-region="filters">
        {span === null
          ? <Seg size="sm" label={t("follow.when")} value={when} onChange={(value) => { set({ when: value === "open" ? "" : value }); }} options={WHEN.map((value) => ({ value, label: t(`follow.when_${value}`), testid: `follow-when-${value}` }))} />
          : <>
            <IconButton icon="left" size="sm" label={t("follow.before")} onClick={() => { set({ day: stepped(span, day, -1) }); }} />
            <Button size="sm" onClick={() => { set({ day: "" }); }} data-testid="follow-today">{t("follow.today")}</Button>
            <IconButton icon="right" size="sm" label={t("follow.next")} onClick={() => { set({ day: stepped(span, day, 1) }); }} />
            <b className="strong" role="status">{weekday(startOf(day, zone) + 43_200_000, locale)}</b>
            <span className="t-12 ink-3 hide-narrow">{t("follow.clock", { zone })}</span>
          </>}
        <span className="push" />
        {picked.length > 0 ? <>
          <span className="ink-2" role="status">{t("follow.picked", { n: picked.length })}</span>
          <Button size="sm" icon="user" onClick={() => { setGiving(picked); }} data-testid="follow-give-many">{t("follow.reassign")}</Button>
          <Button size="sm" tone="plain" onClick={() => { setChosen(new Set()); }}>{t("bulk.clear")}</Button>
        </> : span === null ? <span id="follow-keys" className="t-12 ink-3 hide-narrow">{t("follow.keys")}</span> : null}
      </div>
      {list.items === undefined ? (list.error ? <ErrorBox cause={list.error} onRetry={list.retry} /> : <Loading rows={8} onRetry={list.retry} />)
        : span !== null ? <Calendar span={span} day={day} items={list.items} onDay={(to) => { set({ day: to }); }} onOpen={(to) => { set({ day: to, span: "day" }); }} />
          : list.items.length === 0 ? <StateBox icon="check" title={t("follow.none")} text={t("follow.none_text")} testid="follow-none" />
            : <FollowUpRows items={list.items} acts={acts} chosen={chosen} onChosen={setChosen} onReassign={setGiving} onMove={setMoving} ofMany={who !== "mine"} />}
      {list.more && list.items !== undefined ? <div className="more"><Button busy={list.loadingMore} onClick={list.loadMore} data-testid="load-more">{t("ui.more")}</Button></div> : null}
      {giving ? <ReassignDialog items={giving} acts={acts} onClose={(done) => { setGiving(null); if (done) setChosen(new Set()); }} /> : null}
      {moving ? <MoveDialog item={moving} acts={acts} onClose={() => { setMoving(null); }} /> : null}
    </div>
  );
}
