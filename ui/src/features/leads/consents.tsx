import { useQuery } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import type { ConsentChannel, ConsentRecord, LeadId, WishSource } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { SOURCES } from "@/features/settings/dnc-add";
import { copyLater } from "@/lib/clipboard";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { may } from "@/state/rights";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";

const CHANNELS: readonly ConsentChannel[] = ["call", "sms", "whatsapp", "email"];

/** The word that counts of each channel and purpose, from a history whose newest comes first. */
export function inForce(history: readonly ConsentRecord[]): ConsentRecord[] {
  const seen = new Set<string>();
  return history.filter(({ channel, purpose }) => {
    const place = `${channel}/${purpose}`;
    return seen.has(place) ? false : seen.add(place);
  });
}

function Add({ leadId }: { leadId: LeadId }) {
  const t = useT();
  const { api, queries, toasts, fail } = useApp();
  const fresh = { channel: "call" as ConsentChannel, purpose: "marketing", source: "agent" as WishSource, proof: "" };
  const form = useForm(fresh, { key: `consent/${leadId}` });
  const say = (given: boolean): void => void form.run(async ({ channel, purpose, source, proof }) => {
    await api.addConsent(leadId, { channel, purpose: purpose.trim(), given, source, ...(proof.trim() === "" ? {} : { proof: proof.trim() }) });
    await queries.invalidateQueries({ queryKey: keys.lead(leadId) });
  }).then((ok) => { if (ok) form.reset({ ...fresh, channel: form.value.channel, purpose: form.value.purpose }); });
  const copyLink = (): void => void copyLater(api.optOutLink(leadId, { channel: form.value.channel, purpose: form.value.purpose.trim() }).then(({ url }) => url))
    .then((url) => { toasts.show({ tone: "ok", title: t("opt_out.copied"), text: url, stays: false }); }).catch(fail);
  const submit = (event: SyntheticEvent): void => { event.preventDefault(); };
  return (
    <form className="col g-2 body" onSubmit={submit} aria-label={t("consent.new")}>
      <div className="pair">
        <SelectField label={t("consent.channel")} value={form.value.channel} choices={CHANNELS.map((value) => ({ value, label: t(`consent_channel.${value}`) }))} onChange={(event) => { form.set({ channel: event.target.value as ConsentChannel }); }} data-testid="consent-channel" />
        <TextField label={t("consent.purpose")} help={t("consent.purpose_help")} maxLength={40} value={form.value.purpose} error={form.problem("purpose")} onChange={(event) => { form.set({ purpose: event.target.value }); }} data-testid="consent-purpose" />
        <SelectField label={t("dnc.came_by")} value={form.value.source} choices={SOURCES.map((value) => ({ value, label: t(`wish_source.${value}`) }))} onChange={(event) => { form.set({ source: event.target.value as WishSource }); }} />
        <TextField label={t("dnc.proof")} help={t("dnc.proof_help")} maxLength={2000} value={form.value.proof} error={form.problem("proof")} onChange={(event) => { form.set({ proof: event.target.value }); }} data-testid="consent-proof" />
      </div>
      <div className="actions">
        <Button type="button" icon="check" busy={form.busy} onClick={() => { say(true); }} data-testid="consent-give">{t("consent.give")}</Button>
        <Button type="button" icon="stop" busy={form.busy} onClick={() => { say(false); }} data-testid="consent-withdraw">{t("consent.withdraw")}</Button>
        <Button type="button" icon="copy" onClick={copyLink} data-testid="consent-link">{t("opt_out.link")}</Button>
      </div>
      <FormFailure failure={form.failure} />
    </form>
  );
}

/** What the person said about being contacted: what counts now, and the history. */
export function Consents({ leadId }: { leadId: LeadId }) {
  const t = useT();
  const me = useMe();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const query = useQuery({ queryKey: keys.consents(leadId), queryFn: () => api.consents(leadId) });
  const word = (each: ConsentRecord) => <Badge tone={each.given ? "ok" : "live"}>{t(each.given ? "consent.given" : "consent.withdrawn")}</Badge>;
  return (
    <section className="panel" aria-label={t("consent.title")} data-region="consents" data-testid="consents">
      <header><h2>{t("consent.title")}</h2></header>
      <Loaded query={query} rows={2}>
        {(history) => history.length === 0 ? <StateBox icon="shield" title={t("consent.none")} text={t("consent.none_text")} /> : (
          <>
            <ul>{inForce(history).map((each) => <li key={each.id} className="line" data-testid="consent-now"><span className="grow">{t(`consent_channel.${each.channel}`)}, {each.purpose}</span>{word(each)}</li>)}</ul>
            <details className="body"><summary>{t("consent.history", { n: history.length })}</summary>
              <ul>{history.map((each) => (
                <li key={each.id} className="line t-12"><span className="grow">{t(`consent_channel.${each.channel}`)}, {each.purpose}: {nameOf(t, "wish_source", each.source)}{each.by ? `, ${each.by}` : ""}{each.proof ? ` (${each.proof})` : ""}</span>{word(each)}<span className="ink-3 nowrap">{when(each.at_ms, now, locale)}</span></li>
              ))}</ul>
            </details>
          </>
        )}
      </Loaded>
      {may(me.user.role, "take_calls") ? <Add leadId={leadId} /> : null}
    </section>
  );
}
