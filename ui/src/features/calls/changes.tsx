import { useQuery } from "@tanstack/react-query";
import type { CallId, LeadChange } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import type { Translate } from "@/i18n";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";

export function changedBy(change: LeadChange, t: Translate): string {
  switch (change.by.kind) {
    case "person": return change.by.name;
    case "analysis": return t("change.by_analysis", { engine: change.by.engine });
    case "disposition": return t("change.by_outcome");
    case "import": return t("change.by_import");
    case "crm": {
      const by = change.by.name === "" ? t("change.by_some_crm") : t("change.by_crm", { name: change.by.name });
      return change.by.lost ? `${by} (${t("change.crm_lost")})` : by;
    }
  }
}

/** Names of what changes name by an id. */
function useNames(on: boolean): ReadonlyMap<string, string> {
  const { api } = useApp();
  const people = useQuery({ queryKey: keys.users, queryFn: () => api.users(), enabled: on }).data?.items ?? [];
  const campaigns = useQuery({ queryKey: keys.campaigns, queryFn: () => api.campaigns(), enabled: on }).data ?? [];
  return new Map([...people, ...campaigns].map((each) => [each.id, each.name]));
}

/** A stored value as people read it: heat and stage have words of their own. */
function valueWords(change: LeadChange, value: string | null, t: Translate, names: ReadonlyMap<string, string>): string {
  if (value === null || value === "") return t("lead.not_known");
  if (change.field === "heat" && (value === "hot" || value === "warm" || value === "cold")) return t(`heat.${value}`);
  if (change.field === "owner" || change.field === "campaign") return names.get(value) ?? t("bulk.gone");
  return change.field === "stage" ? nameOf(t, "stage", value) : value;
}

export function ChangeRow({ change, onUndo }: { change: LeadChange; onUndo: (change: LeadChange) => void }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const names = useNames(change.field === "owner" || change.field === "campaign");
  // A merge has no value before it, and is taken apart where merges are listed.
  const merge = change.field === "merged";
  return (
    <div className="chg" data-testid="change-row" data-field={change.field}>
      <div>
        <p><span className="ink-3">{nameOf(t, "field", change.field)}</span> {merge ? null : <><s>{valueWords(change, change.from, t, names)}</s> <Icon name="arrow-right" size="sm" /><span className="sr">{t("change.to")}</span> </>}<b className="strong">{valueWords(change, change.to, t, names)}</b></p>
        <p className="t-12 ink-3">{changedBy(change, t)}, {when(change.at_ms, now, locale)}</p>
      </div>
      {change.undone_at_ms !== null ? <Badge icon="undo">{t("change.undone")}</Badge>
        : change.can_undo ? <Button size="sm" icon="undo" onClick={() => { onUndo(change); }} data-testid="undo" aria-label={t("change.undo_one", { field: nameOf(t, "field", change.field) })}>{t("change.undo")}</Button>
          : merge ? null : <span className="t-12 ink-3">{t("change.changed_since")}</span>}
    </div>
  );
}

/** What this call changed on the lead. Undo puts one back if nobody changed it since. */
export function Changes({ callId, changes }: { callId: CallId; changes: readonly LeadChange[] }) {
  const t = useT();
  const { api, queries, fail } = useApp();
  const open = changes.filter((each) => each.can_undo && each.undone_at_ms === null);
  const undo = async (which: readonly LeadChange[]): Promise<void> => {
    try {
      for (const each of which) await api.undoChange(each.lead_id, each.id);
    } catch (cause) {
      fail(cause);
    }
    await queries.invalidateQueries({ queryKey: keys.call(callId) });
    await queries.invalidateQueries({ queryKey: ["lead"] });
  };
  return (
    <div data-testid="changes">
      <header className="sub-head">
        <h2 className="h-sec">{t("change.title")}</h2><span className="t-12 ink-3">{t("change.by_call")}</span>
        {open.length > 1 ? <Button size="sm" tone="quiet" icon="undo" className="push" onClick={() => void undo(open)} data-testid="undo-all">{t("change.undo_all")}</Button> : null}
      </header>
      {changes.length === 0 ? <p className="pad ink-3">{t("change.none")}</p> : changes.map((each) => <ChangeRow key={each.id} change={each} onUndo={(one) => void undo([one])} />)}
    </div>
  );
}
