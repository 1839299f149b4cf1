import type { CallEventRow } from "@/api/generated/wire";
import { useT } from "@/app-context";
import type { Translate } from "@/i18n";
import { saidText } from "@/i18n/server-text";
import { nameOf } from "@/lib/names";
import { clockSeconds } from "@/lib/time";
import { Icon } from "@/ui/icon";
import type { IconName } from "@/ui/icon";

interface Look {
  icon: IconName;
  tone?: "c-ok" | "c-warn" | "c-live";
}

const LOOK: Record<string, Look> = {
  received: { icon: "phone" }, placed: { icon: "phone" }, digit_received: { icon: "keypad" }, routed: { icon: "cord" }, offered: { icon: "cord" },
  nobody_free: { icon: "clock", tone: "c-warn" }, queue_full: { icon: "warn", tone: "c-warn" }, offer_accepted: { icon: "check", tone: "c-ok" }, offer_declined: { icon: "x" }, offer_expired: { icon: "warn", tone: "c-warn" },
  customer_answered: { icon: "check", tone: "c-ok" }, customer_failed: { icon: "warn", tone: "c-warn" }, side_heard: { icon: "dot", tone: "c-ok" }, side_silent: { icon: "warn", tone: "c-warn" },
  hold_started: { icon: "pause" }, hold_ended: { icon: "play" }, transfer_started: { icon: "transfer" }, transfer_answered: { icon: "transfer", tone: "c-ok" }, transfer_failed: { icon: "warn", tone: "c-warn" },
  device_lost: { icon: "offline", tone: "c-warn" }, device_back: { icon: "check", tone: "c-ok" }, carrier_lost: { icon: "offline", tone: "c-warn" }, monitor_set: { icon: "ear" }, monitor_cleared: { icon: "ear" },
  voicemail_dropped: { icon: "upload" }, voicemail_started: { icon: "play" }, voicemail_finished: { icon: "check", tone: "c-ok" }, voicemail_cut: { icon: "warn", tone: "c-warn" },
  recording_paused: { icon: "pause", tone: "c-live" }, recording_failed: { icon: "warn", tone: "c-live" }, recording_started: { icon: "check", tone: "c-ok" }, recording_stored: { icon: "check", tone: "c-ok" }, recording_finished: { icon: "upload" },
  customer_hung_up: { icon: "hangup" }, agent_hung_up: { icon: "hangup" }, provider_ended: { icon: "hangup" }, carrier_swept: { icon: "hangup", tone: "c-warn" }, disposition_saved: { icon: "check", tone: "c-ok" }, server_restarted: { icon: "refresh", tone: "c-warn" },
};

const TOLD = ["agent", "user", "agent_name", "name", "to_name", "side", "to", "digit", "digits", "mode", "code", "status", "verdict", "state", "reason", "timer", "message"] as const;

/** Names by id of a person, and of the sides of the call under `agent` and `customer`. */
export type Names = Readonly<Record<string, string>>;

/** One fact in words: ids become names, a transfer's target its number; what has no words is left out. */
function fact(key: string, value: unknown, names: Names, t: Translate): string | null {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") {
    if (key === "agent" || key === "user" || key === "side") return names[value] ?? (key === "side" ? saidText(value, t) : null);
    if (key === "code") return nameOf(t, "outcome", value);
    return key === "status" || key === "reason" || key === "mode" || key === "timer" ? saidText(value, t) : value.replaceAll("_", " ");
  }
  if (typeof value !== "object" || value === null) return null;
  if (key === "message" && "name" in value && typeof value.name === "string") return value.name;
  if ("number" in value && typeof value.number === "string") return value.number;
  if ("user_id" in value && typeof value.user_id === "string") return names[value.user_id] ?? null;
  return null;
}

/** The facts of an event that a reader wants, in one line. */
export const factsOf = (event: CallEventRow, names: Names, t: Translate): string =>
  TOLD.map((key) => fact(key, event.data[key], names, t)).filter((each) => each !== null && each !== "").join(", ");

/** The event log of the call, line by line. */
export function Timeline({ events, names, footer }: { events: readonly CallEventRow[]; names: Names; footer?: React.ReactNode }) {
  const t = useT();
  return (
    <div className="panel" data-testid="timeline">
      <header><h2>{t("timeline.title")}</h2><span className="push t-12 ink-3">{t("timeline.n", { n: events.length })}</span></header>
      <div className="body">
        {events.length === 0 ? <p className="ink-3">{t("timeline.none")}</p> : (
          <ol className="tl t-12">
            {events.map((each) => {
              const kind = each.kind === "voicemail_finished" && each.data["whole"] === false ? "voicemail_cut" : each.kind;
              const look = LOOK[kind] ?? { icon: "dot" as const };
              const facts = factsOf(each, names, t);
              return (
                <li key={each.seq} data-kind={each.kind}>
                  <time dateTime={new Date(each.at_ms).toISOString()}>{clockSeconds(each.at_ms)}</time>
                  <span className={`pt ${look.tone ?? ""}`}><Icon name={look.icon} size="sm" /></span>
                  <p>{nameOf(t, "event", kind)}{facts === "" ? null : <span className="ink-2"> · {facts}</span>}</p>
                </li>
              );
            })}
          </ol>
        )}
        {footer}
      </div>
    </div>
  );
}
