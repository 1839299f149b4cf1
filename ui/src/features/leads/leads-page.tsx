import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import type { Lead } from "@/api/generated/wire";
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
import { NewLeadDialog } from "./new-lead-dialog";

interface Search {
  search?: string;
  heat?: string;
  stage?: string;
  mine?: string;
}

function Row({ lead }: { lead: Lead }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const navigate = useNavigate();
  return (
    <tr className="go" data-testid="lead-row" data-lead={lead.id} onClick={() => void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } })}>
      <td>
        <Link className="row-link" to="/leads/$leadId" params={{ leadId: lead.id }} onClick={(event) => { event.stopPropagation(); }}>{lead.name}</Link>
        <p className="t-12 ink-3 nowrap">{lead.masked ? <Icon name="lock" size="sm" /> : null} {lead.phone}</p>
      </td>
      <td><Badge tone="acc">{nameOf(t, "stage", lead.stage)}</Badge> {lead.do_not_call ? <Badge tone="live" icon="stop">{t("lead.do_not_call")}</Badge> : null}</td>
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
  const search: Search = useSearch({ from: "/shell/leads" });
  const [adding, setAdding] = useState(false);
  const filter = useDeferredValue({
    limit: 50,
    ...(search.search ? { search: search.search } : {}), ...(search.heat ? { heat: search.heat } : {}),
    ...(search.stage ? { stage: search.stage } : {}), ...(search.mine ? { owner_id: me.user.id } : {}),
  });
  const pages = usePages(keys.leads(filter), (cursor) => api.leads(cursor ? { ...filter, cursor } : filter));
  const set = (change: Partial<Search>): void => {
    const next = Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== "" && value !== undefined));
    void navigate({ to: "/leads", search: next, replace: true });
  };
  const add = may(me.user.role, "edit_leads") ? <Button icon="plus" tone="primary" onClick={() => { setAdding(true); }} data-testid="new-lead">{t("leads.new")}</Button> : null;
  return (
    <div className="page">
      <div className="page-head" data-region="filters">
        <h1>{t("nav.leads")}</h1>
        <TextField label={t("calls.search")} hideLabel type="search" className="sm wide-input" placeholder={t("calls.search")} value={search.search ?? ""} onChange={(event) => { set({ search: event.target.value }); }} data-testid="leads-search" />
        <SelectField
          label={t("leads.heat")} hideLabel className="sm" value={search.heat ?? ""} onChange={(event) => { set({ heat: event.target.value }); }}
          choices={[{ value: "", label: t("leads.any_heat") }, ...(["hot", "warm", "cold"] as const).map((value) => ({ value, label: t(`heat.${value}`) }))]}
        />
        <Seg size="sm" label={t("leads.whose")} value={search.mine ? "mine" : "all"} options={[{ value: "all", label: t("leads.all") }, { value: "mine", label: t("leads.mine") }]} onChange={(value) => { set({ mine: value === "mine" ? "1" : "" }); }} />
        <span className="push" />{add}
      </div>
      <section className="scroll" aria-label={t("nav.leads")} data-region="list" tabIndex={-1}>
        <Paged pages={pages} empty={Object.keys(search).length > 0
          ? <StateBox icon="search" title={t("leads.none_found")} text={t("leads.none_found_text")} action={<Button onClick={() => void navigate({ to: "/leads", search: {} })}>{t("calls.clear")}</Button>} />
          : <StateBox icon="lead" title={t("leads.none")} text={t("leads.none_text")} action={add} />}>
          {(leads) => (
            <div className="table-wrap"><table className="table calls">
              <thead><tr><th>{t("leads.col_name")}</th><th>{t("leads.col_stage")}</th><th>{t("leads.heat")}</th><th className="hide-narrow">{t("lead.owner")}</th><th className="hide-narrow">{t("leads.col_source")}</th><th className="num hide-narrow">{t("leads.col_calls")}</th><th className="hide-narrow">{t("leads.col_last")}</th></tr></thead>
              <tbody>{leads.map((lead) => <Row key={lead.id} lead={lead} />)}</tbody>
            </table></div>
          )}
        </Paged>
      </section>
      {adding ? <NewLeadDialog onClose={() => { setAdding(false); }} /> : null}
    </div>
  );
}
