import { useApp, useServerNow, useT } from "@/app-context";
import { awayMs } from "@/lib/away";
import { useNow } from "@/lib/use-now";
import type { Translate } from "@/i18n";
import { timer, span } from "@/lib/time";
import { cx } from "@/lib/cx";
import { useStore, useWhole } from "@/lib/use-store";
import type { PhoneState } from "@/platform/types";
import { MOS_WEAK } from "@/state/monitor";
import { Badge } from "@/ui/badge";
import type { Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import type { IconName } from "@/ui/icon";
import type { LiveCall } from "@/api/generated/wire";

interface Sign {
  icon: IconName;
  tone: Tone;
  text: string;
  plain?: boolean;
}

type MiniPhone = Pick<PhoneState, "muted" | "microphoneProblem" | "speakerProblem">;

const QUIET: MiniPhone = { muted: false, microphoneProblem: null, speakerProblem: null };

/** The one thing that matters most about the call, worst first. */
export function signOf(call: LiveCall, away: number | null, phone: MiniPhone, now: number, t: Translate): Sign {
  if (away !== null) return { icon: "offline", tone: "warn", text: t("desk.reconnecting", { time: span(away) }) };
  if (call.held_since_ms !== null) {
    return { icon: "pause", tone: "live", text: t("mini.waits", { time: span(now - call.held_since_ms) }) };
  }
  if (phone.microphoneProblem) return { icon: "mic-off", tone: "live", text: t(`device.mic_${phone.microphoneProblem}`) };
  if (phone.speakerProblem) return { icon: "speaker", tone: "live", text: t(`device.speaker_${phone.speakerProblem}`) };
  if (phone.muted) return { icon: "mic-off", tone: "live", text: t("mini.muted") };
  if (call.silent_side !== null) return { icon: "warn", tone: "warn", text: t(`mini.silent_${call.silent_side}`) };
  const weak = (call.customer_sound?.mos ?? 5) < MOS_WEAK || (call.agent_sound?.mos ?? 5) < MOS_WEAK;
  if (weak) return { icon: "warn", tone: "warn", text: t("mini.weak") };
  return { icon: call.both_heard ? "dot" : "clock", tone: call.both_heard ? "ok" : "warn", text: t(call.both_heard ? "mini.good" : "desk.waiting_sound"), plain: true };
}

/** 320 × 96, on top while the main window is away: name, time, mute, hold, hang up. */
export function MiniWindow() {
  const t = useT();
  const { api, desk, phone, fail } = useApp();
  const { current, askedHold } = useWhole(desk.store);
  const phoneState = useStore(phone.store, (each) => each);
  const state = phoneState ?? QUIET;
  const { muted } = state;
  const now = useServerNow();
  const here = useNow();
  const call = current?.call;
  if (!call || current.endedAtMs !== null) {
    return <main className="mini win" data-testid="mini"><h1 className="top ink-2">{t("mini.none")}</h1></main>;
  }
  const sign = signOf(call, awayMs(call, phoneState, { server: now, here }), state, now, t);
  const held = askedHold ?? call.held_since_ms !== null;
  return (
    <main className={cx("mini win", sign.tone === "live" && "alarm")} data-testid="mini">
      <div className="top">
        <span className={`c-${sign.tone}`}><Icon name={sign.icon} {...(sign.icon === "dot" ? { size: "sm" as const } : {})} /></span>
        <h1 className="trunc">{call.customer_name ?? call.customer_number}</h1>
        {sign.plain ? <span className="snd ink-2"><Icon name="check" size="sm" /> {sign.text}</span> : <Badge tone={sign.tone}>{sign.text}</Badge>}
        <span className="tm" role="timer">{timer(now - (call.answered_at_ms ?? now))}</span>
      </div>
      <div className="bot">
        <Button costs aria-pressed={muted} icon={muted ? "mic-off" : "mic"} onClick={() => void phone.toggleMute()} data-testid="mini-mute">{muted ? t("desk.muted") : t("desk.mute")}</Button>
        <Button costs aria-pressed={held} icon="pause" off={call.unsupported.includes("hold") ? t("desk.carrier_cannot") : null} onClick={() => void desk.toggleHold()} data-testid="mini-hold">{held ? t("mini.held") : t("desk.hold")}</Button>
        <Button tone="live" icon="hangup" onClick={() => void api.hangUp(call.id).catch(fail)} data-testid="mini-hang-up">{t("desk.hang_up")}</Button>
      </div>
    </main>
  );
}
