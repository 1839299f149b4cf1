import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { AgentStatus, CallDetail, CallIntelligence } from "@/api/generated/wire";
import { useApp, useLocale, useT } from "@/app-context";
import { lossText } from "@/i18n/server-text";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { firstName, sentence } from "@/lib/text";
import { clock, fullDay, span } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import { Badge } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { RecordingBadge, ResultBadge } from "./badges";
import { LearnedColumn } from "./learned-column";
import { PlayerBar } from "./player-bar";
import type { Hold, Mark } from "./player-bar";
import { ReceiptDialog } from "./receipt-dialog";
import { SoundPlot } from "./sound-plot";
import { Timeline } from "./timeline";
import type { Names } from "./timeline";
import { TranscriptColumn } from "./transcript-column";
import { usePlayer } from "./use-player";
import { WhyCard } from "./why-card";

/** Instant at which the recording begins: when the two sides were joined. */
export function recordingStart(detail: CallDetail): number {
  const joined = detail.events.find((each) => each.kind === "offer_accepted" || each.kind === "customer_answered");
  if (joined) return joined.at_ms;
  const { started_at_ms, ended_at_ms, talk_ms } = detail.row;
  return ended_at_ms === null ? started_at_ms : Math.max(started_at_ms, ended_at_ms - talk_ms);
}

export function holdsOf(detail: CallDetail): Hold[] {
  const start = recordingStart(detail);
  const end = detail.row.ended_at_ms ?? start + detail.row.talk_ms;
  return detail.holds.map((each) => ({ fromS: Math.max(0, each.from_ms - start) / 1000, toS: Math.max(0, (each.to_ms ?? end) - start) / 1000 }));
}

function Head({ detail, onReceipt, onDownload }: { detail: CallDetail; onReceipt: () => void; onDownload: () => void }) {
  const t = useT();
  const locale = useLocale();
  const navigate = useNavigate();
  const { row } = detail;
  const who = row.customer_name ?? row.customer_number;
  const line = row.queue_name ?? row.campaign_name;
  const title = row.direction === "inbound"
    ? line ? t("detail.called_in", { who, line }) : t("detail.called_in_plain", { who })
    : t("detail.was_called", { who });
  return (
    <div className="page-head" data-region="head">
      <IconButton icon="left" size="sm" label={t("detail.back")} onClick={() => void navigate({ to: "/calls" })} />
      <div className="grow">
        <h1>{title}</h1>
        <p className="t-12 ink-2">
          {[`${fullDay(row.started_at_ms, locale)}, ${clock(row.started_at_ms)}`, row.customer_number,
            row.agent_name ? t("detail.answered_by", { name: row.agent_name }) : t(`call_status.${row.status}`),
            t("detail.waited", { time: span(row.wait_ms) }), t("detail.talked", { time: span(row.talk_ms) }), ...(detail.cost ? [t("detail.cost", { amount: `${detail.cost.amount} ${detail.cost.unit}`.trim() })] : [])].join(" · ")}
        </p>
      </div>
      {row.hot ? <Badge tone="live" icon="star">{t("calls.hot")}</Badge> : null}
      {row.simulated ? <Badge>{t("ui.simulated")}</Badge> : null}
      <ResultBadge row={row} />
      <RecordingBadge state={row.recording} testid="recording-badge" />
      {detail.receipt ? <Button size="sm" icon="shield" onClick={onReceipt} data-testid="receipt">{t("detail.receipt")}</Button> : null}
      {row.recording.kind === "stored" ? <Button size="sm" icon="import" onClick={onDownload}>{t("detail.download")}</Button> : null}
    </div>
  );
}

function marksOf(intelligence: CallIntelligence | undefined, label: (key: string) => string): Mark[] {
  const fields = intelligence?.analysis?.fields ?? [];
  const seen = new Set<number>();
  return fields
    .filter((each) => !seen.has(Math.round(each.at_s)) && seen.add(Math.round(each.at_s)))
    .sort((a, b) => a.at_s - b.at_s)
    .map((each) => ({ atS: each.at_s, label: label(each.key) }));
}

