import { useQuery } from "@tanstack/react-query";
import type { Engine, EngineInput, EngineSettings } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Switch, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { SettingsFrame } from "./frame";
import { TestButton } from "./test-button";

interface Typed {
  base_url: string;
  model: string;
  api_key: string;
}

const typedOf = (engine: Engine | null): Typed => ({ base_url: engine?.base_url ?? "", model: engine?.model ?? "", api_key: "" });
const inputOf = (typed: Typed): EngineInput | null => (typed.base_url.trim() === "" ? null : { base_url: typed.base_url.trim(), model: typed.model.trim(), api_key: typed.api_key === "" ? null : typed.api_key });

interface PartProps {
  which: "speech" | "language";
  engine: Engine | null;
  value: Typed;
  dirty: boolean;
  onChange: (value: Typed) => void;
}

function EnginePart({ which, engine, value, dirty, onChange }: PartProps) {
  const t = useT();
  const { api } = useApp();
  return (
    <section className="panel" aria-label={t(`engines.${which}`)}>
      <header><h2>{t(`engines.${which}`)}</h2></header>
      <div className="body col g-3">
        {engine?.simulated ? <Note tone="acc">{t("engines.simulated")}</Note> : null}
        {value.base_url === "" ? <Note>{t(`engines.no_${which}`)}</Note> : null}
        <div className="pair">
          <TextField label={t("engines.base_url")} type="url" placeholder={which === "speech" ? "https://api.groq.com/openai/v1" : "https://api.openai.com/v1"} value={value.base_url} help={t("engines.base_url_help")} onChange={(event) => { onChange({ ...value, base_url: event.target.value }); }} data-testid={`engine-${which}-url`} />
          <TextField label={t("engines.model")} placeholder={which === "speech" ? "whisper-large-v3" : "gpt-4o-mini"} value={value.model} onChange={(event) => { onChange({ ...value, model: event.target.value }); }} data-testid={`engine-${which}-model`} />
          <TextField label={t("engines.key")} type="password" autoComplete="off" value={value.api_key} placeholder={engine?.has_key ? t("ui.kept_secret") : ""} help={t(engine?.has_key ? "ui.secret_kept" : "engines.key_help")} onChange={(event) => { onChange({ ...value, api_key: event.target.value }); }} />
        </div>
        <TestButton onTest={() => api.engines.test(which)} off={dirty ? t("test.save_first") : null} testid={`engine-${which}-test`} />
      </div>
    </section>
  );
}

function EnginesForm({ settings }: { settings: EngineSettings }) {
  const t = useT();
  const { api, queries, toasts } = useApp();
  const form = useForm(
    { speech: typedOf(settings.speech), language: typedOf(settings.language), auto_transcribe: settings.auto_transcribe, auto_analyse: settings.auto_analyse, min_call_s: settings.min_call_s, update_leads: settings.update_leads },
    { key: "engines", open: (typed) => ({ ...typed, speech: { ...typed.speech, api_key: "" }, language: { ...typed.language, api_key: "" } }) });
  const { value } = form;
  const save = (): void => void form.run(async (typed) => {
    await api.engines.put({ ...typed, speech: inputOf(typed.speech), language: inputOf(typed.language) });
    await queries.invalidateQueries({ queryKey: keys.engines });
    toasts.show({ tone: "ok", title: t("ui.saved"), text: null, stays: false });
  });
  return (
    <div className="form wide-form">
      <EnginePart which="speech" engine={settings.speech} value={value.speech} dirty={form.dirty} onChange={(speech) => { form.set({ speech }); }} />
      <EnginePart which="language" engine={settings.language} value={value.language} dirty={form.dirty} onChange={(language) => { form.set({ language }); }} />
      <Switch label={t("engines.auto_transcribe")} checked={value.auto_transcribe} onChange={(auto_transcribe) => { form.set({ auto_transcribe }); }} />
      <Switch label={t("engines.auto_analyse")} checked={value.auto_analyse} onChange={(auto_analyse) => { form.set({ auto_analyse }); }} />
      <Switch label={t("engines.update_leads")} checked={value.update_leads} onChange={(update_leads) => { form.set({ update_leads }); }} />
      <TextField label={t("engines.min_call")} type="number" min={0} max={600} value={value.min_call_s} error={form.problem("min_call_s")} onChange={(event) => { form.set({ min_call_s: Number(event.target.value) }); }} />
      <FormFailure failure={form.failure} />
      <div className="actions"><Button tone="primary" busy={form.busy} off={form.dirty ? null : t("ui.nothing_changed")} onClick={save} data-testid="engines-save">{form.busy ? t("ui.saving") : t("ui.save")}</Button></div>
    </div>
  );
}

export function EnginesPage() {
  const t = useT();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.engines, queryFn: api.engines.get });
  return <SettingsFrame title={t("settings.engines")} text={t("engines.text")}><div className="spread"><Loaded query={query}>{(settings) => <EnginesForm key={JSON.stringify(settings)} settings={settings} />}</Loaded></div></SettingsFrame>;
}
