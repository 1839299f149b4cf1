import { useQuery } from "@tanstack/react-query";
import type { Duplicates, ImportPlan, KnownWithin, Listed } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { Check, SelectField, TextField } from "@/ui/field";

const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"];
const SEPARATORS = [[",", "comma"], [";", "semicolon"], ["\t", "tab"], ["|", "bar"]] as const;

/** How the file is read, where its leads go, and what becomes of those that are known. */
export function PlanOptions({ plan, onChange }: { plan: ImportPlan; onChange: (plan: ImportPlan) => void }) {
  const t = useT();
  const { api } = useApp();
  const campaigns = useQuery({ queryKey: keys.campaigns, queryFn: () => api.campaigns() });
  const set = (change: Partial<ImportPlan>): void => { onChange({ ...plan, ...change }); };
  const read = (change: Partial<ImportPlan["reading"]>): void => { set({ reading: { ...plan.reading, ...change } }); };
  return (
    <section className="import-options" aria-label={t("imports.options")}>
      <SelectField label={t("imports.encoding")} className="sm" value={plan.reading.encoding} choices={ENCODINGS.map((value) => ({ value, label: value.toUpperCase() }))} onChange={(event) => { read({ encoding: event.target.value }); }} data-testid="import-encoding" />
      <SelectField label={t("imports.separator")} className="sm" value={plan.reading.separator} choices={SEPARATORS.map(([value, name]) => ({ value, label: t(`separator.${name}`) }))} onChange={(event) => { read({ separator: event.target.value }); }} data-testid="import-separator" />
      <TextField label={t("imports.country")} className="sm" value={plan.country} maxLength={2} onChange={(event) => { set({ country: event.target.value.toUpperCase() }); }} help={t("imports.country_help")} />
      <SelectField label={t("imports.campaign")} className="sm" value={plan.campaign_id ?? ""} choices={[{ value: "", label: t("imports.no_campaign") }, ...(campaigns.data ?? []).map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => { set({ campaign_id: event.target.value === "" ? null : event.target.value }); }} />
      <SelectField label={t("imports.duplicates")} className="sm" value={plan.duplicates} choices={(["skip", "update", "merge"] as const satisfies readonly Duplicates[]).map((value) => ({ value, label: t(`duplicates.${value}`) }))} onChange={(event) => { set({ duplicates: event.target.value as Duplicates }); }} data-testid="import-duplicates" />
      <SelectField label={t("imports.known_within")} className="sm" value={plan.known_within} choices={(["campaign", "tenant"] as const satisfies readonly KnownWithin[]).map((value) => ({ value, label: t(`known_within.${value}`) }))} onChange={(event) => { set({ known_within: event.target.value as KnownWithin }); }} />
      <SelectField label={t("imports.listed")} className="sm" value={plan.listed} choices={(["leave_out", "take_in_marked"] as const satisfies readonly Listed[]).map((value) => ({ value, label: t(`listed.${value}`) }))} onChange={(event) => { set({ listed: event.target.value as Listed }); }} />
      <TextField label={t("imports.source_of")} className="sm" value={plan.source ?? ""} maxLength={80} onChange={(event) => { set({ source: event.target.value === "" ? null : event.target.value }); }} />
      <Check label={t("imports.header")} checked={plan.reading.header} onChange={(header) => { read({ header }); }} data-testid="import-header" />
    </section>
  );
}