/** Names of all who can turn up in the events of a call. */
function peopleOf(detail: CallDetail, agents: Readonly<Record<string, AgentStatus>>, customer: string): Names {
  const { row, why } = detail;
  return {
    ...Object.fromEntries(Object.values(agents).map((each) => [each.user_id, each.name])),
    ...Object.fromEntries((why?.candidates ?? []).map((each) => [each.user_id, each.name])),
    ...(row.agent_id && row.agent_name ? { [row.agent_id]: row.agent_name } : {}),
    customer, agent: row.agent_name ?? "",
  };
}

function Detail({ detail, from }: { detail: CallDetail; from: number | null }) {
  const t = useT();
  const { api, live } = useApp();
  const { row } = detail;
  const [receipt, setReceipt] = useState(false);
  const intelligence = useQuery({ queryKey: keys.intelligence(row.id), queryFn: () => api.intelligence(row.id) });
  const figures = useQuery({ queryKey: keys.callSound(row.id), queryFn: () => api.callSound(row.id) });
  const stored = row.recording.kind === "stored";
  const wave = useQuery({ queryKey: keys.waveform(row.id), queryFn: () => api.waveform(row.id), enabled: stored, staleTime: Infinity });
  const durationS = (detail.receipt?.duration_ms ?? row.talk_ms) / 1000;
  const player = usePlayer(row.id, durationS);
  const { seek } = player;
  useEffect(() => { if (from !== null) seek(from); }, [seek, from]);
  const holds = useMemo(() => holdsOf(detail), [detail]);
  const names = { customer: row.customer_name ? firstName(row.customer_name) : sentence(t("desk.the_customer")), agent: firstName(row.agent_name ?? t("detail.agent")) };
  const agents = useStore(live.store, (each) => each.agents);
  const everyone = useMemo(() => peopleOf(detail, agents, names.customer), [detail, agents, names.customer]);
  return (
    <div className="cd" data-testid="call-detail" data-call={row.id}>
      <Head detail={detail} onReceipt={() => { setReceipt(true); }} onDownload={player.download} />
      {stored
        ? <PlayerBar player={player} wave={wave.data ?? null} durationS={durationS} marks={marksOf(intelligence.data, (key) => nameOf(t, "field", key))} holds={holds} names={names} />
        : <div className="player none"><Note tone={row.recording.kind === "not_stored" ? "live" : "neutral"} testid="no-recording">{row.recording.kind === "not_stored" ? t("detail.not_stored", { reason: lossText(row.recording.reason, t) }) : t(`detail.recording_${row.recording.kind}`)}</Note></div>}
      <div className="colm-slot"><Loaded query={intelligence} rows={8}>{(data) => <TranscriptColumn intelligence={data} player={player} holds={holds} names={names} />}</Loaded></div>
      <div className="colm-slot"><Loaded query={intelligence} rows={8}>{(data) => <LearnedColumn intelligence={data} onSeek={player.seek} />}</Loaded></div>
      <section className="colm" aria-label={t("detail.how")} data-region="how" tabIndex={-1}>
        <WhyCard decision={detail.why} />
        <div className="panel" data-testid="sound-plot"><header><h2>{t("sound.title")}</h2></header><div className="body"><Loaded query={figures} rows={3}>{(data) => <SoundPlot sound={data} names={names} />}</Loaded></div></div>
        {detail.notes !== "" ? <div className="panel" data-testid="detail-notes"><header><h2>{t("desk.notes")}</h2></header><div className="body"><p className="read">{detail.notes}</p></div></div> : null}
        <Timeline events={detail.events} names={everyone} footer={detail.receipt ? <button type="button" className="link t-12" onClick={() => { setReceipt(true); }}>{t("detail.receipt")}</button> : null} />
      </section>
      {receipt && detail.receipt ? <ReceiptDialog receipt={detail.receipt} onClose={() => { setReceipt(false); }} /> : null}
    </div>
  );
}

/** One call: sound, words, what was learned, why it went there, what happened. */
export function CallDetailPage() {
  const { api } = useApp();
  const { callId } = useParams({ from: "/shell/calls/$callId" });
  const { at } = useSearch({ from: "/shell/calls/$callId" });
  const from = at !== undefined && Number.isFinite(Number(at)) ? Number(at) : null;
  const query = useQuery({ queryKey: keys.call(callId), queryFn: () => api.call(callId) });
  return <Loaded query={query} rows={10}>{(detail) => <Detail key={detail.row.id} detail={detail} from={from} />}</Loaded>;
}
