import type { ColumnRule } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { choiceOf, keyOf, PLAIN_TARGETS, targetOf } from "@/features/imports/words";
import { Button, IconButton } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";

/** What a form usually has, and the parameters of advertising. */
export const USUAL_RULES: readonly ColumnRule[] = [
  { column: "name", to: "name" }, { column: "phone", to: "phone" }, { column: "email", to: "email" },
  { column: "message", to: "field", key: "message" }, { column: "utm_source", to: "source_detail" },
  { column: "utm_medium", to: "field", key: "utm_medium" }, { column: "utm_campaign", to: "field", key: "utm_campaign" },
];

interface Props {
  rules: readonly ColumnRule[];
  error: string | null;
  onChange: (rules: ColumnRule[]) => void;
}

/** Which field of the form goes where. */
export function IntakeRules({ rules, error, onChange }: Props) {
  const t = useT();
  const put = (n: number, rule: ColumnRule): void => { onChange(rules.map((each, at) => (at === n ? rule : each))); };
  const rename = (rule: ColumnRule, column: string): ColumnRule => (rule.to === "field" && rule.key === keyOf(rule.column) ? { ...rule, column, key: keyOf(column) } : { ...rule, column });
  return (
    <fieldset className="col g-2" data-testid="intake-rules">
      <legend className="label">{t("intake.rules")}</legend>
      <p className="t-12 ink-2">{t("intake.rules_text")}</p>
      {rules.map((rule, n) => {
        const own = `field:${rule.key ?? keyOf(rule.column)}`;
        const choices = [...PLAIN_TARGETS.map((to) => ({ value: to as string, label: t(`target.${to}`) })), { value: own, label: t("target.field", { key: own.slice(6) }) }];
        return (
          <div key={n} className="row" data-testid="intake-rule">
            <TextField label={t("intake.field_n", { n: n + 1 })} hideLabel className="sm" maxLength={200} value={rule.column} onChange={(event) => { put(n, rename(rule, event.target.value)); }} />
            <SelectField label={t("imports.goes_to_of", { column: rule.column })} hideLabel className="sm" choices={choices} value={choiceOf(rule)} onChange={(event) => { put(n, { column: rule.column, ...targetOf(event.target.value, rule) }); }} />
            <IconButton icon="trash" size="sm" label={t("intake.rule_remove", { field: rule.column })} onClick={() => { onChange(rules.filter((_, at) => at !== n)); }} />
          </div>
        );
      })}
      {error === null ? null : <p className="error" role="alert">{error}</p>}
      <div><Button size="sm" icon="plus" onClick={() => { onChange([...rules, { column: "", to: "field", key: "column" }]); }} data-testid="intake-rule-add">{t("intake.rule_add")}</Button></div>
    </fieldset>
  );
}
