import { useQuery } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import type { AddDnc, DncEntry, WishSource } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { fromLocalInput, localZone } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";

export const SOURCES: readonly WishSource[] = ["agent", "keypad", "customer", "import", "upload", "form", "api", "message", "link"];

/** What an entry and an uploaded list have in common, as it is typed. */
export interface DncTerms {
  reason: string;
  campaign_id: string;
  /** The last day; empty for ever. */
  until: string;
  proof: string;
}

export const freshTerms: DncTerms = { reason: "", campaign_id: "", until: "", proof: "" };

/** As the server takes it: the entry ends with its last day on this computer's clock. */
export function termsOf(typed: DncTerms): Pick<AddDnc, "reason" | "campaign_id" | "until_ms" | "proof"> {
  const until = typed.until === "" ? null : fromLocalInput(`${typed.until}T23:59`, localZone());
  const proof = typed.proof.trim();
  return { reason: typed.reason, ...(typed.campaign_id === "" ? {} : { campaign_id: typed.campaign_id }), ...(until === null ? {} : { until_ms: until }), ...(proof === "" ? {} : { proof }) };
}

interface FieldsProps {
  value: DncTerms;
  onChange: (change: Partial<DncTerms>) => void;
  problem: (field: string) => string | null;
}

/** Scope, last day and proof. */
export function DncTermsFields({ value, onChange, problem }: FieldsProps) {
  const t = useT();
  const { api } = useApp();
  const campaigns = useQuery({ queryKey: keys.campaigns, queryFn: api.campaigns });
  const scopes = [{ value: "", label: t("dnc.scope_all") }, ...(campaigns.data ?? []).map((each) => ({ value: each.id, label: each.name }))];
  return (
    <>
      <SelectField label={t("dnc.scope")} value={value.campaign_id} choices={scopes} error={problem("campaign_id")} onChange={(event) => { onChange({ campaign_id: event.target.value }); }} data-testid="dnc-scope" />
      <TextField label={t("dnc.until")} help={t("dnc.until_help")} type="date" value={value.until} error={problem("until_ms")} onChange={(event) => { onChange({ until: event.target.value }); }} data-testid="dnc-until" />
      <TextField label={t("dnc.proof")} help={t("dnc.proof_help")} maxLength={2000} value={value.proof} error={problem("proof")} onChange={(event) => { onChange({ proof: event.target.value }); }} data-testid="dnc-proof" />
    </>
  );
}

/** One number, by hand. */
export function DncAdd({ onAdded }: { onAdded: (entry: DncEntry) => Promise<unknown> }) {
  const t = useT();
  const { api } = useApp();
  const fresh = { ...freshTerms, number: "", source: "agent" as WishSource };
  const form = useForm(fresh, { key: "do-not-call" });
  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    void form.run(async (typed) => {
      await onAdded(await api.addDoNotCall({ number: typed.number, source: typed.source, ...termsOf(typed) }));
    }).then((ok) => { if (ok) form.reset(fresh); });
  };
  return (
    <form className="spread dnc-add" onSubmit={add} aria-label={t("dnc.add")}>
      <TextField label={t("numbers.number")} type="tel" required value={form.value.number} error={form.problem("number")} onChange={(event) => { form.set({ number: event.target.value }); }} data-testid="dnc-number" />
      <TextField label={t("dnc.reason")} required maxLength={200} value={form.value.reason} error={form.problem("reason")} onChange={(event) => { form.set({ reason: event.target.value }); }} data-testid="dnc-reason" />
      <SelectField label={t("dnc.came_by")} value={form.value.source} choices={SOURCES.map((value) => ({ value, label: t(`wish_source.${value}`) }))} onChange={(event) => { form.set({ source: event.target.value as WishSource }); }} />
      <DncTermsFields value={form.value} onChange={form.set} problem={form.problem} />
      <Button type="submit" icon="plus" busy={form.busy} data-testid="dnc-add">{t("dnc.add")}</Button>
      <FormFailure failure={form.failure} />
    </form>
  );
}
