import type { RecordingState } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { lossText } from "@/i18n/server-text";
import { Icon } from "@/ui/icon";
import type { IconName } from "@/ui/icon";

const LOOK: Record<RecordingState["kind"], { tone: string; icon: IconName }> = {
  off: { tone: "ink-3", icon: "dash" },
  recording: { tone: "c-ok", icon: "dot" },
  paused: { tone: "c-live", icon: "pause" },
  storing: { tone: "c-acc", icon: "upload" },
  stored: { tone: "c-ok", icon: "check" },
  not_stored: { tone: "c-live", icon: "warn" },
};

/** The state of the recording in words; red when it is paused or was not kept. */
export function RecordingWords({ state }: { state: RecordingState | null }) {
  const t = useT();
  if (!state) return null;
  const look = LOOK[state.kind];
  return (
    <div className="col rec" data-testid="recording-state" data-state={state.kind} role="status">
      <span className="row tight strong"><span className={look.tone}><Icon name={look.icon} size="sm" /></span> {t(`recording.${state.kind}`)}</span>
      <span className="t-12 ink-3">{state.kind === "not_stored" ? lossText(state.reason, t) : t(`recording.${state.kind}_text`)}</span>
    </div>
  );
}
