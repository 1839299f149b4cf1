import type { ChangeEvent } from "react";
import type { NumberFormat, PassingOn, SipSettings, Trunk, TrunkInput, TrunkKind, TrunkSettings } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { splitList } from "@/lib/text";
import { useForm } from "@/lib/use-form";
import { SelectField, Switch, TextField } from "@/ui/field";
import { Note } from "@/ui/note";
import { EditDialog } from "./edit-dialog";
import { asInput, freshTrunk, placeOf, withOne } from "./sip-input";

const FORMATS: readonly NumberFormat[] = ["plus", "digits", "double_zero", "national"];
const PASSING_ON: readonly PassingOn[] = ["ours", "refer", "refer_answered"];
type Text = "name" | "host" | "proxy" | "username" | "auth_name" | "country" | "prefix" | "peers" | "codecs";
const LIMITS = ["concurrent", "per_second", "daily_spend", "per_minute"] as const;

/** Lists are text while they are typed. */
type Typed = Omit<TrunkSettings, "peers" | "codecs"> & { peers: string; codecs: string; prefixes: string; password: string };

const asTyped = (settings: TrunkSettings): Typed => ({
  ...settings, peers: settings.peers.join(", "), codecs: settings.codecs.join(", "), prefixes: settings.limits.prefixes.join(", "), password: "",
});
const asSettings = ({ prefixes, peers, codecs, ...typed }: Omit<Typed, "password">): TrunkSettings => ({
  ...typed, peers: splitList(peers), codecs: splitList(codecs), limits: { ...typed.limits, prefixes: splitList(prefixes) },
});

