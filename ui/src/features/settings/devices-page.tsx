import { useApp, useT } from "@/app-context";
import { useStore, useWhole } from "@/lib/use-store";
import type { Device, DeviceKind } from "@/platform/types";
import { Button } from "@/ui/button";
import { SelectField, Switch } from "@/ui/field";
import type { Choice } from "@/ui/field";
import { LevelBar } from "@/ui/meter";
import { Loading } from "@/ui/loaded";
import { Note } from "@/ui/note";
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

/** Microphone, speaker, ringer, and how the voice is cleaned. Used in settings and at first run. */
export function DeviceForm() {
  const t = useT();
  const { phone } = useApp();
  const state = useWhole(phone.store);
  if (!state) return <Loading rows={4} />;
  const choices = (list: readonly Device[], chosen: string | null): Choice[] => {
    const known = list.map((each, index) => ({ value: each.id, label: each.name === "" ? t("device.unnamed", { n: index + 1 }) : each.name }));
    const away = chosen !== null && !list.some((each) => each.id === chosen) ? [{ value: chosen, label: t("device.away") }] : [];
    return [{ value: "", label: t("device.system") }, ...known, ...away];
  };
  const pick = (kind: DeviceKind) => (event: React.ChangeEvent<HTMLSelectElement>): void => void phone.chooseDevice(kind, event.target.value === "" ? null : event.target.value);
  const { echoCancellation, noiseSuppression, autoGain } = state;
  const set = (change: Partial<{ echoCancellation: boolean; noiseSuppression: boolean; autoGain: boolean }>): void => void phone.setProcessing({ echoCancellation, noiseSuppression, autoGain, ...change });
  const problem = state.microphoneProblem;
  return (
    <div className="form">
      {problem ? <Note tone="warn" alert testid="mic-problem"><b className="strong">{t(`device.mic_${problem}`)}</b> {t(`device.mic_${problem}_text`)}</Note> : null}
      {state.speakerProblem ? <Note tone="warn" alert><b className="strong">{t(`device.speaker_${state.speakerProblem}`)}</b> {t("device.speaker_text")}</Note> : null}
      <SelectField label={t("device.input")} value={state.chosen.input ?? ""} choices={choices(state.devices.inputs, state.chosen.input)} onChange={pick("input")} data-testid="device-input" />
      <Levels />
      <SelectField label={t("device.output")} value={state.chosen.output ?? ""} choices={choices(state.devices.outputs, state.chosen.output)} onChange={pick("output")} data-testid="device-output" />
      <div className="row end-align"><span className="grow"><SelectField label={t("device.ringer")} value={state.chosen.ringer ?? ""} choices={choices(state.devices.outputs, state.chosen.ringer)} onChange={pick("ringer")} data-testid="device-ringer" /></span><Button icon="play" onClick={() => void phone.testRing()} data-testid="test-ring">{t("device.ring")}</Button></div>
      <Switch label={t("device.echo")} checked={echoCancellation} onChange={(on) => { set({ echoCancellation: on }); }} />
      <Switch label={t("device.noise")} checked={noiseSuppression} onChange={(on) => { set({ noiseSuppression: on }); }} />
      <Switch label={t("device.gain")} checked={autoGain} onChange={(on) => { set({ autoGain: on }); }} />
    </div>
  );
}

export function DevicesPage() {
  const t = useT();
  return <SettingsFrame title={t("settings.devices")} text={t("device.text")}><div className="spread"><DeviceForm /></div></SettingsFrame>;
}
