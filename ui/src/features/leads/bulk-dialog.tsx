import { useState } from "react";
import type { BulkAction, BulkActionKind, LeadId, LeadSetFilter } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { usePeople } from "@/features/settings/use-people";
import { useCampaigns } from "@/lib/use-campaigns";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Note } from "@/ui/note";
import { useTags } from "./tags";

export const KINDS = ["assign", "add_tag", "remove_tag", "move_to_campaign", "export", "delete"] as const satisfies readonly BulkActionKind["kind"][];
type Kind = (typeof KINDS)[number];

/** Stands for nobody, and for no campaign. */
const NONE = "none";

/** The action with what was chosen for it; null while something is to be chosen. */
export function chosenAction(kind: Kind, subject: string): BulkActionKind | null {
  if (kind === "delete" || kind === "export") return { kind };
  if (subject === "") return null;
  if (kind === "assign") return { kind, to: subject === NONE ? null : subject };
  if (kind === "move_to_campaign") return { kind, campaign_id: subject === NONE ? null : subject };
  return subject === NONE ? null : { kind, tag_id: subject };
}

interface Props {
  /** These leads, or all that fit the filter. */
  leads: readonly LeadId[] | null;
  filter: LeadSetFilter;
  onStarted: (started: BulkAction) => void;
  onClose: () => void;
}

/** What is to be done with many leads. It starts on a second look, and can be undone for a day. */
export function BulkDialog({ leads, filter, onStarted, onClose }: Props) {
  const t = useT();
  const { api } = useApp();
  const [kind, setKind] = useState<Kind>("assign");
  const [subject, setSubject] = useState("");
  const form = useForm({});
  const tags = useTags();
  const people = usePeople().filter((each) => each.role !== "field_agent");
  const campaigns = useCampaigns();
  const action = chosenAction(kind, subject);
  const start = (): void => void form.run(async () => {
    if (!action) return;
    onStarted(await api.startBulkAction(leads ? { action, filter: {}, lead_ids: [...leads] } : { action, filter }));
  }).then((ok) => { if (ok) onClose(); });
  const subjects = kind === "assign" ? [{ value: NONE, label: t("bulk.nobody") }, ...people.map((each) => ({ value: each.id, label: each.name }))]
    : kind === "move_to_campaign" ? [{ value: NONE, label: t("bulk.no_campaign") }, ...campaigns.map((each) => ({ value: each.id, label: each.name }))]
      : tags.map((each) => ({ value: each.id, label: each.word }));
  return (
    <Dialog
      title={leads ? t("bulk.title_n", { n: leads.length }) : t("bulk.title_all")} onClose={onClose} testid="bulk-dialog"
      footer={<><Button onClick={onClose}>{t("ui.cancel")}</Button><Button tone={kind === "delete" ? "live" : "primary"} busy={form.busy} off={action ? null : t("bulk.choose_first")} onClick={start} data-testid="bulk-start">{t("bulk.start")}</Button></>}
    >
      <div className="col g-3">
        <SelectField
          label={t("bulk.what")} value={kind} data-autofocus data-testid="bulk-kind" choices={KINDS.map((each) => ({ value: each, label: t(`bulk_kind.${each}`) }))}
          onChange={(event) => { const next = KINDS.find((each) => each === event.target.value); if (next) { setKind(next); setSubject(""); } }}
        />
        {kind === "delete" ? <Note tone="warn">{t("bulk.delete_note")}</Note> : kind === "export" ? <Note>{t("bulk.export_note")}</Note> : (
          <SelectField
            label={t(`bulk_subject.${kind}`)} value={subject} data-testid="bulk-subject" choices={[{ value: "", label: t("bulk.choose") }, ...subjects]}
            onChange={(event) => { setSubject(event.target.value); }}
          />
        )}
        {kind === "export" ? null : <p className="t-12 ink-2">{t("bulk.undo_note")}</p>}
        <FormFailure failure={form.failure} />
      </div>
    </Dialog>
  );
}
