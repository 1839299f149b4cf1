import { useQuery } from "@tanstack/react-query";
import { useApp, useMe, useServerNow, useShownKey, useT } from "@/app-context";
import { keys } from "@/api/keys";
import type { QueueStatus } from "@/api/generated/wire";
import { clock, span } from "@/lib/time";
import { useStore, useWhole } from "@/lib/use-store";
import { may } from "@/state/rights";
import { Mark } from "@/ui/cord";
import { Icon } from "@/ui/icon";
import { Level } from "@/ui/meter";
import { ConnectionMark } from "./connection-mark";
import { MeMenu } from "./me-menu";
import { OutboxMark } from "./outbox-mark";
import { StatusMenu } from "./status-menu";

interface Waiting {
  count: number;
  longestMs: number | null;
}

export function waitingIn(queues: readonly QueueStatus[], now: number): Waiting {
  const since = queues.map((each) => each.longest_since_ms).filter((each) => each !== null);
  return {
    count: queues.reduce((sum, each) => sum + each.waiting, 0),
    longestMs: since.length > 0 ? now - Math.min(...since) : null,
  };
}

function QueueSegment({ supervises }: { supervises: boolean }) {
  const t = useT();
  const { live } = useApp();
  const now = useServerNow();
  const { queues, me, agents, calls } = useWhole(live.store);
  const all = Object.values(queues);
  const mine = supervises ? all : all.filter((each) => me?.queue_ids.includes(each.queue_id));
  const waiting = waitingIn(mine, now);
  const name = mine.length === 1 ? mine[0]?.name : null;
  const signedIn = Object.values(agents).filter((each) => each.state.kind !== "offline").length;
  return (
    <>
      {supervises ? (
        <>
          <span className="wide-only"><span className="dim">{t("bar.signed_in")}</span> <b>{signedIn}</b></span>
          <span className="wide-only"><span className="dim">{t("bar.live_calls")}</span> <b>{Object.keys(calls).length}</b></span>
        </>
      ) : null}
      <span data-testid="bar-queue">
        <span className="dim">{name ?? t("bar.queues")}</span> <b>{t("bar.waiting", { n: waiting.count })}</b>
        {waiting.longestMs !== null
          ? <><span className="dim wide-only">{t("bar.longest")}</span> <b>{span(waiting.longestMs)}</b></> : null}
      </span>
    </>
  );
}

function SoundSegment() {
  const t = useT();
  const { phone } = useApp();
  const state = useWhole(phone.store);
  const mic = useStore(phone.levels, (each) => each.mic);
  if (!state || (state.media === "none" && !state.audioRunning)) {
    return <span className="mid-only"><Icon name="headset" /> <span className="dim">{t("bar.no_sound")}</span></span>;
  }
  const problem = state.microphoneProblem;
  const used = state.inUse.input ?? state.devices.inputs.find((each) => each.id === state.chosen.input);
  const name = used && used.name !== "" ? used.name : null;
  return (
    <span className="mid-only">
      <Icon name="headset" />
      {problem
        ? <span className="warn">{t(`device.mic_${problem}`)}</span>
        : <><span className="dim trunc dev">{name ?? t("bar.headset")}</span>
            <Level dbfs={state.muted ? -100 : mic} label={t("bar.mic_level", { db: Math.round(mic) })} /></>}
    </span>
  );
}

function AgentSegments() {
  const t = useT();
  const { api, live } = useApp();
  const me = useStore(live.store, (each) => each.me);
  const callbacks = useQuery({ queryKey: keys.callbacks, queryFn: () => api.callbacks({ status: "open", mine: true }) });
  const now = useServerNow();
  const next = callbacks.data?.items
    .filter((each) => each.agent_id === me?.user_id && each.due_at_ms > now - 3_600_000)
    .sort((a, b) => a.due_at_ms - b.due_at_ms)[0];
  return (
    <>
      <span className="wide-only"><span className="dim">{t("bar.today")}</span> <b>{t("bar.done", { n: me?.calls_today ?? 0 })}</b></span>
      {next ? <span className="wide-only"><span className="dim">{t("bar.next_callback")}</span> <b>{clock(next.due_at_ms)}</b></span> : null}
    </>
  );
}

export function StateBar({ supervises, onFind }: { supervises: boolean; onFind: () => void }) {
  const t = useT();
  const me = useMe();
  const find = useShownKey("find_lead");
  const takesCalls = may(me.user.role, "take_calls");
  return (
    <header className="bar" aria-label={t("bar.label")} data-region="bar">
      <span className="brand"><Mark /></span>
      {takesCalls ? <StatusMenu /> : null}
      <QueueSegment supervises={supervises} />
      {takesCalls ? <SoundSegment /> : null}
      <ConnectionMark />
      <OutboxMark />
      <span className="fill" />
      {takesCalls && !supervises ? <AgentSegments /> : null}
      <button className="find" type="button" onClick={onFind} data-testid="find-lead">
        <Icon name="search" /> <span className="find-word">{t("bar.find")}</span> <kbd className="wide-only" aria-hidden="true">{find.full}</kbd>
      </button>
      <MeMenu name={me.user.name} />
    </header>
  );
}
