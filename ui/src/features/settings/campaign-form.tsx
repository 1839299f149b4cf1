import { useQuery } from "@tanstack/react-query";
import type { CampaignInput, CampaignState } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import type { Form } from "@/lib/use-form";
import { SelectField, Switch, TextField } from "@/ui/field";
import { Seg } from "@/ui/seg";
import { CampaignOutcomes } from "./campaign-outcomes";
import { HoursFields } from "./hours-fields";
import { PickMany } from "./pick-many";
import { ScriptEditor } from "./script-editor";
import { usePeople } from "./use-people";

const STATES: readonly CampaignState[] = ["draft", "active", "paused", "completed"];

/** All parts of a campaign, in the order in which a call meets them. */
export function CampaignForm({ form }: { form: Form<CampaignInput> }) {
  const t = useT();
  const { api } = useApp();
  const people = usePeople();
  const numbers = useQuery({ queryKey: keys.numbers, queryFn: api.numbers });
  const { value } = form;
  return (
    <>
      <div className="sec"><h2>{t("campaigns.basics")}</h2><div className="pair">
        <TextField label={t("users.name")} value={value.name} error={form.problem("name")} onChange={(event) => { form.set({ name: event.target.value }); }} data-testid="campaign-name" />
        <SelectField label={t("campaigns.caller_id")} value={value.caller_id ?? ""} error={form.problem("caller_id")} choices={[{ value: "", label: t("campaigns.no_caller_id") }, ...(numbers.data ?? []).map((each) => ({ value: each.number, label: `${each.number} ${each.label}` }))]} onChange={(event) => { form.set({ caller_id: event.target.value || null }); }} />
        <div className="field"><span className="lab">{t("campaigns.state")}</span><Seg label={t("campaigns.state")} value={value.state} size="sm" options={STATES.map((each) => ({ value: each, label: t(`campaign_state.${each}`) }))} onChange={(state) => { form.set({ state }); }} /></div>
      </div></div>
      <div className="sec"><h2>{t("campaigns.hours")}</h2><HoursFields hours={value.hours} problem={form.problem("hours")} text={t("campaigns.hours_text")} onChange={(hours) => { form.set({ hours }); }} /></div>
      <div className="sec"><h2>{t("campaigns.each_call")}</h2><Switch label={t("queues.recording")} checked={value.recording} onChange={(recording) => { form.set({ recording }); }} /><Switch label={t("campaigns.machines")} checked={value.detect_machines} onChange={(detect_machines) => { form.set({ detect_machines }); }} /><Switch label={t("campaigns.local_presence")} checked={value.local_presence} onChange={(local_presence) => { form.set({ local_presence }); }} /></div>
      <div className="sec"><h2>{t("desk.script")}</h2><ScriptEditor steps={value.script} onChange={(script) => { form.set({ script }); }} problem={form.problem("script")} /></div>
      <div className="sec"><h2>{t("campaigns.outcomes")}</h2><CampaignOutcomes form={form} /></div>
      <div className="sec"><h2>{t("campaigns.agents")}</h2><PickMany label={t("campaigns.agents")} all={people.map((each) => ({ id: each.id, name: each.name, note: each.languages.join(", ") }))} chosen={value.agent_ids} onChange={(agent_ids) => { form.set({ agent_ids }); }} /></div>
    </>
  );
}
