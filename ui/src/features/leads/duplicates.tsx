import { Link, useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeadId, LeadMerge } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { may } from "@/state/rights";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { MergeDialog } from "./merge-dialog";

/** Leads that are probably the same person, what was merged with this one, and its undo. */
export function Duplicates({ leadId }: { leadId: LeadId }) {
  const t = useT();
  const me = useMe();
  const locale = useLocale();
  const now = useServerNow();
  const navigate = useNavigate();
  const { api, queries, fail } = useApp();
  const [other, setOther] = useState<{ id: LeadId | null } | null>(null);
  const found = useQuery({ queryKey: keys.leadDuplicates(leadId), queryFn: () => api.leadDuplicates(leadId) }).data ?? [];
  const merges = useQuery({ queryKey: keys.leadMerges(leadId), queryFn: () => api.leadMerges(leadId) }).data ?? [];
  const merging = may(me.user.role, "monitor");
  const undo = (merge: LeadMerge): void => void api.undoMerge(merge.id)
    .then(() => Promise.all([queries.invalidateQueries({ queryKey: ["lead"] }), queries.invalidateQueries({ queryKey: keys.leads() })])).catch(fail);
  const done = (kept: LeadId): void => {
    setOther(null);
    if (kept !== leadId) void navigate({ to: "/leads/$leadId", params: { leadId: kept } });
  };
  if (found.length === 0 && merges.length === 0 && !merging) return null;
  return (
    <section className="panel" aria-label={t("merge.duplicates")} data-region="duplicates" data-testid="duplicates">
      <header><h2>{t("merge.duplicates")}</h2>{merging ? <Button size="sm" className="push" icon="search" onClick={() => { setOther({ id: null }); }} data-testid="merge-other">{t("merge.other_lead")}</Button> : null}</header>
      {found.length === 0 ? <p className="body ink-2">{t("merge.none")}</p> : (
        <ul>{found.map(({ lead, because }) => (
          <li key={lead.id} className="line" data-testid="duplicate">
            <span className="grow"><Link className="row-link" to="/leads/$leadId" params={{ leadId: lead.id }}>{lead.name}</Link> <span className="t-12 ink-3 nowrap">{lead.masked ? <Icon name="lock" size="sm" /> : null} {lead.phone}</span></span>
            <Badge tone="warn" icon={because === "number" ? "phone" : "mail"}>{t(`likeness.${because}`)}</Badge>
            {merging ? <Button size="sm" onClick={() => { setOther({ id: lead.id }); }} aria-label={t("merge.compare_with", { name: lead.name })} data-testid="merge-compare">{t("merge.compare")}</Button> : null}
          </li>
        ))}</ul>
      )}
      {merges.length === 0 ? null : (
        <ul aria-label={t("merge.merged")}>{merges.map((each) => (
          <li key={each.id} className="line" data-testid="merge-done">
            <span className="grow">{t("merge.was", { name: each.merged_name, who: each.made_by })} <span className="t-12 ink-3">{when(each.at_ms, now, locale)}</span></span>
            {each.undone_at_ms !== null ? <Badge icon="undo">{t("change.undone")}</Badge>
              : merging && now < each.undo_until_ms ? <Button size="sm" icon="undo" onClick={() => { undo(each); }} aria-label={t("merge.undo", { name: each.merged_name })} data-testid="merge-undo">{t("change.undo")}</Button> : null}
          </li>
        ))}</ul>
      )}
      {other ? <MergeDialog leadId={leadId} otherId={other.id} onDone={done} onClose={() => { setOther(null); }} /> : null}
    </section>
  );
}
