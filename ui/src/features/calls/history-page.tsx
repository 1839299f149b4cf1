import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import type { CallFilter, CallRow, CallStatus, Direction } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { span, when } from "@/lib/time";
import { usePages } from "@/lib/use-pages";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Paged } from "@/ui/paged";
import { StateBox } from "@/ui/state-box";
import { MoodWords, RecordingBadge, ResultBadge } from "./badges";

interface Search {
  search?: string;
  direction?: string;
  status?: string;
  days?: string;
  agent_id?: string;
  lead_id?: string;
}

const STATUSES: readonly CallStatus[] = ["completed", "abandoned", "no_answer", "busy", "failed", "cancelled"];
const DAY = 86_400_000;

/** The address' filters as the server takes them. `startOfDay` is local midnight. */
export function filterOf(search: Search, startOfDay: number): CallFilter {
  const days = Number(search.days ?? "");
  return {
    limit: 50,
    ...(search.search ? { search: search.search } : {}),
    ...(search.direction === "inbound" || search.direction === "outbound" ? { direction: search.direction satisfies Direction } : {}),
    ...(STATUSES.some((each) => each === search.status) ? { status: search.status as CallStatus } : {}),
    ...(days > 0 ? { from_ms: startOfDay - (days - 1) * DAY } : {}),
    ...(search.agent_id ? { agent_id: search.agent_id } : {}),
    ...(search.lead_id ? { lead_id: search.lead_id } : {}),
  };
}

function Row({ row }: { row: CallRow }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const navigate = useNavigate();
  return (
    <tr className="go" data-testid="history-row" data-call={row.id} onClick={() => void navigate({ to: "/calls/$callId", params: { callId: row.id } })}>
      <td className="nowrap ink-2 hide-narrow">{when(row.started_at_ms, now, locale)}</td>
      <td>
        <span className="row tight nowrap">
          <Icon name={row.direction === "inbound" ? "arrow-down" : "arrow-up"} size="sm" /><span className="sr">{t(`direction.${row.direction}`)}</span>
          <Link className="row-link" to="/calls/$callId" params={{ callId: row.id }} onClick={(event) => { event.stopPropagation(); }}>{row.customer_name ?? row.customer_number}</Link>
          {row.hot ? <Badge tone="live" icon="star">{t("calls.hot")}</Badge> : null}
          {row.simulated ? <span className="t-11 ink-3 hide-narrow">{t("ui.simulated")}</span> : null}
        </span>
        <p className="t-12 ink-3 show-narrow">{[when(row.started_at_ms, now, locale), row.talk_ms > 0 ? span(row.talk_ms) : ""].filter(Boolean).join(" · ")}</p>
        {row.summary ? <p className="t-12 ink-2 summary">{row.summary}</p> : null}
      </td>
      <td className="nowrap hide-narrow">{row.agent_name ?? <span className="ink-3">–</span>}</td>
      <td className="ink-2 nowrap hide-narrow">{row.queue_name ?? row.campaign_name ?? "–"}</td>
      <td className="num nowrap hide-narrow">{row.talk_ms > 0 ? span(row.talk_ms) : "–"}</td>
      <td><ResultBadge row={row} /></td>
      <td className="nowrap hide-narrow"><MoodWords score={row.sentiment === null ? null : row.sentiment / 100} /></td>
      <td className="num hide-narrow">{row.lead_quality ?? "–"}</td>
      <td className="hide-narrow"><RecordingBadge state={row.recording} /></td>
    </tr>
  );
}

function Filters({ search, onChange }: { search: Search; onChange: (change: Partial<Search>) => void }) {
  const t = useT();
  return (
    <>
      <TextField
        label={t("calls.search")} hideLabel type="search" className="sm wide-input" value={search.search ?? ""} placeholder={t("calls.search")} data-testid="history-search"
        onChange={(event) => { onChange({ search: event.target.value }); }}
      />
      <SelectField
        label={t("calls.when")} hideLabel className="sm" value={search.days ?? ""} data-testid="history-days"
        choices={["", "1", "7", "30"].map((value) => ({ value, label: t(value === "" ? "calls.any_day" : value === "1" ? "calls.today" : "calls.last_days", { n: value }) }))}
        onChange={(event) => { onChange({ days: event.target.value }); }}
      />
      <SelectField
        label={t("calls.direction")} hideLabel className="sm" value={search.direction ?? ""} data-testid="history-direction"
        choices={[{ value: "", label: t("calls.both_ways") }, { value: "inbound", label: t("direction.inbound") }, { value: "outbound", label: t("direction.outbound") }]}
        onChange={(event) => { onChange({ direction: event.target.value }); }}
      />
      <SelectField
        label={t("calls.ended")} hideLabel className="sm" value={search.status ?? ""} data-testid="history-status"
        choices={[{ value: "", label: t("calls.any_end") }, ...STATUSES.map((value) => ({ value, label: t(`call_status.${value}`) }))]}
        onChange={(event) => { onChange({ status: event.target.value }); }}
      />
    </>
  );
}

/** All calls, newest first. */
export function CallsPage() {
  const t = useT();
  const { api } = useApp();
  const navigate = useNavigate();
  const search: Search = useSearch({ from: "/shell/calls" });
  const [startOfDay] = useState(() => new Date().setHours(0, 0, 0, 0));
  const filter = useDeferredValue(filterOf(search, startOfDay));
  const pages = usePages(keys.calls(filter), (cursor) => api.calls(cursor ? { ...filter, cursor } : filter));
  const set = (change: Partial<Search>): void => {
    const next = Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== "" && value !== undefined));
    void navigate({ to: "/calls", search: next, replace: true });
  };
  const filtered = Object.keys(search).length > 0;
  return (
    <div className="page">
      <div className="page-head" data-region="filters">
        <h1>{t("calls.title")}</h1>
        <Filters search={search} onChange={set} />
        {filtered ? <Button size="sm" tone="quiet" icon="x" onClick={() => void navigate({ to: "/calls", search: {} })}>{t("calls.clear")}</Button> : null}
      </div>
      {/* Scrolls by keyboard too, also when no row has a link in view. */}
      <section className="scroll" aria-label={t("calls.title")} data-region="list" tabIndex={-1}>
        <Paged
          pages={pages}
          empty={filtered
            ? <StateBox icon="search" title={t("calls.none_found")} text={t("calls.none_found_text")} testid="history-none" action={<Button onClick={() => void navigate({ to: "/calls", search: {} })}>{t("calls.clear")}</Button>} />
            : <StateBox icon="calls" title={t("calls.none")} text={t("calls.none_text")} testid="history-empty" />}
        >
          {(rows) => (
            <div className="table-wrap"><table className="table calls">
              <thead><tr>
                <th className="hide-narrow">{t("calls.col_when")}</th><th>{t("calls.col_who")}</th><th className="hide-narrow">{t("calls.col_agent")}</th><th className="hide-narrow">{t("calls.col_queue")}</th>
                <th className="num hide-narrow">{t("calls.col_talk")}</th><th>{t("calls.col_result")}</th><th className="hide-narrow">{t("calls.col_mood")}</th><th className="num hide-narrow">{t("calls.col_quality")}</th><th className="hide-narrow">{t("calls.col_recording")}</th>
              </tr></thead>
              <tbody>{rows.map((row) => <Row key={row.id} row={row} />)}</tbody>
            </table></div>
          )}
        </Paged>
      </section>
    </div>
  );
}
