import type { CrmFlow, CrmRule } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { Button, IconButton } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { choiceOf, FIELDS, keyOf, withField } from "./crm-parts";

const FLOWS = ["both", "pull", "push"] as const satisfies readonly CrmFlow[];

interface Props {
  rules: readonly CrmRule[];
  error: string | null;
  onChange: (rules: CrmRule[]) => void;
}

/** Which field of a record is which field of a lead, and which way it goes. */
export function CrmRules({ rules, error, onChange }: Props) {
  const t = useT();
  const put = (n: number, rule: CrmRule): void => { onChange(rules.map((each, at) => (at === n ? rule : each))); };
  const rename = (rule: CrmRule, path: string): CrmRule => (rule.to === "field" && rule.key === keyOf(rule.path) ? { ...rule, path, key: keyOf(path) } : { ...rule, path });
  return (
    <fieldset className="col g-2" data-testid="crm-rules">
      <legend className="label">{t("crm.rules")}</legend>
      <p className="t-12 ink-2">{t("crm.rules_text")}</p>
      {rules.map((rule, n) => {
        const own = `field:${rule.key ?? keyOf(rule.path)}`;
        const choices = [...FIELDS.map((to) => ({ value: to as string, label: t(`crm_field.${to}`) })), { value: own, label: t("target.field", { key: own.slice(6) }) }];
        return (
          <div key={n} className="row" data-testid="crm-rule">
            <TextField label={t("crm.path_n", { n: n + 1 })} hideLabel className="sm" maxLength={200} value={rule.path} onChange={(event) => { put(n, rename(rule, event.target.value)); }} />
            <SelectField label={t("crm.is_of", { path: rule.path })} hideLabel className="sm" choices={choices} value={choiceOf(rule)} onChange={(event) => { put(n, withField(rule, event.target.value)); }} />
            <SelectField label={t("crm.flow_of", { path: rule.path })} hideLabel className="sm" choices={FLOWS.map((flow) => ({ value: flow, label: t(`crm_flow.${flow}`) }))} value={rule.flow} onChange={(event) => { put(n, { ...rule, flow: event.target.value as CrmFlow }); }} />
            <IconButton icon="trash" size="sm" label={t("intake.rule_remove", { field: rule.path })} onClick={() => { onChange(rules.filter((_, at) => at !== n)); }} />
          </div>
        );
      })}
      {error === null ? null : <p className="error" role="alert">{error}</p>}
      <div><Button size="sm" icon="plus" onClick={() => { onChange([...rules, { path: "", to: "field", key: "field", flow: "both" }]); }} data-testid="crm-rule-add">{t("intake.rule_add")}</Button></div>
    </fieldset>
  );
}
