import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RegistryKind, RegistrySettings, RegistrySettingsInput, TestResult } from "@/api/generated/wire";
import { useApp, useLocale, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { fullDay } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { AreaField, Check, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { Seg } from "@/ui/seg";
import { partsOf } from "./dnc-parts";

const KINDS: readonly RegistryKind[] = ["off", "http", "list"];

function Upload({ settings }: { settings: RegistrySettings }) {
  const t = useT();
  const locale = useLocale();
  const { api, queries } = useApp();
  const form = useForm({ text: "", replace: true });
  const send = (): void => void form.run(async ({ text, replace }) => {
    let first = replace;
    for (const part of partsOf(text)) {
      queries.setQueryData(keys.registry, await api.uploadRegistry({ text: part.text, replace: first }));
      first = false;
    }
  }).then((ok) => { if (ok) form.reset({ text: "", replace: true }); });
  return (
    <div className="col g-2">
      <Note tone={settings.list_until_ms === null ? "warn" : "neutral"} testid="registry-listed">{settings.list_until_ms === null ? t("registry.no_list") : t("registry.list", { n: settings.listed, day: fullDay(settings.list_until_ms, locale) })}</Note>
      <AreaField label={t("registry.numbers")} help={t("dnc.upload_help")} rows={5} value={form.value.text} error={form.problem("text")} onChange={(event) => { form.set({ text: event.target.value }); }} data-testid="registry-text" />
      <Check label={t("registry.replace")} checked={form.value.replace} onChange={(replace) => { form.set({ replace }); }} />
      <FormFailure failure={form.failure} />
      <div className="actions"><Button icon="upload" busy={form.busy} off={form.value.text.trim() === "" ? t("dnc.upload_need") : null} onClick={send} data-testid="registry-upload">{t("dnc.upload")}</Button></div>
    </div>
  );
}

function Ask() {
  const t = useT();
  const { api } = useApp();
  const form = useForm({ number: "" });
  const [said, setSaid] = useState<TestResult | null>(null);
  const ask = (): void => void form.run(async ({ number }) => { setSaid(await api.testRegistry({ number })); });
  const words = said === null ? null : !said.ok ? t("registry.said_nothing") : said.message.includes("not listed") ? t("registry.said_free") : t("registry.said_listed");
  return (
    <div className="col g-2">
      <div className="row end-align"><TextField label={t("registry.test_number")} value={form.value.number} error={form.problem("number")} onChange={(event) => { form.set({ number: event.target.value }); }} data-testid="registry-number" />
        <Button busy={form.busy} off={form.value.number.trim() === "" ? t("registry.need_number") : null} onClick={ask} data-testid="registry-test">{t("registry.test")}</Button></div>
      {words ? <Note tone={said?.ok ? "ok" : "warn"} alert testid="registry-said">{words}</Note> : null}
      <FormFailure failure={form.failure} />
    </div>
  );
}

function Settings({ settings, onClose }: { settings: RegistrySettings; onClose: () => void }) {
  const t = useT();
  const { api, queries, toasts } = useApp();
  const form = useForm({ kind: settings.kind, url: settings.url, valid_days: settings.valid_days, token: "" });
  const { value } = form;
  const save = (): void => void form.run(async ({ kind, url, valid_days, token }) => {
    const body: RegistrySettingsInput = { kind, url, valid_days, token: token === "" ? null : token };
    queries.setQueryData(keys.registry, await api.putRegistry(body));
    toasts.show({ tone: "ok", title: t("ui.saved"), text: null, stays: false });
  });
  return (
    <Dialog title={t("registry.title")} onClose={onClose} wide testid="registry-dialog" footer={<><span className="push" /><Button onClick={onClose}>{t("ui.close")}</Button><Button tone="primary" busy={form.busy} off={form.dirty ? null : t("ui.nothing_changed")} onClick={save} data-testid="registry-save">{form.busy ? t("ui.saving") : t("ui.save")}</Button></>}>
      <div className="col g-3">
        <p className="ink-2">{t("registry.text")}</p>
        <Seg label={t("registry.title")} value={value.kind} options={KINDS.map((kind) => ({ value: kind, label: t(`registry_kind.${kind}`), testid: `registry-${kind}` }))} onChange={(kind) => { form.set({ kind }); }} />
        {value.kind === "http" ? (
          <div className="pair">
            <TextField label={t("lead_webhook.url")} help={t("lead_webhook.url_help")} value={value.url} error={form.problem("url")} onChange={(event) => { form.set({ url: event.target.value }); }} data-testid="registry-url" />
            <TextField label={t("registry.token")} type="password" autoComplete="off" value={value.token} error={form.problem("token")} help={settings.has_token ? t("registry.token_kept") : null} onChange={(event) => { form.set({ token: event.target.value }); }} />
          </div>
        ) : null}
        {value.kind === "off" ? null : <TextField label={t("registry.valid_days")} type="number" min={1} max={366} value={value.valid_days} error={form.problem("valid_days")} help={t("registry.valid_help")} onChange={(event) => { form.set({ valid_days: Number(event.target.value) }); }} />}
        <FormFailure failure={form.failure} />
        {settings.kind === "list" && value.kind === "list" ? <Upload settings={settings} /> : null}
        {settings.kind === "off" ? null : <Ask />}
      </div>
    </Dialog>
  );
}

/** The national registry: by what it is asked, its list, and one question to it. */
export function RegistryDialog({ onClose }: { onClose: () => void }) {
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.registry, queryFn: api.registry });
  return <Loaded query={query}>{(settings) => <Settings key={settings.kind} settings={settings} onClose={onClose} />}</Loaded>;
}
