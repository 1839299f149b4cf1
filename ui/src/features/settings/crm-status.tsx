import { Fragment } from "react";
import type { CrmConnector } from "@/api/generated/wire";
import { useLocale, useServerNow, useT } from "@/app-context";
import { when } from "@/lib/time";
import { Badge } from "@/ui/badge";
import { Note } from "@/ui/note";
import { STATE_TONE } from "./crm-parts";

/** How far a CRM is: what is behind, what waits, and what failed. */
export function CrmStatusLines({ connector }: { connector: CrmConnector }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const { status } = connector;
  const at = (ms: number | null): string => (ms === null ? t("lead.never") : when(ms, now, locale));
  const n = (value: number): string => value.toLocaleString(locale);
  const lines: [string, string][] = [
    [t("crm.last_pull"), at(status.last_pull_at_ms)],
    [t("crm.last_full"), at(status.last_full_at_ms)],
    [t("crm.next"), status.next_at_ms === null ? t("crm.not_planned") : at(status.next_at_ms)],
    [t("crm.linked"), n(status.linked)],
    [t("crm.waiting_out"), status.oldest_out_at_ms === null ? n(status.waiting_out) : t("crm.waiting_since", { n: n(status.waiting_out), when: at(status.oldest_out_at_ms) })],
    [t("crm.waiting_in"), n(status.waiting_in)],
    [t("crm.came"), t("crm.counts_in", { made: n(status.counts.new), changed: n(status.counts.updated) })],
    [t("crm.went"), t("crm.counts_out", { made: n(status.counts.made), changed: n(status.counts.told) })],
  ];
  return (
    <div className="col g-2" data-testid="crm-status" data-state={status.state}>
      <div className="row">
        <Badge tone={STATE_TONE[status.state]}>{t(`crm_state.${status.state}`)}</Badge>
        {status.state === "syncing" ? <span className="t-12 ink-2">{t(status.full ? "crm.pages_full" : "crm.pages", { n: n(status.pages) })}</span> : null}
      </div>
      {status.failure === null ? null : (
        <Note tone="warn" testid="crm-failure">
          <b className="strong">{t(`crm_failure.${status.failure.code}`)}</b> {t("crm.failed", { n: status.failure.times, when: at(status.failure.at_ms) })} <span className="ink-3">{status.failure.text}</span>
        </Note>
      )}
      <dl className="kv">{lines.map(([name, text]) => <Fragment key={name}><dt>{name}</dt><dd>{text}</dd></Fragment>)}</dl>
    </div>
  );
}
