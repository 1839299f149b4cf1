import { useApp, useT } from "@/app-context";
import { span } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { useStore } from "@/lib/use-store";
import { Icon } from "@/ui/icon";

function Since({ ms }: { ms: number }) {
  return <b>{span(useNow() - ms)}</b>;
}

/** How the line to the server stands. */
export function ConnectionMark() {
  const t = useT();
  const { session, desk } = useApp();
  const state = useStore(session.store, (each) => each.state);
  const call = useStore(desk.store, (each) => each.current?.call ?? null);
  if (!state) return null;
  const { kind, sinceMs } = state.connection;
  const mos = call?.agent_sound?.mos;
  return (
    <span data-testid="connection-state" data-state={kind} role="status">
      {kind === "connected"
        ? <><span className="ok"><Icon name="check" /></span> <span className="dim mid-only">{t("bar.network")}</span>
            <b>{mos === undefined ? t("bar.connected") : mos.toFixed(1)}</b></>
        : <><span className="warn"><Icon name="offline" /></span>
            <span className="warn">{t(kind === "offline" ? "bar.offline" : "bar.reconnecting")}</span>
            {sinceMs === null ? null : <Since ms={sinceMs} />}</>}
    </span>
  );
}
