import { Link } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { AssignmentDryRun, AssignmentRuleSet, DryRunLeads } from "@/api/generated/wire";
import { useApp, useLocale, useT } from "@/app-context";
import { useCampaigns } from "@/lib/use-campaigns";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import { Seg } from "@/ui/seg";
import { ErrorBox } from "@/ui/state-box";
import { whyGiven } from "./why-given";
import { Warnings } from "./warnings";

const MOST = 20_000;

function Result({ run, set }: { run: AssignmentDryRun; set: AssignmentRuleSet }) {
  const t = useT();
  const locale = useLocale();
  const campaigns = useCampaigns();
  return (
    <div className="col g-3" data-testid="dry-run-result">
      <Note tone="acc">{t("assign.dry_sum", { all: run.looked_at, changes: run.changes, nobody: run.unassigned })}</Note>
      <Warnings warnings={run.warnings} rules={set.rules} />
      <div className="table-wrap"><table className="table" data-testid="dry-rules"><caption className="sr">{t("assign.dry_rules")}</caption>
        <thead><tr><th>{t("assign.rule")}</th><th className="num">{t("assign.gives")}</th><th className="num">{t("assign.passes")}</th></tr></thead>
        <tbody>{run.rules.map((each) => <tr key={each.rule_id}><td>{each.name}</td><td className="num">{each.gives}</td><td className="num">{each.passes}</td></tr>)}
          {run.by_fallback > 0 ? <tr><td>{t("assign.fallback")}</td><td className="num">{run.by_fallback}</td><td /></tr> : null}</tbody>
      </table></div>
      <div className="table-wrap"><table className="table" data-testid="dry-agents"><caption className="sr">{t("assign.dry_agents")}</caption>
        <thead><tr><th>{t("assign.agent")}</th><th className="num">{t("assign.has_now")}</th><th className="num">{t("assign.would_have")}</th></tr></thead>
        <tbody>{run.agents.map((each) => <tr key={each.user_id}><td>{each.name}</td><td className="num">{each.now}</td><td className={each.then === each.now ? "num" : "num strong"}>{each.then}{each.then === each.now ? null : ` (${each.then > each.now ? "+" : "−"}${Math.abs(each.then - each.now)})`}</td></tr>)}</tbody>
      </table></div>
      {run.sample.length > 0 ? (
        <ul className="col">{run.sample.map((each) => (
          <li key={each.lead_id} className="t-12"><Link to="/leads/$leadId" params={{ leadId: each.lead_id }}>{each.name}</Link> {t("assign.from_to", { from: each.from ?? t("lead.nobody"), to: each.to ?? t("lead.nobody") })}<br /><span className="ink-2">{whyGiven(each.reason, { t, locale, campaigns })}</span></li>
        ))}</ul>
      ) : null}
    </div>
  );
}

/** Tries the rules, also those that are not saved, on the newest real leads. */
export function DryRunPanel({ set }: { set: AssignmentRuleSet }) {
  const t = useT();
  const locale = useLocale();
  const { api } = useApp();
  const [leads, setLeads] = useState<DryRunLeads>("unassigned");
  const run = useMutation({ mutationFn: (which: DryRunLeads) => api.tryAssignment({ set, leads: which, most: MOST }) });
  return (
    <section className="panel" aria-label={t("assign.dry_run")} data-region="dry-run">
      <header><h2>{t("assign.dry_run")}</h2></header>
      <div className="body col">
        <p className="t-12 ink-2">{t("assign.dry_text", { n: MOST.toLocaleString(locale) })}</p>
        <div className="row wrap">
          <Seg size="sm" label={t("assign.dry_which")} value={leads} options={[{ value: "unassigned", label: t("assign.dry_unassigned") }, { value: "all", label: t("assign.dry_all") }]} onChange={setLeads} />
          <Button icon="play" busy={run.isPending} onClick={() => { run.mutate(leads); }} data-testid="dry-run">{t(run.isPending ? "assign.dry_busy" : "assign.dry_go")}</Button>
        </div>
        {run.isError ? <ErrorBox cause={run.error} /> : null}
        {run.data ? <Result run={run.data} set={set} /> : null}
      </div>
    </section>
  );
}
