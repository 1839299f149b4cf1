import type { KeyboardEvent } from "react";
import type { DeviceCheck } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { STATE_ICON, useStateWords } from "@/features/shell/status-menu";
import { cx } from "@/lib/cx";
import { timer } from "@/lib/time";
import { MOS_WEAK, severity } from "@/state/monitor";
import type { AgentRow } from "@/state/monitor";
import { Icon } from "@/ui/icon";
import { StateBox } from "@/ui/state-box";
import { CheckMark } from "./check-mark";
import { MODE_ICON, NEED_ICON, needWords, soundWords, withWords, worseSound } from "./words";

const TONE = { live: "c-live", warn: "c-warn", note: "ink-3" } as const;

/** Arrow keys go from name to name. */
function moveRow(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const names = [...(event.currentTarget.closest("tbody")?.querySelectorAll<HTMLElement>(".row-name") ?? [])];
  const at = names.findIndex((each) => each === document.activeElement);
  names[(at + step + names.length) % names.length]?.focus();
}

interface RowProps {
  row: AgentRow;
  check: DeviceCheck | undefined;
  on: boolean;
  now: number;
  onChoose: () => void;
}

function Row({ row, check, on, now, onChoose }: RowProps) {
  const t = useT();
  const words = useStateWords();
  const { agent, call, need } = row;
  const held = call !== null && call.held_since_ms !== null;
  const sound = worseSound(call);
  return (
    <tr aria-selected={on} className="go" data-testid="monitor-row" data-agent={agent.user_id} data-state={agent.state.kind} onClick={onChoose}>
      <td>{need ? <span className={cx("need", TONE[severity(need)])}><Icon name={NEED_ICON[need.kind]} /> {needWords(need, t)}</span> : <span className="ink-3">–</span>}</td>
      <td><button type="button" className="row-name" onClick={onChoose} onKeyDown={moveRow}>{agent.name}</button> <CheckMark check={check} now={now} /></td>
      <td><Icon name={held ? "pause" : STATE_ICON[agent.state.kind]} size="sm" /> {held ? t("monitor.held") : words(agent.state)}</td>
      <td className={call ? undefined : "ink-3"}>{withWords(agent.state, call, now - agent.since_ms, t)}</td>
      <td className="num hide-narrow">{call ? timer(now - (call.answered_at_ms ?? call.started_at_ms)) : "–"}</td>
      <td className="hide-narrow">{sound ? <span className={sound.mos < MOS_WEAK ? "c-warn strong" : undefined}>{soundWords(sound, t)}</span> : "–"}</td>
      <td className="hide-narrow">{call?.monitors.length ? call.monitors.map((each) => (
        <span key={each.user_id} className="row tight"><Icon name={MODE_ICON[each.mode]} size="sm" /><span className="sr">{t(`monitor.${each.mode}`)}</span> {each.name}</span>
      )) : "–"}</td>
      <td className="num hide-narrow">{agent.calls_today}</td>
    </tr>
  );
}

interface Props {
  rows: readonly AgentRow[];
  /** The last check of each agent who has made one. */
  checks: readonly DeviceCheck[];
  chosen: string | null;
  now: number;
  onChoose: (userId: string) => void;
  /** The order stands still while the pointer or the focus is in the table. */
  onHold: (on: boolean) => void;
}

export function AgentTable({ rows, checks, chosen, now, onChoose, onHold }: Props) {
  const t = useT();
  return (
    <section className="left" aria-label={t("monitor.agents")} data-region="agents" tabIndex={-1}>
      {rows.length === 0 ? <StateBox icon="users" title={t("monitor.nobody")} text={t("monitor.nobody_text")} /> : (
        <table className="table">
          <thead><tr>
            <th>{t("monitor.col_need")} <Icon name="arrow-down" size="sm" /></th><th>{t("calls.col_agent")}</th><th>{t("monitor.col_state")}</th><th>{t("monitor.col_with")}</th>
            <th className="num hide-narrow">{t("monitor.col_call")}</th><th className="hide-narrow">{t("sound.title")}</th><th className="hide-narrow">{t("monitor.col_heard_by")}</th><th className="num hide-narrow">{t("bar.today")}</th>
          </tr></thead>
          <tbody
            onMouseEnter={() => { onHold(true); }} onMouseLeave={() => { onHold(false); }}
            onFocus={() => { onHold(true); }} onBlur={() => { onHold(false); }}
          >
            {rows.map((row) => <Row key={row.agent.user_id} row={row} check={checks.find((each) => each.user_id === row.agent.user_id)} on={row.agent.user_id === chosen} now={now} onChoose={() => { onChoose(row.agent.user_id); }} />)}
          </tbody>
        </table>
      )}
    </section>
  );
}