/** One trunk: where it is, how it knows us, how numbers are written there, and what it may be used for. */
export function TrunkDialog({ settings, trunk, onClose }: { settings: SipSettings; trunk: Trunk | null; onClose: () => void }) {
  const t = useT();
  const me = useMe();
  const { api, queries } = useApp();
  const form = useForm<Typed>(asTyped(trunk?.settings ?? freshTrunk(me.tenant.country)), { key: `trunk/${trunk?.id ?? "new"}`, open: (typed) => ({ ...typed, password: "" }) });
  const { value } = form;
  const at = placeOf(settings.trunks, trunk?.id ?? null);
  const problem = (name: string): string | null => form.problem(`trunks[${String(at)}].${name}`);
  const put = async (one: TrunkInput | null): Promise<void> => {
    const body = asInput(settings);
    await api.sip.put({ ...body, trunks: withOne(body.trunks, trunk?.id ?? null, one) });
    await queries.invalidateQueries({ queryKey: keys.sip });
  };
  const save = ({ password, ...typed }: Typed): Promise<void> => put({ id: trunk?.id ?? null, settings: asSettings(typed), password: password === "" ? null : password });
  const text = (key: Text) => ({
    label: t(`sip.${key}`), value: value[key], error: problem(key), onChange: (event: ChangeEvent<HTMLInputElement>) => { form.set({ [key]: event.target.value }); }, "data-testid": `trunk-${key}`,
  });
  const limits = (change: Partial<TrunkSettings["limits"]>): void => { form.set({ limits: { ...value.limits, ...change } }); };
  const missing = value.name.trim() === "" || value.host.trim() === "" ? t("sip.need_trunk") : null;
  return (
    <EditDialog title={trunk ? trunk.settings.name : t("sip.new_trunk")} form={form} off={missing} onSave={save} onClose={onClose} wide onDelete={trunk ? () => put(null) : undefined}>
      {trunk?.state.problem ? <Note tone="warn">{trunk.state.problem}</Note> : null}
      <Switch label={t("sip.enabled")} checked={value.enabled} onChange={(enabled) => { form.set({ enabled }); }} />
      <div className="pair">
        <TextField {...text("name")} />
        <TextField label={t("sip.priority")} type="number" min={0} max={999} value={value.priority} help={t("sip.priority_help")} error={problem("priority")} onChange={(event) => { form.set({ priority: Number(event.target.value) }); }} />
        <TextField {...text("host")} help={t("sip.host_help")} />
        <SelectField label={t("sip.transport")} value={value.transport} choices={["udp", "tcp", "tls"].map((each) => ({ value: each, label: each.toUpperCase() }))} onChange={(event) => { form.set({ transport: event.target.value }); }} />
        <SelectField label={t("sip.kind")} value={value.kind} choices={(["register", "peer"] as const).map((each) => ({ value: each, label: t(`sip.kind_${each}`) }))} onChange={(event) => { form.set({ kind: event.target.value as TrunkKind }); }} data-testid="trunk-kind" />
        <TextField {...text("proxy")} help={t("sip.proxy_help")} />
        <TextField {...text("username")} autoComplete="off" />
        <TextField label={t("sip.password")} type="password" autoComplete="new-password" value={value.password} placeholder={trunk?.has_password === true ? t("ui.kept_secret") : ""} help={trunk?.has_password === true ? t("ui.secret_kept") : null} error={problem("password")} onChange={(event) => { form.set({ password: event.target.value }); }} data-testid="trunk-password" />
        <TextField {...text("auth_name")} help={t("sip.auth_name_help")} />
        <TextField {...text("peers")} help={t("sip.peers_help")} />
        <TextField {...text("codecs")} help={t("sip.codecs_help")} />
        <TextField label={t("sip.keep_alive_s")} type="number" min={0} max={3600} value={value.keep_alive_s} help={t("sip.keep_alive_help")} error={problem("keep_alive_s")} onChange={(event) => { form.set({ keep_alive_s: Number(event.target.value) }); }} />
        <SelectField label={t("sip.number_format")} value={value.number_format} choices={FORMATS.map((each) => ({ value: each, label: t(`sip.format_${each}`) }))} onChange={(event) => { form.set({ number_format: event.target.value as NumberFormat }); }} />
        <TextField {...text("country")} maxLength={2} help={t("sip.country_help")} />
        <TextField {...text("prefix")} help={t("sip.prefix_help")} />
        <SelectField label={t("sip.caller_id")} value={value.caller_id.kind} choices={(["of_the_call", "always", "withheld"] as const).map((each) => ({ value: each, label: t(`sip.caller_id_${each}`) }))} onChange={(event) => { form.set({ caller_id: event.target.value === "always" ? { kind: "always", number: "" } : { kind: event.target.value as "of_the_call" | "withheld" } }); }} />
        {value.caller_id.kind === "always" ? <TextField label={t("numbers.number")} type="tel" value={value.caller_id.number} error={problem("caller_id.number")} onChange={(event) => { form.set({ caller_id: { kind: "always", number: event.target.value } }); }} /> : null}
        <SelectField label={t("sip.passing_on")} value={value.passing_on} help={t("sip.passing_on_help")} choices={PASSING_ON.map((each) => ({ value: each, label: t(`sip.passing_on_${each}`) }))} onChange={(event) => { form.set({ passing_on: event.target.value as PassingOn }); }} />
      </div>
      <Switch label={t("sip.srtp")} checked={value.srtp} onChange={(srtp) => { form.set({ srtp }); }} />
      <Switch label={t("sip.asserted_identity")} checked={value.asserted_identity} onChange={(asserted_identity) => { form.set({ asserted_identity }); }} />
      <h3>{t("sip.limits")}</h3>
      <p className="t-12 ink-2">{t("sip.limits_text")}</p>
      <div className="pair">
        {LIMITS.map((key) => <TextField key={key} label={t(`sip.${key}`)} type="number" min={0} value={value.limits[key]} error={problem(`limits.${key}`)} onChange={(event) => { limits({ [key]: Number(event.target.value) }); }} />)}
        <TextField label={t("sip.prefixes")} value={value.prefixes} help={t("sip.prefixes_help")} error={problem("limits.prefixes")} onChange={(event) => { form.set({ prefixes: event.target.value }); }} />
      </div>
    </EditDialog>
  );
}
