import { useState } from "react";
import type { LeadCondition, LeadOperator } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { useCampaigns } from "@/lib/use-campaigns";
import { splitList } from "@/lib/text";
import { nameOf } from "@/lib/names";
import { Button, IconButton } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Seg } from "@/ui/seg";
import { FIELDS, isBare, newCondition, OPERATORS } from "./rule-set";

interface Props {
  condition: LeadCondition;
  onChange: (condition: LeadCondition) => void;
  onRemove?: () => void;
  /** Groups in groups; the rules allow six levels. */
  depth?: number;
}

const MOST_DEPTH = 4;
const CUSTOM = "fields.";

/** Whether one is chosen and not typed. Several were set by a program. */
const byChoice = ({ field, operator, values }: Extract<LeadCondition, { kind: "field" }>): boolean =>
  field === "campaign" && (operator === "is" || operator === "is_not") && values.length < 2;

/** Campaigns are known by an id that nobody could type. */
function CampaignField({ label, values, onChange }: { label: string; values: readonly string[]; onChange: (values: string[]) => void }) {
  const t = useT();
  const campaigns = useCampaigns();
  const [id] = values;
  const gone = id !== undefined && !campaigns.some((each) => each.id === id) ? [{ value: id, label: id }] : [];
  return (
    <SelectField
      label={label} hideLabel value={id ?? ""} onChange={(event) => { onChange(event.target.value === "" ? [] : [event.target.value]); }} data-testid="condition-campaign"
      choices={[{ value: "", label: t("assign.choose_campaign") }, ...campaigns.map((each) => ({ value: each.id, label: each.name })), ...gone]}
    />
  );
}

function Comparison({ condition, onChange, onRemove }: Props & { condition: Extract<LeadCondition, { kind: "field" }> }) {
  const t = useT();
  const custom = condition.field.startsWith(CUSTOM);
  const values = t("assign.values", { field: nameOf(t, "field", condition.field) });
  // As typed: a list that is split at each key press could never be given a comma.
  const [typed, setTyped] = useState(condition.values.join(", "));
  return (
    <div className="cond-row">
      <SelectField
        label={t("assign.field")} hideLabel value={custom ? CUSTOM : condition.field} onChange={(event) => { onChange({ ...condition, field: event.target.value }); }}
        choices={[...FIELDS.map((value) => ({ value, label: t(`assign.field_${value}`) })), { value: CUSTOM, label: t("assign.field_custom") }]}
      />
      {custom ? <TextField label={t("assign.custom")} hideLabel placeholder={t("assign.custom")} value={condition.field.slice(CUSTOM.length)} onChange={(event) => { onChange({ ...condition, field: CUSTOM + event.target.value }); }} /> : null}
      <SelectField label={t("assign.operator")} hideLabel value={condition.operator} choices={OPERATORS.map((value) => ({ value, label: t(`assign.op_${value}`) }))} onChange={(event) => { onChange({ ...condition, operator: event.target.value as LeadOperator }); }} />
      {isBare(condition.operator) ? null : byChoice(condition) ? (
        <CampaignField label={values} values={condition.values} onChange={(chosen) => { onChange({ ...condition, values: chosen }); }} />
      ) : (
        <TextField
          label={values} hideLabel placeholder={t("assign.values_hint")} value={typed} data-testid="condition-values"
          onChange={(event) => {
            setTyped(event.target.value);
            onChange({ ...condition, values: splitList(event.target.value) });
          }}
        />
      )}
      {onRemove ? <IconButton icon="x" size="sm" label={t("ui.delete")} onClick={onRemove} /> : null}
    </div>
  );
}

/** Comparisons joined with "and" or "or", in groups of groups. */
export function ConditionEditor({ condition, onChange, onRemove, depth = 0 }: Props) {
  const t = useT();
  if (condition.kind === "field") return <Comparison condition={condition} onChange={onChange} {...(onRemove ? { onRemove } : {})} />;
  const { of } = condition;
  const set = (next: LeadCondition[]): void => { onChange({ ...condition, of: next }); };
  return (
    <div className="cond-group" role="group" aria-label={t(condition.kind === "all" ? "assign.all_of" : "assign.any_of")}>
      <div className="row">
        <Seg size="sm" label={t("assign.join")} value={condition.kind} options={[{ value: "all", label: t("assign.all_of") }, { value: "any", label: t("assign.any_of") }]} onChange={(kind) => { onChange({ kind, of }); }} />
        {onRemove ? <span className="push"><IconButton icon="x" size="sm" label={t("assign.remove_group")} onClick={onRemove} /></span> : null}
      </div>
      {of.length === 0 ? <p className="ink-3 t-12">{t(condition.kind === "all" ? "assign.every_lead" : "assign.no_lead")}</p> : of.map((each, index) => (
        <ConditionEditor
          key={index} condition={each} depth={depth + 1} onChange={(next) => { set(of.map((one, at) => (at === index ? next : one))); }}
          onRemove={() => { set(of.filter((_, at) => at !== index)); }}
        />
      ))}
      <div className="actions">
        <Button size="sm" icon="plus" onClick={() => { set([...of, newCondition()]); }} data-testid="condition-add">{t("assign.add_condition")}</Button>
        {depth < MOST_DEPTH ? <Button size="sm" tone="plain" onClick={() => { set([...of, { kind: condition.kind === "all" ? "any" : "all", of: [newCondition()] }]); }}>{t("assign.add_group")}</Button> : null}
      </div>
    </div>
  );
}
