import { useQuery } from "@tanstack/react-query";
import type { CarrierSettings, CarrierSettingsInput } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { CarrierNumbers } from "./carrier-numbers";
import { CarrierRecordings } from "./carrier-recordings";
import { DialingSwitches } from "./dialing-switches";
import { Exotel } from "./exotel-form";
import { SettingsFrame } from "./frame";
import { TestButton } from "./test-button";

export function CarrierForm({ settings, onSaved }: { settings: CarrierSettings; onSaved?: () => void }) {
  const t = useT();
  const { api, queries, toasts } = useApp();
  const form = useForm({ provider: settings.provider, account_sid: settings.account_sid, auth_token: "", api_base: settings.api_base, public_url: settings.public_url }, { key: "carrier", open: (typed) => ({ ...typed, auth_token: "" }) });
  const { value } = form;
  const save = (): void => void form.run(async (typed) => {
    await api.carrier.put({ ...typed, auth_token: typed.auth_token === "" ? null : typed.auth_token } satisfies CarrierSettingsInput);
    await queries.invalidateQueries({ queryKey: keys.carrier });
    toasts.show({ tone: "ok", title: t("ui.saved"), text: null, stays: false });
    onSaved?.();
  });
  const text = (key: "account_sid" | "auth_token" | "api_base" | "public_url") => ({
    value: value[key], error: form.problem(key), onChange: (event: React.ChangeEvent<HTMLInputElement>) => { form.set({ [key]: event.target.value }); }, "data-testid": `carrier-${key}`,
  });
  return (
    <div className="form">
      {settings.simulated ? <Note tone="acc" icon="info">{t("carrier.simulated")}</Note> : null}
      <SelectField label={t("carrier.provider")} value={value.provider} choices={[{ value: "", label: t("carrier.none") }, { value: "twilio", label: "Twilio" }]} onChange={(event) => { form.set({ provider: event.target.value }); }} data-testid="carrier-provider" />
      {value.provider === "" ? <p className="ink-2">{t("carrier.none_text")}</p> : (
        <div className="pair">
          <TextField label={t("carrier.account")} {...text("account_sid")} help={t("carrier.account_help")} />
          <TextField label={t("carrier.token")} type="password" autoComplete="off" {...text("auth_token")} placeholder={settings.has_auth_token ? t("ui.kept_secret") : ""} help={t(settings.has_auth_token ? "ui.secret_kept" : "carrier.token_help")} />
          <TextField label={t("carrier.public_url")} type="url" {...text("public_url")} placeholder="https://calls.example.com" help={t("carrier.public_help")} />
          <TextField label={t("carrier.api_base")} type="url" {...text("api_base")} help={t("carrier.api_base_help")} />
        </div>
      )}
      <FormFailure failure={form.failure} />
      <div className="actions"><Button tone="primary" busy={form.busy} off={form.dirty ? null : t("ui.nothing_changed")} onClick={save} data-testid="carrier-save">{form.busy ? t("ui.saving") : t("ui.save")}</Button></div>
      {value.provider === "" ? null : <TestButton onTest={() => api.carrier.test()} off={form.dirty ? t("test.save_first") : null} testid="carrier-test" />}
    </div>
  );
}

export function CarrierPage() {
  const t = useT();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.carrier, queryFn: api.carrier.get });
  return <SettingsFrame title={t("settings.carrier")} text={t("carrier.text")}><div className="spread"><h2 className="h-sec">Twilio</h2><Loaded query={query}>{(settings) => <><CarrierForm key={JSON.stringify(settings)} settings={settings} />{settings.provider === "" ? null : <CarrierNumbers key={`${settings.account_sid} ${settings.public_url}`} />}</>}</Loaded></div><Exotel /><CarrierRecordings /><DialingSwitches /></SettingsFrame>;
}
