import { useRef, useState } from "react";
import type { ColumnRule, DateOrder, ImportPlan, ImportPreview } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { nameOf } from "@/lib/names";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import type { Target } from "./words";
import { choiceOf, keyOf, PLAIN_TARGETS, saveText, targetOf } from "./words";

interface Props {
  preview: ImportPreview;
  plan: ImportPlan;
  onChange: (plan: ImportPlan) => void;
}

/** The rule of each column of the file: of columns with one name the n-th rule means the n-th. */
function rulesOf(preview: ImportPreview, plan: ImportPlan): ColumnRule[] {
  const left = [...plan.columns];
  return preview.columns.map((column, n) => {
    const at = plan.reading.header ? left.findIndex((rule) => rule.column.trim().toLowerCase() === column.name.trim().toLowerCase()) : n < left.length ? 0 : -1;
    const [rule] = at >= 0 ? left.splice(at, 1) : [];
    return rule ? { ...rule, column: column.name } : { column: column.name, to: "leave_out" };
  });
}

/** What a rule is about, without the name of its column. */
function target(rule: ColumnRule): Target {
  return { to: rule.to, ...(rule.key === undefined ? {} : { key: rule.key }), ...(rule.dates === undefined ? {} : { dates: rule.dates }) };
}

/** Each column of the file with its first values, and where it goes. */
export function Mapping({ preview, plan, onChange }: Props) {
  const t = useT();
  const { api, fail, toasts } = useApp();
  const [name, setName] = useState("");
  const chooser = useRef<HTMLInputElement>(null);
  const rules = rulesOf(preview, plan);
  const set = (n: number, next: Target): void => {
    onChange({ ...plan, columns: rules.map((rule, at) => (at === n ? { column: rule.column, ...next } : rule)) });
  };
  const facts = [...new Set(rules.flatMap((rule) => (rule.to === "field" && rule.key !== undefined ? [rule.key] : [])))];
  const save = (): void => void api.saveImportMapping({ name: name.trim(), plan: { ...plan, columns: rules } })
    .then(() => { toasts.show({ tone: "acc", title: t("imports.kept", { name: name.trim() }), text: t("imports.kept_text"), stays: false }); setName(""); }).catch(fail);
  const read = (file: File): void => void file.text().then((text) => { onChange(JSON.parse(text) as ImportPlan); })
    .catch(() => { toasts.show({ tone: "warn", title: t("imports.no_mapping"), text: t("imports.no_mapping_text"), stays: false }); });
  return (
    <section aria-label={t("imports.columns")}>
      <div className="table-wrap"><table className="table import-columns">
        <thead><tr><th>{t("imports.column")}</th><th>{t("imports.first_values")}</th><th>{t("imports.goes_to")}</th><th className="hide-narrow">{t("imports.filled")}</th></tr></thead>
        <tbody>{preview.columns.map((column, n) => {
          const rule = rules[n] ?? { column: column.name, to: "leave_out" as const };
          const mine = `field:${rule.key ?? keyOf(column.name)}`;
          const choices = [
            ...PLAIN_TARGETS.map((to) => ({ value: to, label: t(`target.${to}`) })),
            ...[...new Set([mine, ...facts.map((key) => `field:${key}`)])].map((value) => ({ value, label: t("target.field", { key: value.slice(6) }) })),
          ];
          return (
            <tr key={`${n}-${column.name}`} data-testid="import-column">
              <td className="strong">{column.name || t("imports.unnamed", { n: String(n + 1) })}</td>
              <td className="ink-2">{column.samples.slice(0, 2).map((each, at) => <p key={at} className="ellipsis">{each}</p>)}{column.samples.length === 0 ? t("imports.empty") : null}</td>
              <td>
                <SelectField label={t("imports.goes_to_of", { column: column.name })} hideLabel className="sm" choices={choices} value={choiceOf(target(rule))} onChange={(event) => { set(n, targetOf(event.target.value, target(rule))); }} data-testid="import-target" />
                {rule.to === "field" ? <Dates rule={rule} onChange={(next) => { set(n, next); }} /> : null}
              </td>
              <td className="hide-narrow ink-2">{t("imports.filled_of", { n: String(column.filled), all: String(column.looked_at) })}</td>
            </tr>
          );
        })}</tbody>
      </table></div>
      <div className="import-keep">
        <TextField label={t("imports.keep_as")} className="sm" value={name} maxLength={80} onChange={(event) => { setName(event.target.value); }} />
        <Button size="sm" icon="pin" off={name.trim() === "" ? t("imports.name_first") : null} onClick={save}>{t("imports.keep")}</Button>
        <Button size="sm" tone="quiet" onClick={() => { saveText("mapping.json", [JSON.stringify({ ...plan, columns: rules }, null, 2)]); }}>{t("imports.mapping_file")}</Button>
        <Button size="sm" tone="quiet" onClick={() => chooser.current?.click()}>{t("imports.use_json")}</Button>
        <input ref={chooser} type="file" accept=".json" className="sr" tabIndex={-1} aria-label={t("imports.use_json")} onChange={(event) => { const file = event.target.files?.[0]; event.target.value = ""; if (file) read(file); }} />
      </div>
    </section>
  );
}

const ORDERS: readonly DateOrder[] = ["day_month_year", "month_day_year", "year_month_day", "year_day_month"];

function Dates({ rule, onChange }: { rule: ColumnRule; onChange: (next: Target) => void }) {
  const t = useT();
  const choices = [{ value: "", label: t("imports.as_text") }, ...ORDERS.map((value) => ({ value, label: nameOf(t, "date_order", value) }))];
  return (
    <SelectField
      label={t("imports.dates_of", { column: rule.column })} hideLabel className="sm" choices={choices} value={rule.dates ?? ""}
      onChange={(event) => { const dates = ORDERS.find((each) => each === event.target.value); onChange({ to: "field", key: rule.key ?? keyOf(rule.column), ...(dates ? { dates } : {}) }); }}
    />
  );
}
