import { useNavigate } from "@tanstack/react-router";
import { useApp, useT } from "@/app-context";
import { useWhole } from "@/lib/use-store";
import type { Device, DeviceKind } from "@/platform/types";
import { Button } from "@/ui/button";
import { Menu } from "@/ui/menu";
import { Note } from "@/ui/note";

function Another({ kind, devices, chosen }: { kind: DeviceKind; devices: readonly Device[]; chosen: string | null }) {
  const t = useT();
  const { phone } = useApp();
  const navigate = useNavigate();
  return (
    <Menu
      trigger={<Button size="sm" icon="down" data-testid={`another-${kind}`}>{t("device.another")}</Button>}
      groups={[
        [{ id: `another-${kind}-system`, label: t("device.system"), chosen: chosen === null, onSelect: () => void phone.chooseDevice(kind, null) },
          ...devices.map((each, index) => ({
            id: `another-${kind}-${index}`, label: each.name === "" ? t("device.unnamed", { n: index + 1 }) : each.name, chosen: chosen === each.id,
            onSelect: () => void phone.chooseDevice(kind, each.id),
          }))],
        [{ id: `another-${kind}-settings`, icon: "gear", label: t("settings.devices"), onSelect: () => void navigate({ to: "/settings/$page", params: { page: "devices" } }) }],
      ]}
    />
  );
}

/** A microphone or speaker that is not there while it is needed: what to do about it, said at once. */
export function DeviceTrouble() {
  const t = useT();
  const { phone } = useApp();
  const state = useWhole(phone.store);
  if (!state) return null;
  const { microphoneProblem: mic, speakerProblem: speaker, devices, chosen } = state;
  return (
    <>
      {mic ? (
        <div><Note tone="live" icon="mic-off" alert testid="call-mic-problem">
          <p className="strong">{t(`device.mic_${mic}`)}</p>
          <p className="t-12 ink-2">{t(`device.mic_${mic}_text`)}</p>
          <Another kind="input" devices={devices.inputs} chosen={chosen.input} />
        </Note></div>
      ) : null}
      {speaker ? (
        <div><Note tone="live" icon="speaker" alert testid="call-speaker-problem">
          <p className="strong">{t(`device.speaker_${speaker}`)}</p>
          <p className="t-12 ink-2">{t("device.speaker_text")}</p>
          <Another kind="output" devices={devices.outputs} chosen={chosen.output} />
        </Note></div>
      ) : null}
    </>
  );
}
