import type { Disposition, NextAction } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { splitList } from "@/lib/text";
import { isShortcut } from "@/state/outcome-keys";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Seg } from "@/ui/seg";
import { ACTIONS, codeOf, freshAction } from "./next-action";
import { TONES, toneOf } from "./tones";

const GROUPS = ["connected", "not_connected", "special"] as const;

interface Props {
  item: Disposition;
  /** Calls may have been put down with it: its code stays when its name changes. */
  kept: boolean;
  /** Whose key it is already. */
  alike: string | null;
  problem: (field: string) => string | null;
  onChange: (part: Partial<Disposition>) => void;
  onRemove: () => void;
}

function Amount({ action, onChange }: { action: NextAction; onChange: (action: NextAction) => void }) {
  const t = useT();
  switch (action.kind) {
    case "retry": case "reschedule":
      return <TextField label={t("outcomes.after")} type="number" min={1} value={action.after_minutes} onChange={(event) => { onChange({ ...action, after_minutes: Number(event.target.value) }); }} data-testid="outcome-after" />;
    case "visit":
      return <TextField label={t("outcomes.due_in")} type="number" min={1} value={action.due_in_minutes} onChange={(event) => { onChange({ ...action, due_in_minutes: Number(event.target.value) }); }} />;
    case "nurture":
      return (
        <>
          <TextField label={t("outcomes.sequence")} maxLength={60} value={action.sequence} help={t("outcomes.sequence_help")} onChange={(event) => { onChange({ ...action, sequence: event.target.value }); }} />
          <TextField label={t("outcomes.after_days")} type="number" min={1} value={action.after_days} onChange={(event) => { onChange({ ...action, after_days: Number(event.target.value) }); }} />
        </>
      );
    case "task":
      return (
        <>
          <TextField label={t("outcomes.task")} maxLength={200} value={action.text} onChange={(event) => { onChange({ ...action, text: event.target.value }); }} />
          <TextField label={t("outcomes.due_in")} type="number" min={1} value={action.due_in_minutes ?? ""} help={t("outcomes.due_help")} onChange={(event) => { onChange({ ...action, due_in_minutes: event.target.value === "" ? null : Number(event.target.value) }); }} />
        </>
      );
    default: return null;
  }
}

/** All of one outcome. */
export function OutcomeFields({ item, kept, alike, problem, onChange, onRemove }: Props) {
  const t = useT();
  const key = item.shortcut ?? "";
  const wrongKey = alike !== null ? t("outcomes.key_taken", { name: alike }) : key !== "" && !isShortcut(key) ? t("outcomes.key_wrong") : problem("shortcut");
  return (
    <div className="col g-3" data-testid="outcome-fields">
      <div className="pair">
        <TextField label={t("outcomes.label")} maxLength={60} value={item.label} error={problem("label")} data-testid="outcome-label"
          onChange={(event) => { onChange({ label: event.target.value, ...(!kept && (item.code === codeOf(item.label) || item.code === "") ? { code: codeOf(event.target.value) } : {}) }); }} />
        <TextField label={t("outcomes.code")} maxLength={40} value={item.code} error={problem("code")} help={t("outcomes.code_help")} onChange={(event) => { onChange({ code: event.target.value }); }} data-testid="outcome-code" />
        <SelectField label={t("outcomes.group")} value={item.group} choices={GROUPS.map((each) => ({ value: each, label: t(`outcome_group.${each}`) }))} onChange={(event) => { onChange({ group: event.target.value }); }} />
        <TextField label={t("outcomes.key")} maxLength={1} value={key} error={wrongKey} help={t("outcomes.key_help")} onChange={(event) => { onChange({ shortcut: event.target.value.toLowerCase() || null }); }} data-testid="outcome-key" />
        <SelectField label={t("outcomes.then")} value={item.next_action.kind} error={problem("next_action")} choices={ACTIONS.map((each) => ({ value: each, label: t(`next.${each}`) }))} data-testid="outcome-then"
          onChange={(event) => { const kind = ACTIONS.find((each) => each === event.target.value); if (kind) onChange({ next_action: freshAction(kind) }); }} />
        <Amount action={item.next_action} onChange={(next_action) => { onChange({ next_action }); }} />
        <TextField label={t("outcomes.subs")} value={item.sub_codes.map((each) => each.label).join(", ")} error={problem("sub_codes")} help={t("users.list_help")} onChange={(event) => { onChange({ sub_codes: splitList(event.target.value).map((label) => ({ code: codeOf(label), label })) }); }} />
        <TextField label={t("outcomes.required")} value={item.required.join(", ")} error={problem("required")} help={t("outcomes.required_help")} onChange={(event) => { onChange({ required: splitList(event.target.value) }); }} />
        <TextField label={t("outcomes.stage")} maxLength={40} value={item.stage ?? ""} error={problem("stage")} onChange={(event) => { onChange({ stage: event.target.value || null }); }} />
        <div className="field"><span className="lab">{t("outcomes.tone")}</span><Seg label={t("outcomes.tone")} size="sm" value={TONES.find((each) => each === item.tone) ?? "neutral"} options={TONES.map((value) => ({ value, label: t(toneOf(value).word) }))} onChange={(tone) => { onChange({ tone }); }} /></div>
      </div>
      <div className="actions"><Button size="sm" tone="plain" icon="trash" onClick={onRemove} data-testid="outcome-remove">{t("ui.delete")}</Button></div>
    </div>
  );
}
