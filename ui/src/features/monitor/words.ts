import type { AgentState, LegSound, LiveCall, MonitorMode } from "@/api/generated/wire";
import type { Translate } from "@/i18n";
import { firstName, sentence } from "@/lib/text";
import { span } from "@/lib/time";
import { MOS_WEAK } from "@/state/monitor";
import type { Need } from "@/state/monitor";
import type { IconName } from "@/ui/icon";

export const NEED_ICON: Record<Need["kind"], IconName> = {
  hold_long: "pause", unreachable: "tri", silent: "warn", reconnecting: "offline", sound_cause: "warn", sound_bad: "warn", wrap_long: "half",
};

export const MODE_ICON: Record<MonitorMode, IconName> = { listen: "ear", whisper: "whisper", barge: "barge" };

export function needWords(need: Need, t: Translate): string {
  switch (need.kind) {
    case "hold_long": return t("need.hold", { time: span(need.ms) });
    case "unreachable": return t("need.unreachable", { time: span(need.ms) });
    case "silent": return t(need.side === "customer" ? "need.silent_customer" : "need.silent_agent");
    case "reconnecting": return t("need.reconnecting", { time: span(need.ms) });
    case "sound_cause": return sentence(t(`cause_short.${need.cause}`));
    case "sound_bad": return t(need.side === "customer" ? "need.sound_customer" : "need.sound_agent", { mos: need.mos.toFixed(1) });
    case "wrap_long": return t("need.wrap", { time: span(need.ms) });
  }
}

/** Whom the agent talks to, or since when they wait. */
export function withWords(state: AgentState, call: LiveCall | null, sinceMs: number, t: Translate): string {
  if (call) return call.customer_name ?? (call.customer_number || t("ring.unknown"));
  if (state.kind === "available") return t("monitor.idle", { time: span(sinceMs) });
  if (state.kind === "unreachable") return t("monitor.no_engine");
  return span(sinceMs);
}

/** The worse side of a call. */
export function worseSound(call: LiveCall | null): LegSound | null {
  if (!call) return null;
  const sides = [call.agent_sound, call.customer_sound].filter((each) => each !== null);
  return sides.sort((a, b) => a.mos - b.mos)[0] ?? null;
}

export const soundWords = (sound: LegSound, t: Translate): string =>
  `${t(sound.mos < MOS_WEAK ? "sound.weak_word" : "sound.good_word")} ${sound.mos.toFixed(1)}`;

export const nameWords = (call: LiveCall, t: Translate): string =>
  call.customer_name ? firstName(call.customer_name) : t("desk.the_customer");
