import type { LiveCall } from "@/api/generated/wire";
import { useApp, useServerNow, useT } from "@/app-context";
import { awayMs } from "@/lib/away";
import { useNow } from "@/lib/use-now";
import { whyText } from "@/i18n/server-text";
import { firstName } from "@/lib/text";
import { span, timer } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import type { DeskCall } from "@/state/desk";
import { Badge, HeatMark } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/note";
import { Controls } from "./controls";
import { DeviceTrouble } from "./device-trouble";
import { RecordingWords } from "./recording-words";
import { SoundPanel } from "./sound-panel";
import type { DeskData } from "./use-desk-data";

/** Time on the call: runs while talking, stands still after. */
export function useTalkMs(deskCall: DeskCall, talkedMs: number | null): number {
  const offset = useStore(useApp().live.store, (each) => each.offsetMs);
  const now = useServerNow();
  const since = deskCall.call?.answered_at_ms ?? null;
  if (since === null) return talkedMs ?? 0;
  return (deskCall.endedAtMs === null ? now : deskCall.endedAtMs + offset) - since;
}

function StateBadge({ deskCall }: { deskCall: DeskCall }) {
  const t = useT();
  const now = useServerNow();
  const here = useNow();
  const phone = useStore(useApp().phone.store, (each) => each);
  const call = deskCall.call;
  if (deskCall.endedAtMs !== null || !call) return <Badge icon="half">{t("desk.ended")}</Badge>;
  const away = awayMs(call, phone, { server: now, here });
  if (away !== null) {
    return <Badge tone="warn" icon="offline">{t("desk.reconnecting", { time: span(away) })}</Badge>;
  }
  if (call.status === "ringing") return <Badge icon="bell">{t("desk.calling")}</Badge>;
  if (call.silent_side !== null && call.held_since_ms === null) {
    return <span role="status" data-testid="no-sound" data-side={call.silent_side}><Badge tone="live" icon="warn">{t(`desk.no_sound_${call.silent_side}`)}</Badge></span>;
  }
  return call.both_heard
    ? <Badge tone="ok" icon="check">{t("desk.both_heard")}</Badge>
    : <Badge tone="warn" icon="clock">{t("desk.waiting_sound")}</Badge>;
}

function Came({ call }: { call: LiveCall }) {
  const t = useT();
  const waited = call.queued_at_ms !== null && call.answered_at_ms !== null ? call.answered_at_ms - call.queued_at_ms : 0;
  const through = [call.queue_name ?? call.campaign_name ?? "", ...call.came_by.slice(1)].filter(Boolean);
  if (waited >= 1000) through.push(t("ring.waited", { time: span(waited) }));
  if (call.simulated) through.push(t("ui.simulated"));
  return (
    <dl className="kv t-12">
      <dt>{t("desk.came_by")}</dt><dd>{call.came_by[0] ?? "–"}</dd>
      <dt>{t("desk.through")}</dt><dd>{through.join(" › ")}</dd>
      {call.why ? <><dt>{t("desk.why_you")}</dt><dd>{whyText(call.why, t)}</dd></> : null}
      {call.customer_keys === "" ? null : <><dt>{t("desk.keys_pressed")}</dt><dd data-testid="customer-keys">{call.customer_keys}</dd></>}
    </dl>
  );
}

function TransferState({ call }: { call: LiveCall }) {
  const t = useT();
  const { api, fail } = useApp();
  const now = useServerNow();
  if (!call.transfer) return null;
  return (
    <div>
      <Note tone="acc" icon="transfer" testid="transfer-state">
        <p className="strong">{t("transfer.going", { name: call.transfer.to_name })}</p>
        <p className="t-12 ink-2">{t("transfer.hears_music")} · {span(now - call.transfer.started_at_ms)}</p>
        <Button size="sm" onClick={() => void api.cancelTransfer(call.id).catch(fail)} data-testid="transfer-take-back">
          {t("transfer.take_back")}
        </Button>
      </Note>
    </div>
  );
}

/** Where the sound goes, when it is not the usual way. */
function OverWeb() {
  const t = useT();
  const overWeb = useStore(useApp().phone.store, (each) => each?.overWeb ?? false);
  return overWeb ? <div><Note icon="info" testid="over-web">{t("sound.over_web")}</Note></div> : null;
}

export function CallColumn({ deskCall, data }: { deskCall: DeskCall; data: DeskData }) {
  const t = useT();
  const call = deskCall.call;
  const talk = useTalkMs(deskCall, data.talkedMs);
  const name = data.name ?? t("ring.unknown");
  const short = data.name ? firstName(data.name) : t("desk.the_customer");
  return (
    <section className="c-call" aria-label={t("desk.call")} data-region="call" tabIndex={-1}>
      <div className="col g-1">
        <div className="row between">
          <StateBadge deskCall={deskCall} />
          {call ? <Badge tone="bare">{t(`direction.${call.direction}`)}</Badge> : null}
        </div>
        <div className="row between name-line">
          <h1 className="t-20 trunc" data-testid="customer-name">{name}</h1>
          {data.lead ? <HeatMark heat={data.lead.heat} /> : null}
        </div>
        <p className="ink-2 row tight nowrap">
          {data.lead?.masked ? <Icon name="lock" size="sm" /> : null} <span>{data.number}</span>
          {data.lead?.masked ? <span className="ink-3">· {t("desk.masked")}</span> : null}
        </p>
      </div>
      <div className="row between">
        <span className="timer" role="timer" aria-label={t("desk.timer", { time: span(talk) })} data-testid="timer">{timer(talk)}</span>
        <RecordingWords state={data.recording} />
      </div>
      {call ? <div><Came call={call} /></div> : null}
      {call ? <SoundPanel call={call} customer={short} /> : null}
      <Controls deskCall={deskCall} customer={short} />
      {/* Below the controls, so that they never move under the hand. */}
      {deskCall.endedAtMs === null ? <DeviceTrouble /> : null}
      {deskCall.endedAtMs === null && call ? <OverWeb /> : null}
      {deskCall.endedAtMs === null && call?.monitors.map((each) => (
        <div key={each.user_id}>
          <Note tone={each.mode === "barge" ? "live" : "acc"} icon={each.mode === "listen" ? "ear" : each.mode} testid="monitor-notice">
            {t(`monitor.notice_${each.mode}`, { name: each.name })}
          </Note>
        </div>
      ))}
      {deskCall.endedAtMs === null && call ? <TransferState call={call} /> : null}
    </section>
  );
}
