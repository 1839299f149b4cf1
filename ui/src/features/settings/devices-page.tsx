import { useApp, useT } from "@/app-context";
import { useStore, useWhole } from "@/lib/use-store";
import type { Device, DeviceKind, Processing } from "@/platform/types";
import { Button } from "@/ui/button";
import { SelectField, Switch } from "@/ui/field";
import type { Choice } from "@/ui/field";
import { LevelBar } from "@/ui/meter";
import { Loading } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { standIn } from "@/state/devices";
import { DeviceCheckCard } from "./device-check-card";
import { DeviceOrder } from "./device-order";
import { SettingsFrame } from "./frame";

function Levels() {
  const t = useT();
  const { phone } = useApp();
  const mic = useStore(phone.levels, (each) => each.mic);
  const word = mic < -60 ? "device.level_none" : mic < -45 ? "device.level_quiet" : mic < -6 ? "device.level_good" : "device.level_loud";
  return (
    <div className="col g-1">
      <LevelBar dbfs={mic} label={t("device.mic_level")} />
      <span className="row between t-12"><span className="med" role="status">{t(word)}, {t("device.db", { n: Math.round(Math.max(-100, mic)) })}</span><span className="ink-3">{t("device.scale")}</span></span>
    </div>
  );
}

/** Says that the most wanted device is away, and what is used instead. */
function StandIn({ kind }: { kind: "input" | "output" }) {
  const t = useT();
  const { phone } = useApp();
  const state = useWhole(phone.store);
  const stand = state ? standIn(state, kind) : null;
  if (!stand) return null;
  const name = (device: Device | null): string => (device && device.name !== "" ? device.name : t("device.system"));
  return (
    <Note tone="warn" alert testid={`stand-in-${kind}`}>
      <b className="strong">{t("device.is_away", { name: stand.wanted.name === "" ? t(`device.${kind}`) : stand.wanted.name })}</b> {t("device.stand_in", { name: name(stand.using) })}
    </Note>
  );
}

/** Microphone, speaker, ringer, and how the voice is cleaned. Used in settings and at first run. */
export function DeviceForm() {
  const t = useT();
  const { phone, platform } = useApp();
  const state = useWhole(phone.store);
  if (!state) return <Loading rows={4} />;
  const away = (id: string): string => {
    const { input, output, ringer, alsoRingOn } = state.preferences;
    const name = [...input, ...output, ...ringer, alsoRingOn].find((each) => each?.id === id)?.name ?? "";
    return name === "" ? t("device.away") : t("device.away_named", { name });
  };
  const choices = (list: readonly Device[], chosen: string | null): Choice[] => {
    const known = list.map((each, index) => ({ value: each.id, label: each.name === "" ? t("device.unnamed", { n: index + 1 }) : each.name }));
    const missing = chosen !== null && !list.some((each) => each.id === chosen) ? [{ value: chosen, label: away(chosen) }] : [];
    return [{ value: "", label: t("device.system") }, ...known, ...missing];
  };
  const pick = (kind: DeviceKind) => (event: React.ChangeEvent<HTMLSelectElement>): void => void phone.chooseDevice(kind, event.target.value === "" ? null : event.target.value);
  const { echoCancellation, noiseSuppression, autoGain, typingSuppression } = state;
  const set = (change: Partial<Processing>): void => void phone.setProcessing({ echoCancellation, noiseSuppression, autoGain, typingSuppression, ...change });
  const also = state.preferences.alsoRingOn;
  const problem = state.microphoneProblem;
  return (
    <div className="form">
      {problem ? <Note tone="warn" alert testid="mic-problem"><b className="strong">{t(`device.mic_${problem}`)}</b> {t(`device.mic_${problem}_text`)}</Note> : null}
      {state.speakerProblem ? <Note tone="warn" alert><b className="strong">{t(`device.speaker_${state.speakerProblem}`)}</b> {t("device.speaker_text")}</Note> : null}
      <StandIn kind="input" />
      <StandIn kind="output" />
      <SelectField label={t("device.input")} value={state.preferences.input[0]?.id ?? ""} choices={choices(state.devices.inputs, state.preferences.input[0]?.id ?? null)} onChange={pick("input")} data-testid="device-input" />
      <DeviceOrder kind="input" state={state} />
      <Levels />
      <SelectField label={t("device.output")} value={state.preferences.output[0]?.id ?? ""} choices={choices(state.devices.outputs, state.preferences.output[0]?.id ?? null)} onChange={pick("output")} data-testid="device-output" />
      <DeviceOrder kind="output" state={state} />
      <div className="row end-align"><span className="grow"><SelectField label={t("device.ringer")} value={state.preferences.ringer[0]?.id ?? ""} choices={choices(state.devices.outputs, state.preferences.ringer[0]?.id ?? null)} onChange={pick("ringer")} data-testid="device-ringer" /></span><Button icon="play" onClick={() => void phone.testRing()} data-testid="test-ring">{t("device.ring")}</Button></div>
      <DeviceOrder kind="ringer" state={state} />
      <SelectField
        label={t("device.also")} help={t("device.also_help")} value={also?.id ?? ""} data-testid="device-also"
        choices={[{ value: "", label: t("device.also_none") }, ...choices(state.devices.outputs, also?.id ?? null).slice(1)]}
        onChange={(event) => void phone.alsoRingOn(event.target.value === "" ? null : event.target.value)}
      />
      <Switch label={t("device.echo")} checked={echoCancellation} onChange={(on) => { set({ echoCancellation: on }); }} />
      <Switch label={t("device.noise")} checked={noiseSuppression} onChange={(on) => { set({ noiseSuppression: on }); }} />
      <Switch label={t("device.gain")} checked={autoGain} onChange={(on) => { set({ autoGain: on }); }} />
      {platform.kind === "desktop" ? <Switch label={t("device.typing")} checked={typingSuppression} onChange={(on) => { set({ typingSuppression: on }); }} data-testid="device-typing" /> : null}
    </div>
  );
}

export function DevicesPage() {
  const t = useT();
  return <SettingsFrame title={t("settings.devices")} text={t("device.text")}><div className="spread"><DeviceCheckCard /><DeviceForm /></div></SettingsFrame>;
}
