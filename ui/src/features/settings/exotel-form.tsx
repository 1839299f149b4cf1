import { useQuery } from "@tanstack/react-query";
import type { ExotelApplet, ExotelSettings, ExotelSettingsInput } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { AreaField, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { CopiedAddress } from "./copied-address";
import { TestButton } from "./test-button";

/** What to enter in the flow editor, in the order of the flow. */
function Applets({ applets }: { applets: readonly ExotelApplet[] }) {
  const t = useT();
  return (
    <section className="col" aria-labelledby="exotel-applets">
      <h3 id="exotel-applets" className="h-sec">{t("exotel.applets")}</h3>
      <p className="ink-2">{t("exotel.applets_text")}</p>
      <div className="table-wrap"><table className="table">
        <thead><tr><th>{t("exotel.applet")}</th><th>{t("exotel.address")}</th></tr></thead>
        <tbody>{applets.map((each) => (
          <tr key={each.applet}><td className="strong nowrap">{nameOf(t, "exotel_applet", each.applet)}</td><td><CopiedAddress url={each.url} what={nameOf(t, "exotel_applet", each.applet)} /></td></tr>
        ))}</tbody>
      </table></div>
    </section>
  );
}

const lines = (text: string): string[] => text.split(/[\s,]+/).filter((each) => each !== "");

function ExotelForm({ settings }: { settings: ExotelSettings }) {
  const t = useT();
  const { api, queries, toasts } = useApp();
  const form = useForm(
    { account_sid: settings.account_sid, api_key: "", api_token: "", api_base: settings.api_base, public_url: settings.public_url, flow: settings.flow, allowed: settings.allowed.join("\n") },
    { key: "exotel", open: (typed) => ({ ...typed, api_key: "", api_token: "" }) },
  );
  const { value } = form;
  const put = async (body: ExotelSettingsInput): Promise<void> => {
    await api.exotel.put(body);
    await queries.invalidateQueries({ queryKey: keys.exotel });
    await queries.invalidateQueries({ queryKey: keys.numbers });
    toasts.show({ tone: "ok", title: t("ui.saved"), text: null, stays: false });
  };
  const body = (typed: typeof value, fresh: boolean): ExotelSettingsInput => ({
    ...typed, api_key: typed.api_key === "" ? null : typed.api_key, api_token: typed.api_token === "" ? null : typed.api_token, allowed: lines(typed.allowed), new_secret: fresh,
  });
  const save = (): void => void form.run((typed) => put(body(typed, false)));
  const renew = (): void => void form.run((typed) => put(body(typed, true)));
  const text = (key: "account_sid" | "api_key" | "api_token" | "api_base" | "public_url" | "flow") => ({
    value: value[key], error: form.problem(key), onChange: (event: React.ChangeEvent<HTMLInputElement>) => { form.set({ [key]: event.target.value }); }, "data-testid": `exotel-${key}`,
  });
  const secret = (kept: boolean) => ({ type: "password", autoComplete: "off", placeholder: kept ? t("ui.kept_secret") : "", help: t(kept ? "ui.secret_kept" : "exotel.key_help") });
  return (
    <div className="form">
      {settings.simulated ? <Note tone="acc" icon="info">{t("carrier.simulated")}</Note> : null}
      <div className="pair">
        <TextField label={t("exotel.account")} {...text("account_sid")} help={t("exotel.account_help")} />
        <TextField label={t("exotel.flow")} inputMode="numeric" {...text("flow")} help={t("exotel.flow_help")} />
        <TextField label={t("exotel.key")} {...text("api_key")} {...secret(settings.has_api_key)} />
        <TextField label={t("exotel.token")} {...text("api_token")} {...secret(settings.has_api_token)} />
        <TextField label={t("carrier.public_url")} type="url" {...text("public_url")} placeholder="https://calls.example.com" help={t("carrier.public_help")} />
        <TextField label={t("carrier.api_base")} type="url" {...text("api_base")} help={t("exotel.api_base_help")} />
      </div>
      <AreaField label={t("exotel.allowed")} value={value.allowed} help={t("exotel.allowed_help")} error={form.problem("allowed")} onChange={(event) => { form.set({ allowed: event.target.value }); }} />
      <FormFailure failure={form.failure} />
      <div className="actions">
        <Button tone="primary" busy={form.busy} off={form.dirty ? null : t("ui.nothing_changed")} onClick={save} data-testid="exotel-save">{form.busy ? t("ui.saving") : t("ui.save")}</Button>
        {settings.applets.length === 0 ? null : <Button icon="refresh" off={form.dirty ? t("test.save_first") : null} onClick={renew} data-testid="exotel-renew">{t("exotel.renew")}</Button>}
      </div>
      {settings.account_sid === "" ? null : <TestButton onTest={() => api.exotel.test()} off={form.dirty ? t("test.save_first") : null} testid="exotel-test" />}
      {settings.applets.length === 0 ? null : <Applets applets={settings.applets} />}
      <Note tone="acc" icon="info">{t("exotel.limits")}</Note>
    </div>
  );
}

export function Exotel() {
  const t = useT();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.exotel, queryFn: api.exotel.get });
  return (
    <section className="spread" aria-labelledby="exotel">
      <h2 id="exotel" className="h-sec">Exotel</h2>
      <p className="ink-2">{t("exotel.text")}</p>
      <Loaded query={query}>{(settings) => <ExotelForm key={JSON.stringify(settings)} settings={settings} />}</Loaded>
    </section>
  );
}
