import { useQuery } from "@tanstack/react-query";
import type { UiLocale, UiTheme, UpdateMe } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { useWhole } from "@/lib/use-store";
import type { Prefs } from "@/state/prefs";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Seg } from "@/ui/seg";
import { SettingsFrame } from "./frame";
import { ThisComputer } from "./this-computer";

function Look() {
  const t = useT();
  const { prefs, api, session, fail } = useApp();
  const now = useWhole(prefs);
  const keep = (change: Partial<Prefs>, body: UpdateMe | null): void => {
    prefs.update((each) => ({ ...each, ...change }));
    if (body) void api.updateMe(body).then(session.replaceMe).catch(fail);
  };
  return (
    <div className="form">
      <div className="field"><span className="lab">{t("look.theme")}</span><div><Seg<UiTheme> label={t("look.theme")} value={now.theme} options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(`theme.${value}`), testid: `look-${value}` }))} onChange={(theme) => { keep({ theme }, { theme }); }} /></div></div>
      <div className="field"><span className="lab">{t("look.language")}</span><div><Seg<UiLocale> label={t("look.language")} value={now.locale} options={[{ value: "en", label: "English", testid: "look-en" }, { value: "hi", label: "हिन्दी", testid: "look-hi" }]} onChange={(locale) => { keep({ locale }, { locale }); }} /></div></div>
      <div className="field"><span className="lab">{t("look.text")}</span><div><Seg<string> label={t("look.text")} value={String(now.scale)} options={[{ value: "1", label: t("look.normal") }, { value: "1.15", label: t("look.large") }, { value: "1.3", label: t("look.larger") }]} onChange={(value) => { keep({ scale: value === "1.3" ? 1.3 : value === "1.15" ? 1.15 : 1 }, null); }} /></div></div>
    </div>
  );
}

function Password() {
  const t = useT();
  const { api, toasts } = useApp();
  const form = useForm({ current: "", next: "" });
  const { value } = form;
  const save = (): void => void form.run((typed) => api.updateMe({ change_password: { current: typed.current, new: typed.next } })).then((ok) => {
    if (!ok) return;
    form.reset({ current: "", next: "" });
    toasts.show({ tone: "ok", title: t("look.password_changed"), text: null, stays: false });
  });
  const off = value.current === "" || value.next.length < 12 ? t("users.password_help") : null;
  return (
    <section className="panel" aria-label={t("look.password")}><header><h2>{t("look.password")}</h2></header><div className="body form">
      <TextField label={t("look.current")} type="password" autoComplete="current-password" value={value.current} onChange={(event) => { form.set({ current: event.target.value }); }} />
      <TextField label={t("users.new_password")} type="password" autoComplete="new-password" value={value.next} help={t("users.password_help")} error={form.problem("change_password")} onChange={(event) => { form.set({ next: event.target.value }); }} />
      <FormFailure failure={form.failure} /><div><Button busy={form.busy} off={off} onClick={save}>{t("look.change_password")}</Button></div>
    </div></section>
  );
}

function Sessions() {
  const t = useT();
  const { api, queries, fail } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const query = useQuery({ queryKey: keys.sessions, queryFn: api.mySessions });
  const end = (id: string): void => void api.endSession(id).then(() => queries.invalidateQueries({ queryKey: keys.sessions })).catch(fail);
  return (
    <section className="panel" aria-label={t("look.sessions")}><header><h2>{t("look.sessions")}</h2></header>
      <Loaded query={query} rows={3}>{(list) => <ul>{list.map((each) => (
        <li key={each.id} className="line"><span className="grow"><b className="med">{t(`device_kind.${each.device}`)}</b> {each.current ? <Badge tone="ok">{t("look.this_one")}</Badge> : null}<br /><span className="t-12 ink-3">{each.user_agent} · {t("look.last_used", { when: when(each.last_used_at_ms, now, locale) })}</span></span>{each.current ? null : <Button size="sm" onClick={() => { end(each.id); }}>{t("look.end")}</Button>}</li>
      ))}</ul>}</Loaded>
    </section>
  );
}

export function AppearancePage() {
  const t = useT();
  const me = useMe();
  return (
    <SettingsFrame title={t("settings.appearance")} text={t("look.who", { name: me.user.name, role: t(`role.${me.user.role}`), tenant: me.tenant.name })}>
      <div className="spread narrow"><Look /><ThisComputer /><Password /><Sessions /></div>
    </SettingsFrame>
  );
}
