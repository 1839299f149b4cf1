import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { DeliveryStatus, LeadWebhook as Settings, WebhookDelivery } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { usePages } from "@/lib/use-pages";
import { Badge } from "@/ui/badge";
import type { Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Switch, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { Paged } from "@/ui/paged";
import { CopiedAddress } from "./copied-address";

const TONE: Record<DeliveryStatus, Tone> = { waiting: "acc", delivered: "ok", given_up: "live" };

function Address({ settings }: { settings: Settings }) {
  const t = useT();
  const { api, queries } = useApp();
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm({ url: settings.url, on: settings.on }, { key: "lead-webhook" });
  const save = (new_secret: boolean): void => void form.run(async ({ url, on }) => {
    const kept = await api.putLeadWebhook({ url, on, new_secret });
    if (kept.secret !== null) setSecret(kept.secret);
    await queries.invalidateQueries({ queryKey: keys.leadWebhook });
  });
  return (
    <div className="col g-3">
      <TextField label={t("lead_webhook.url")} help={t("lead_webhook.url_help")} type="url" maxLength={500} value={form.value.url} error={form.problem("url")} onChange={(event) => { form.set({ url: event.target.value }); }} data-testid="lead-webhook-url" />
      <Switch label={t("lead_webhook.on")} checked={form.value.on} onChange={(on) => { form.set({ on }); }} data-testid="lead-webhook-on" />
      <div className="row">
        <Button tone="primary" busy={form.busy} onClick={() => { save(false); }} data-testid="lead-webhook-save">{t("ui.save")}</Button>
        {settings.has_secret ? <Button icon="refresh" busy={form.busy} onClick={() => { save(true); }}>{t("lead_webhook.renew")}</Button> : null}
      </div>
      {secret === null ? null : <Note tone="warn" testid="lead-webhook-secret"><p>{t("lead_webhook.once")}</p><CopiedAddress url={secret} what={t("lead_webhook.secret")} /></Note>}
      <FormFailure failure={form.failure} />
    </div>
  );
}

function Deliveries() {
  const t = useT();
  const { api, queries, fail } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const pages = usePages(keys.webhookDeliveries, (cursor) => api.webhookDeliveries(cursor));
  const again = (each: WebhookDelivery): void => void api.retryJob(each.job_id)
    .then(() => queries.invalidateQueries({ queryKey: keys.webhookDeliveries })).catch(fail);
  return (
    <Paged pages={pages} empty={<p className="t-12 ink-2">{t("lead_webhook.none")}</p>}>
      {(all) => (
        <div className="table-wrap"><table className="table">
          <thead><tr><th>{t("dnc.added")}</th><th>{t("lead_webhook.status")}</th><th className="num">{t("jobs.tried")}</th><th>{t("lead_webhook.answer")}</th><th><span className="sr">{t("lead_webhook.again")}</span></th></tr></thead>
          <tbody>{all.map((each) => (
            <tr key={each.id} data-testid="webhook-delivery">
              <td className="nowrap">{when(each.created_at_ms, now, locale)}</td>
              <td><Badge tone={TONE[each.status]}>{t(`delivery.${each.status}`)}</Badge></td>
              <td className="num">{each.attempts}</td>
              <td className="ink-2">{each.last_error ?? (each.http_status === null ? "" : `HTTP ${each.http_status}`)}</td>
              <td className="num">{each.status === "given_up" ? <Button size="sm" icon="refresh" onClick={() => { again(each); }}>{t("lead_webhook.again")}</Button> : null}</td>
            </tr>
          ))}</tbody>
        </table></div>
      )}
    </Paged>
  );
}

/** Where the organisation's own program is told of new leads, and what was told. */
export function LeadWebhookSection() {
  const t = useT();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.leadWebhook, queryFn: api.leadWebhook });
  return (
    <section className="spread" aria-labelledby="lead-webhook">
      <h2 id="lead-webhook" className="h-sec">{t("lead_webhook.title")}</h2>
      <p className="ink-2">{t("lead_webhook.text")}</p>
      <Loaded query={query} rows={2}>{(settings) => <Address key={settings.url} settings={settings} />}</Loaded>
      <Deliveries />
    </section>
  );
}
