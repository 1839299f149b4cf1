import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { DispositionSetKind } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useWhole } from "@/lib/use-store";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Switch } from "@/ui/field";
import { Loaded } from "@/ui/loaded";
import { Menu } from "@/ui/menu";
import { StateBox } from "@/ui/state-box";
import { draftKey, KINDS, SetEditor } from "./set-editor";

/** Sets of outcomes: those that campaigns choose from, and those that were put away. */
export function OutcomesPage() {
  const t = useT();
  const { api, forms } = useApp();
  const drafts = useWhole(forms.store);
  const [chosen, setChosen] = useState<string | DispositionSetKind | null>(null);
  const [old, setOld] = useState(false);
  const sets = useQuery({ queryKey: keys.dispositionSets, queryFn: api.dispositionSets });
  const templates = useQuery({ queryKey: keys.dispositionTemplates, queryFn: api.dispositionTemplates, staleTime: 3_600_000 });
  const fresh = KINDS.find((each) => each === chosen) ?? null;
  const add = (
    <Menu align="end" trigger={<Button size="sm" icon="plus" className="push" off={templates.data ? null : t("ui.loading")} data-testid="set-new">{t("ui.new")}</Button>}
      groups={[KINDS.map((kind) => ({ id: `set-new-${kind}`, label: t(`set_kind.${kind}`), onSelect: () => { setChosen(kind); } }))]} />
  );
  return (
    <Loaded query={sets}>
      {(all) => {
        const shown = all.filter((each) => old || each.archived_at_ms === null);
        const open = fresh ? null : (all.find((each) => each.id === chosen) ?? shown[0] ?? null);
        return (
          <div className="ca">
            <section className="l" aria-label={t("outcomes.all")}>
              <div className="page-head"><h1>{t("settings.outcomes")}</h1>{add}</div>
              {shown.map((each) => (
                <button key={each.id} type="button" className="item" onClick={() => { setChosen(each.id); }} data-testid="set-item" {...(each.id === open?.id ? { "aria-current": "true" as const } : {})}>
                  <span className="row between"><b className="strong trunc">{each.name}</b>{draftKey(each.id) in drafts ? <Badge tone="warn" icon="pen">{t("form.unsaved")}</Badge> : null}{each.archived_at_ms === null ? null : <Badge>{t("outcomes.archived")}</Badge>}</span>
                  <span className="t-12 ink-2">{t("outcomes.line", { kind: t(`set_kind.${each.kind}`), n: each.dispositions.length, campaigns: each.campaigns.length })}</span>
                </button>
              ))}
              <div className="spread"><Switch label={t("outcomes.show_archived")} checked={old} onChange={setOld} /></div>
            </section>
            {fresh || open ? (
              <SetEditor key={open ? `${open.id}-${open.version}-${String(open.archived_at_ms)}` : fresh} set={open} onDone={setChosen}
                start={{ name: "", kind: fresh ?? "sales", dispositions: templates.data?.find((each) => each.kind === fresh)?.dispositions ?? [], version: null }} />
            ) : <StateBox icon="book" title={t("outcomes.none")} text={t("outcomes.none_text")} action={add} />}
          </div>
        );
      }}
    </Loaded>
  );
}
