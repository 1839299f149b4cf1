import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import type { LiveCall } from "@/api/generated/wire";
import { keys } from "@/api/keys";
import { useApp, useKey, useServerNow, useShownKey, useT } from "@/app-context";
import { span } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import type { DeskCall } from "@/state/desk";
import type { Action } from "@/state/keymap";
import { Button } from "@/ui/button";
import type { IconName } from "@/ui/icon";
import { KeypadDialog } from "./keypad-dialog";
import { TransferDialog } from "./transfer-dialog";

interface ControlProps {
  action: Action;
  icon: IconName;
  label: ReactNode;
  off: string | null;
  onPress: () => void;
  pressed?: boolean;
  costs?: boolean;
  live?: boolean;
  testid: string;
}

function Control({ action, icon, label, off, onPress, pressed, costs, live, testid }: ControlProps) {
  const key = useShownKey(action);
  useKey(action, onPress, off === null);
  return (
    <Button
      icon={icon} off={off} tone={live ? "live" : undefined} costs={costs} onClick={onPress} data-testid={testid}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
    >
      <span>{label}</span><kbd aria-hidden="true">{key.last}</kbd>
    </Button>
  );
}

/** Leaves the recorded message on the customer's machine; the agent goes over to the outcome at once. */
function LeaveMessage({ call, off }: { call: LiveCall; off: string | null }) {
  const t = useT();
  const { api, fail } = useApp();
  const [leaving, setLeaving] = useState(false);
  const chosen = useQuery({ queryKey: keys.voicemail, queryFn: api.voicemail });
  const why = off
    ?? (call.sound_at === "carrier" ? t("desk.carrier_cannot") : null)
    ?? (call.status === "in_progress" ? null : t("desk.not_answered"))
    ?? (chosen.data?.message_id == null ? t("desk.no_message") : null)
    ?? (leaving ? t("desk.leaving") : null);
  const leave = (): void => {
    setLeaving(true);
    api.leaveVoicemail(call.id, { message_id: null }).catch((cause: unknown) => {
      setLeaving(false);
      fail(cause);
    });
  };
  return <Control action="leave_message" icon="upload" label={t("desk.leave_message")} off={why} onPress={leave} testid="leave-message" />;
}

type Open = "transfer" | "keypad" | null;

/** Mute, hold, transfer, keypad, pause recording, hang up: always in the same places. */
export function Controls({ deskCall, customer }: { deskCall: DeskCall; customer: string }) {
  const t = useT();
  const { api, desk, phone, fail } = useApp();
  const now = useServerNow();
  const muted = useStore(phone.store, (each) => each?.muted ?? false);
  const asked = useStore(desk.store, (each) => each.askedHold);
  const [open, setOpen] = useState<Open>(null);
  const [ending, setEnding] = useState(false);
  const { call, endedAtMs, id } = deskCall;
  const over = endedAtMs !== null || !call;
  const off = over ? t("desk.call_over") : null;
  const lacks = (what: string): string | null =>
    off ?? (call?.unsupported.includes(what) ? t(what === "hang_up" ? "desk.hang_up_by_phone" : "desk.carrier_cannot") : null);
  const heldSince = call?.held_since_ms ?? null;
  const held = !over && (asked ?? heldSince !== null);
  const paused = call?.recording.kind === "paused";
  const records = paused || call?.recording.kind === "recording";

  const hangUp = (): void => {
    setEnding(true);
    api.hangUp(id).catch((cause: unknown) => {
      setEnding(false);
      fail(cause);
    });
  };
  const record = (): void => void (paused ? api.resumeRecording(id) : api.pauseRecording(id)).catch(fail);
  const hint = useShownKey("mute").full.replace(/\+?.$/, "");
  return (
    <div className="grow">
      <div className="row between ctl-head"><h2 className="h-sec">{t("desk.controls")}</h2><span className="t-11 ink-3">{t("desk.letter", { keys: hint })}</span></div>
      <div className="ctl" role="group" aria-label={t("desk.controls")}>
        <Control
          action="mute" icon={muted && !over ? "mic-off" : "mic"} label={muted && !over ? t("desk.muted") : t("desk.mute")} off={off}
          pressed={muted && !over} costs onPress={() => void phone.toggleMute()} testid="mute"
        />
        <Control
          action="hold" icon="pause" off={lacks("hold")} pressed={held} costs testid="hold"
          label={held ? t("desk.held", { time: heldSince === null ? "0:00" : span(now - heldSince) }) : t("desk.hold")}
          onPress={() => void desk.toggleHold()}
        />
        <Control
          action="transfer" icon="transfer" label={t("desk.transfer")} off={lacks("transfer")} testid="transfer"
          onPress={() => { setOpen("transfer"); }}
        />
        <Control
          action="keypad" icon="keypad" label={t("desk.keypad")} off={lacks("dtmf")} testid="keypad"
          onPress={() => { setOpen("keypad"); }}
        />
        <Control
          action="pause_recording" icon={paused ? "play" : "stop"} costs pressed={paused} testid="pause-recording"
          label={paused ? t("desk.resume_recording") : t("desk.pause_recording")}
          off={lacks("pause_recording") ?? (records ? null : t("desk.not_recording"))} onPress={record}
        />
        <Control
          action="hang_up" icon="hangup" label={t("desk.hang_up")} live off={lacks("hang_up") ?? (ending ? t("desk.ending") : null)}
          onPress={hangUp} testid="hang-up"
        />
        {call?.direction === "outbound" ? <LeaveMessage call={call} off={off} /> : null}
      </div>
      {!over && call.sound_at !== "bridge" ? <p className="t-12 ink-2" role="note" data-testid="sound-elsewhere">{t(`desk.sound_${call.sound_at}`)}</p> : null}
      {held && heldSince !== null && now - heldSince > 120_000
        ? <p className="t-12 c-live med hold-long" role="status">{t("desk.hold_long", { name: customer })}</p> : null}
      {open === "transfer" && call ? <TransferDialog callId={id} customer={customer} onClose={() => { setOpen(null); }} /> : null}
      {open === "keypad" ? <KeypadDialog callId={id} onClose={() => { setOpen(null); }} /> : null}
    </div>
  );
}
