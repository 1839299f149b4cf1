import { useQuery } from "@tanstack/react-query";
import type { Duplicates, IntakeKey, IntakeKeyInput, IntakePlan, KnownWithin } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { SelectField, Switch, TextField } from "@/ui/field";
import { EditDialog } from "./edit-dialog";
import { IntakeConsents } from "./intake-consents";
import { IntakeRules, USUAL_RULES } from "./intake-rules";

/** Makes or changes a key; a new one's secret goes to `onMade`. */
export function IntakeKeyDialog({ intake, onMade, onClose }: { intake: IntakeKey | null; onMade: (secret: string) => void; onClose: () => void }) {
  const t = useT();
  const me = useMe();
  const { api, queries } = useApp();
  const campaigns = useQuery({ queryKey: keys.campaigns, queryFn: api.campaigns });
  const plan: IntakePlan = { columns: [...USUAL_RULES], country: me.tenant.country, duplicates: "merge", known_within: "campaign", honeypot: "", consents: [] };
  const fresh: IntakeKeyInput = { name: "", campaign_id: null, source: "", plan, on: true };
  const form = useForm<IntakeKeyInput>(intake ?? fresh, { key: `intake-key/${intake?.id ?? "new"}` });
  const { value } = form;
  const refresh = () => queries.invalidateQueries({ queryKey: keys.intakeKeys });
  const save = async ({ name, campaign_id, source, plan: wanted, on }: IntakeKeyInput): Promise<void> => {
    const body: IntakeKeyInput = { name, campaign_id, source, plan: wanted, on };
    if (intake) await api.updateIntakeKey(intake.id, body);
    else onMade((await api.createIntakeKey(body)).secret);
    await refresh();
  };
  const set = (change: Partial<IntakePlan>): void => { form.set({ plan: { ...value.plan, ...change } }); };
  const off = value.name.trim() === "" || value.source.trim() === "" ? t("intake.need") : null;
  return (
    <EditDialog title={intake ? intake.name : t("intake.new")} form={form} off={off} onSave={save} onClose={onClose} wide onDelete={intake ? () => api.removeIntakeKey(intake.id).then(refresh) : undefined}>
      <div className="pair">
        <TextField label={t("users.name")} maxLength={80} value={value.name} error={form.problem("name")} onChange={(event) => { form.set({ name: event.target.value }); }} data-testid="intake-name" />
        <TextField label={t("intake.source")} help={t("intake.source_help")} maxLength={80} value={value.source} error={form.problem("source")} onChange={(event) => { form.set({ source: event.target.value }); }} data-testid="intake-source" />
        <SelectField label={t("imports.campaign")} value={value.campaign_id ?? ""} choices={[{ value: "", label: t("imports.no_campaign") }, ...(campaigns.data ?? []).map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => { form.set({ campaign_id: event.target.value || null }); }} />
        <TextField label={t("imports.country")} maxLength={2} value={value.plan.country} help={t("imports.country_help")} onChange={(event) => { set({ country: event.target.value.toUpperCase() }); }} />
        <SelectField label={t("imports.duplicates")} value={value.plan.duplicates} choices={(["skip", "update", "merge"] as const satisfies readonly Duplicates[]).map((each) => ({ value: each, label: t(`duplicates.${each}`) }))} onChange={(event) => { set({ duplicates: event.target.value as Duplicates }); }} />
        <SelectField label={t("imports.known_within")} value={value.plan.known_within} choices={(["campaign", "tenant"] as const satisfies readonly KnownWithin[]).map((each) => ({ value: each, label: t(`known_within.${each}`) }))} onChange={(event) => { set({ known_within: event.target.value as KnownWithin }); }} />
        <TextField label={t("intake.honeypot")} help={t("intake.honeypot_help")} maxLength={200} value={value.plan.honeypot} error={form.problem("plan.honeypot")} onChange={(event) => { set({ honeypot: event.target.value }); }} />
      </div>
      <IntakeRules rules={value.plan.columns} error={form.problem("plan.columns")} onChange={(columns) => { set({ columns }); }} />
      <IntakeConsents rules={value.plan.consents} error={form.problem("plan.consents")} onChange={(consents) => { set({ consents }); }} />
      <Switch label={t("intake.on")} checked={value.on} onChange={(on) => { form.set({ on }); }} data-testid="intake-on" />
    </EditDialog>
  );
}
