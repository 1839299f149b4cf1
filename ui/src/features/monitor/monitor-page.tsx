import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/api/keys";
import { useApp, useServerNow, useT } from "@/app-context";
import { useNow } from "@/lib/use-now";
import { useWhole } from "@/lib/use-store";
import { agentRows, heldOrder } from "@/state/monitor";
import type { AgentRow } from "@/state/monitor";
import { Badge } from "@/ui/badge";
import { Loading } from "@/ui/loaded";
import { Seg } from "@/ui/seg";
import { AgentTable } from "./agent-table";
import { CallPane } from "./call-pane";
import { QueueTable } from "./queue-table";

const EVERYONE = "all";

function Counts({ rows }: { rows: readonly AgentRow[] }) {
  const t = useT();
  const count = (kind: AgentRow["agent"]["state"]["kind"]): number => rows.filter((each) => each.agent.state.kind === kind).length;
  const need = rows.filter((each) => each.need !== null).length;
  return (
    <>
      {need > 0 ? <Badge tone="warn" icon="warn" testid="monitor-need">{t("monitor.need", { n: need })}</Badge> : null}
      <Badge icon="dot">{t("monitor.on_call", { n: count("on_call") })}</Badge>
      {count("unreachable") > 0 ? <Badge icon="tri">{t("monitor.unreachable", { n: count("unreachable") })}</Badge> : null}
      <Badge icon="half">{t("monitor.wrap_up", { n: count("wrap_up") })}</Badge>
      <Badge icon="ring-dot">{t("monitor.available", { n: count("available") })}</Badge>
      <Badge icon="square">{t("monitor.break", { n: count("break") })}</Badge>
    </>
  );
}

/** Agents who need the supervisor first, the chosen call beside, queues below. */
export function MonitorPage() {
  const t = useT();
  const { api, live } = useApp();
  const checks = useQuery({ queryKey: keys.agentChecks, queryFn: api.deviceChecks.agents, refetchInterval: 30_000 });
  const data = useWhole(live.store);
  const serverNow = useServerNow();
  const now = useNow();
  const [team, setTeam] = useState(EVERYONE);
  const [chosen, setChosen] = useState<string | null>(null);
  const [frozen, setFrozen] = useState<readonly string[] | null>(null);
  if (!data.ready) return <Loading rows={10} />;

  const queues = Object.values(data.queues).sort((a, b) => a.name.localeCompare(b.name));
  const sorted = agentRows(Object.values(data.agents), data.calls, team === EVERYONE ? null : team, serverNow);
  const rows = frozen ? heldOrder(sorted, frozen) : sorted;
  const open = rows.find((each) => each.agent.user_id === chosen) ?? null;
  const behind = Math.max(0, now - data.heardAtMs) / 1000;
  return (
    <div className="m" data-testid="monitor">
      <div className="page-head" data-region="head">
        <h1>{t("nav.monitor")}</h1>
        <Seg
          size="sm" label={t("monitor.team")} value={team} onChange={setTeam}
          options={[{ value: EVERYONE, label: t("monitor.everyone") }, ...queues.slice(0, 4).map((each) => ({ value: each.queue_id, label: each.name }))]}
        />
        <span className="push" />
        <Counts rows={rows} />
        <span className="t-12 ink-3">{behind < 30 ? t("monitor.live") : t("monitor.behind", { s: Math.round(behind) })}</span>
      </div>
      <AgentTable
        rows={rows} checks={checks.data ?? []} chosen={open?.agent.user_id ?? null} now={serverNow} onChoose={setChosen}
        onHold={(on) => { setFrozen(on ? sorted.map((each) => each.agent.user_id) : null); }}
      />
      <CallPane row={open} check={checks.data?.find((each) => each.user_id === open?.agent.user_id)} now={serverNow} onClose={() => { setChosen(null); }} />
      <QueueTable queues={queues} now={serverNow} />
    </div>
  );
}
