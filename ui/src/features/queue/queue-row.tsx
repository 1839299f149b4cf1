import { Link } from "@tanstack/react-router";
import type { WorklistEntry } from "@/api/generated/wire";
import { useLocale, useServerNow, useT } from "@/app-context";
import { nameOf } from "@/lib/names";
import { ago, clock, when } from "@/lib/time";
import { Badge, HeatMark } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import type { IconName } from "@/ui/icon";
import { hindranceWords, reasonWords } from "./words";

export const KIND_ICON: Record<WorklistEntry["kind"], IconName> = { fresh: "star", callback: "callback", retry: "refresh" };

interface Props {
  entry: WorklistEntry;
  place: number;
  selected: boolean;
  top: number;
  onSelect: () => void;
  onCall: () => void;
  onOpen: () => void;
}

/** One person of the line: who, why here, what was last, and whether they may be called now. */
export function QueueRow({ entry, place, selected, top, onSelect, onCall, onOpen }: Props) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const { lead, kind, last_call: last, hindrance, promise } = entry;
  const words = { t, nowMs: now, locale };
  const why = entry.reasons.map((each) => reasonWords(each, words)).join(" · ");
  const outcome = last ? nameOf(t, "outcome", last.disposition ?? last.status) : t("queue.never_called");
  return (
    <div
      id={`queue-${lead.id}`} role="row" aria-rowindex={place} aria-selected={selected} className="queue-row" style={{ top }} tabIndex={-1}
      data-testid="queue-row" data-lead={lead.id} data-kind={kind} onClick={onSelect} onDoubleClick={onOpen} onKeyDown={(event) => { if (event.key === "Enter" && event.target === event.currentTarget) onOpen(); }}
    >
      <span role="gridcell" className="strong num place">{place}</span>
      <span role="gridcell" className="who">
        <Link className="row-link strong trunc" tabIndex={selected ? 0 : -1} to="/leads/$leadId" params={{ leadId: lead.id }}>{lead.name}</Link>
        <span className="t-12 ink-3 trunc">{lead.masked ? <Icon name="lock" size="sm" /> : null} {[lead.phone, lead.source].filter(Boolean).join(" · ")}</span>
      </span>
      <span role="gridcell" className="why">
        <span className="row tight"><Icon name={KIND_ICON[kind]} size="sm" /> {t(`queue.kind_${kind}`)} {entry.shared ? <Badge>{t("queue.shared")}</Badge> : null}</span>
        <span className="t-12 ink-3 trunc" title={why}>{why}</span>
      </span>
      <span role="gridcell"><HeatMark heat={lead.heat} /></span>
      <span role="gridcell" className="hide-narrow last">
        <span className="trunc">{promise ? t("queue.promise", { text: promise.text }) : outcome}</span>
        <span className="t-12 ink-3 trunc">{last ? [when(last.at_ms, now, locale), last.agent_name].filter(Boolean).join(", ") : null}</span>
      </span>
      <span role="gridcell" className="num hide-narrow">{t("queue.tries", { n: lead.attempts })}</span>
      <span role="gridcell" className="num hide-narrow">{ago(now - lead.created_at_ms, t)}</span>
      <span role="gridcell" className="num there">
        <span>{clock(now, lead.zone)}</span>
        {hindrance ? <span className="t-12 c-warn trunc">{hindranceWords(hindrance, words)}</span> : null}
      </span>
      <span role="gridcell" className="num">
        <Button size="sm" icon="phone" tabIndex={selected ? 0 : -1} off={hindrance ? hindranceWords(hindrance, words) : null} onClick={onCall} aria-label={t("queue.call_one", { name: lead.name })} data-testid="queue-call">{t("ui.call")}</Button>
      </span>
    </div>
  );
}
