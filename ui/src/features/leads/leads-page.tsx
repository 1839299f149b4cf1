import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import type { Lead, LeadId } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { usePages } from "@/lib/use-pages";
import { may } from "@/state/rights";
import { Badge, HeatMark } from "@/ui/badge";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Paged } from "@/ui/paged";
import { Seg } from "@/ui/seg";
import { StateBox } from "@/ui/state-box";
import { BulkBar } from "./bulk-bar";
import { BulkProgress } from "./bulk-progress";
import { filterOf, listFilter, sortOf } from "./lead-search";
import type { LeadSearch } from "./lead-search";
import { NewLeadDialog } from "./new-lead-dialog";
import { TagsDialog } from "./tags-dialog";
import { TagChips, useTags } from "./tags";
import { ViewPicker } from "./views";

interface RowProps {
  lead: Lead;
  /** Null for people who choose none. */
  chosen: boolean | null;
  onChoose: (on: boolean) => void;
}

function Row({ lead, chosen, onChoose }: RowProps) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const navigate = useNavigate();
  return (
    <tr className="go" data-testid="lead-row" data-lead={lead.id} onClick={() => void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } })}>
      {chosen === null ? null : (
        <td className="tick"><input
          type="checkbox" className="box" checked={chosen} aria-label={t("bulk.pick", { name: lead.name })} data-testid="lead-pick"
          onClick={(event) => { event.stopPropagation(); }} onChange={(event) => { onChoose(event.target.checked); }}
        /></td>
      )}
      <td>
        <Link className="row-link" to="/leads/$leadId" params={{ leadId: lead.id }} onClick={(event) => { event.stopPropagation(); }}>{lead.name}</Link>
        <p className="t-12 ink-3 nowrap">{lead.masked ? <Icon name="lock" size="sm" /> : null} {lead.phone}</p>
      </td>
      <td><Badge tone="acc">{nameOf(t, "stage", lead.stage)}</Badge> {lead.do_not_call ? <Badge tone="live" icon="stop">{t("lead.do_not_call")}</Badge> : null} <TagChips ids={lead.tags} /></td>
      <td><HeatMark heat={lead.heat} /></td>
      <td className="hide-narrow">{lead.owner_name ?? <span className="ink-3">{t("lead.nobody")}</span>}</td>
      <td className="ink-2 hide-narrow">{[lead.source, lead.source_detail].filter(Boolean).join(" › ") || "–"}</td>
      <td className="num hide-narrow">{lead.attempts}</td>
      <td className="nowrap ink-2 hide-narrow">{lead.last_contact_at_ms === null ? t("lead.never") : when(lead.last_contact_at_ms, now, locale)}</td>
    </tr>
  );
}

