import { useNavigate, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import type { Heat, WorklistEntry, WorklistFilter, WorklistKind, WorklistSort } from "@/api/generated/wire";
import { useApp, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { usePages } from "@/lib/use-pages";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Loading } from "@/ui/loaded";
import { Seg } from "@/ui/seg";
import { ErrorBox, StateBox } from "@/ui/state-box";
import { NextPanel } from "./next-panel";
import { QueueList } from "./queue-list";
import { KIND_ICON } from "./queue-row";

const KINDS: readonly WorklistKind[] = ["fresh", "callback", "retry"];
const SORTS: readonly WorklistSort[] = ["best", "newest", "oldest", "longest_silent", "fewest_attempts"];
const DAY = 86_400_000;
const MOST = 250;

interface Search {
  kind?: string;
  heat?: string;
  source?: string;
  days?: string;
  search?: string;
  sort?: string;
}

const count = (n: number): string => (n >= MOST ? `${MOST}+` : String(n));

/** The agent's line: who is to be called, in order and with the reason, and the next one held ready. */
export function QueuePage() {
  const t = useT();
  const { api, fail } = useApp();
  const navigate = useNavigate();
  const search: Search = useSearch({ from: "/shell/queue" });
  const today = Math.floor(useServerNow() / DAY) * DAY;
  const kind = KINDS.find((each) => each === search.kind);
  const heat = (["hot", "warm", "cold"] as const).find((each) => each === search.heat) satisfies Heat | undefined;
  const sort = SORTS.find((each) => each === search.sort);
  const filter: WorklistFilter = useDeferredValue({
    limit: 100, ...(kind ? { kind } : {}), ...(heat ? { heat } : {}), ...(sort ? { sort } : {}), ...(search.source ? { source: search.source } : {}),
    ...(search.search ? { search: search.search } : {}), ...(search.days ? { created_from_ms: today - Number(search.days) * DAY } : {}),
  });
  const counts = useQuery({ queryKey: keys.worklistCounts, queryFn: api.worklistCounts, refetchInterval: 30_000 });
  const pages = usePages(keys.worklist(filter), (cursor) => api.worklist(cursor ? { ...filter, cursor } : filter));
  const set = (change: Search): void => {
    const next = Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== "" && value !== undefined));
    void navigate({ to: "/queue", search: next, replace: true });
  };
  const call = (entry: WorklistEntry): void => void api.placeCall({ lead_id: entry.lead.id, ...(entry.lead.campaign_id ? { campaign_id: entry.lead.campaign_id } : {}) }).catch(fail);
  const narrowed = Object.keys(search).length > 0;
  const number = (of: WorklistKind): string => (counts.data ? ` ${count(counts.data[of])}` : "");
  return (
    <div className="page queue-page" data-testid="queue-page">
      <div className="queue-main">
        <div className="page-head">
          <h1>{t("queue.title")}</h1><span className="ink-2">{counts.data ? t("queue.due", { n: count(counts.data.due) }) : null}</span>
          <span className="push" />
          <Seg
            size="sm" label={t("queue.kind")} value={kind ?? "all"} onChange={(value) => { set({ kind: value === "all" ? "" : value }); }}
            options={[{ value: "all" as const, label: t("queue.all") }, ...KINDS.map((each) => ({ value: each, icon: KIND_ICON[each], label: `${t(`queue.kind_${each}`)}${number(each)}`, testid: `queue-tab-${each}` }))]}
          />
        </div>
        <div className="page-head queue-tools" data-region="filters">
          <TextField label={t("queue.search")} hideLabel type="search" className="sm wide-input" placeholder={t("queue.search")} value={search.search ?? ""} onChange={(event) => { set({ search: event.target.value }); }} data-testid="queue-search" />
          <TextField label={t("leads.col_source")} hideLabel className="sm" placeholder={t("leads.col_source")} value={search.source ?? ""} onChange={(event) => { set({ source: event.target.value }); }} />
          <SelectField label={t("queue.came_in")} hideLabel className="sm" value={search.days ?? ""} onChange={(event) => { set({ days: event.target.value }); }} choices={[{ value: "", label: t("queue.any_time") }, ...["1", "7", "30"].map((value) => ({ value, label: t("queue.last_days", { n: Number(value) }) }))]} />
          <SelectField label={t("leads.heat")} hideLabel className="sm" value={heat ?? ""} onChange={(event) => { set({ heat: event.target.value }); }} choices={[{ value: "", label: t("leads.any_heat") }, ...(["hot", "warm", "cold"] as const).map((value) => ({ value, label: t(`heat.${value}`) }))]} />
          <span className="push" />
          <SelectField label={t("queue.sort")} hideLabel className="sm" value={sort ?? "best"} onChange={(event) => { set({ sort: event.target.value === "best" ? "" : event.target.value }); }} choices={SORTS.map((value) => ({ value, label: t(`queue.sort_${value}`) }))} />
        </div>
        {pages.items === undefined ? (pages.error ? <ErrorBox cause={pages.error} onRetry={pages.retry} /> : <Loading rows={8} onRetry={pages.retry} />)
          : pages.items.length > 0 ? <QueueList items={pages.items} pages={pages} onCall={call} label={t("queue.title")} />
            : narrowed ? <StateBox icon="search" title={t("leads.none_found")} text={t("leads.none_found_text")} action={<Button onClick={() => void navigate({ to: "/queue", search: {} })}>{t("calls.clear")}</Button>} />
              : <StateBox icon="check" title={t("queue.empty")} text={t("queue.empty_text")} testid="queue-empty" />}
      </div>
      <aside className="queue-side" aria-label={t("queue.now")}><NextPanel /></aside>
    </div>
  );
}