/** All people that this user may see. */
export function LeadsPage() {
  const t = useT();
  const me = useMe();
  const { api } = useApp();
  const navigate = useNavigate();
  const search: LeadSearch = useSearch({ from: "/shell/leads" });
  const [dialog, setDialog] = useState<"new" | "tags" | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<LeadId>>(new Set());
  const tags = useTags();
  const many = may(me.user.role, "monitor");
  const filter = useDeferredValue(listFilter(search, me.user.id));
  const pages = usePages(keys.leads(filter), (cursor) => api.leads(cursor ? { ...filter, cursor } : filter));
  const set = (change: Partial<LeadSearch>): void => {
    const next = Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== "" && value !== undefined));
    setChosen(new Set());
    void navigate({ to: "/leads", search: next, replace: true });
  };
  const choose = (ids: readonly LeadId[], on: boolean): void => {
    setChosen((now) => new Set(on ? [...now, ...ids] : [...now].filter((each) => !ids.includes(each))));
  };
  const add = may(me.user.role, "edit_leads") ? <Button icon="plus" tone="primary" onClick={() => { setDialog("new"); }} data-testid="new-lead">{t("leads.new")}</Button> : null;
  return (
    <div className="page">
      <div className="page-head wrap" data-region="filters">
        <h1>{t("nav.leads")}</h1>
        <TextField label={t("calls.search")} hideLabel type="search" className="sm wide-input" placeholder={t("calls.search")} value={search.search ?? ""} onChange={(event) => { set({ search: event.target.value }); }} data-testid="leads-search" />
        <SelectField
          label={t("leads.heat")} hideLabel className="sm" value={search.heat ?? ""} onChange={(event) => { set({ heat: event.target.value }); }}
          choices={[{ value: "", label: t("leads.any_heat") }, ...(["hot", "warm", "cold"] as const).map((value) => ({ value, label: t(`heat.${value}`) }))]}
        />
        {tags.length > 0 ? (
          <SelectField
            label={t("tags.one")} hideLabel className="sm" value={search.tag ?? ""} onChange={(event) => { set({ tag: event.target.value }); }} data-testid="leads-tag"
            choices={[{ value: "", label: t("tags.any") }, ...tags.map((each) => ({ value: each.id, label: each.word }))]}
          />
        ) : null}
        <Seg size="sm" label={t("leads.whose")} value={search.mine ? "mine" : search.owner ? null : "all"} options={[{ value: "all", label: t("leads.all") }, { value: "mine", label: t("leads.mine") }]} onChange={(value) => { set({ mine: value === "mine" ? "1" : "", owner: "" }); }} />
        <SelectField
          label={t("leads.sort")} hideLabel className="sm" value={sortOf(search)} onChange={(event) => { set({ sort: event.target.value === "oldest" ? "oldest" : "" }); }} data-testid="leads-sort"
          choices={[{ value: "newest", label: t("leads.newest") }, { value: "oldest", label: t("leads.oldest") }]}
        />
        <ViewPicker search={search} />
        <span className="push" />
        {many ? <Button icon="tag" onClick={() => { setDialog("tags"); }} data-testid="manage-tags">{t("tags.manage")}</Button> : null}{add}
      </div>
      {many ? <BulkProgress /> : null}
      {many && (pages.items?.length ?? 0) > 0 ? <BulkBar chosen={chosen} filter={filterOf(search, me.user.id)} onClear={() => { setChosen(new Set()); }} /> : null}
      <section className="scroll" aria-label={t("nav.leads")} data-region="list" tabIndex={-1}>
        <Paged pages={pages} empty={Object.keys(search).length > 0
          ? <StateBox icon="search" title={t("leads.none_found")} text={t("leads.none_found_text")} testid="leads-none" action={<Button onClick={() => void navigate({ to: "/leads", search: {} })}>{t("calls.clear")}</Button>} />
          : <StateBox icon="lead" title={t("leads.none")} text={t("leads.none_text")} action={add} />}>
          {(leads) => (
            <div className="table-wrap"><table className="table calls">
              <thead><tr>
                {many ? <th className="tick"><input type="checkbox" className="box" checked={leads.every((each) => chosen.has(each.id))} aria-label={t("bulk.pick_all")} data-testid="lead-pick-all" onChange={(event) => { choose(leads.map((each) => each.id), event.target.checked); }} /></th> : null}
                <th>{t("leads.col_name")}</th><th>{t("leads.col_stage")}</th><th>{t("leads.heat")}</th><th className="hide-narrow">{t("lead.owner")}</th><th className="hide-narrow">{t("leads.col_source")}</th><th className="num hide-narrow">{t("leads.col_calls")}</th><th className="hide-narrow">{t("leads.col_last")}</th></tr></thead>
              <tbody>{leads.map((lead) => <Row key={lead.id} lead={lead} chosen={many ? chosen.has(lead.id) : null} onChoose={(on) => { choose([lead.id], on); }} />)}</tbody>
            </table></div>
          )}
        </Paged>
      </section>
      {dialog === "new" ? <NewLeadDialog onClose={() => { setDialog(null); }} /> : null}
      {dialog === "tags" ? <TagsDialog onClose={() => { setDialog(null); }} /> : null}
    </div>
  );
}
