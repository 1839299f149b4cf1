import { useEffect, useRef, useState } from "react";
import type { AgentStatus, AskedAgentState, DeviceCheck, LiveCall, MonitorMode } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { whyText } from "@/i18n/server-text";
import { firstName, sentence } from "@/lib/text";
import { clockSeconds, span, timer } from "@/lib/time";
import { severity } from "@/state/monitor";
import type { AgentRow } from "@/state/monitor";
import { Badge } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { Cord } from "@/ui/cord";
import { Icon } from "@/ui/icon";
import { Menu } from "@/ui/menu";
import { Seg } from "@/ui/seg";
import type { SegOption } from "@/ui/seg";
import { StateBox } from "@/ui/state-box";
import { LegTable } from "@/features/desk/leg-table";
import { stretchOf } from "@/features/desk/sound-panel";
import { CheckSection } from "./check-mark";
import { MODE_ICON, NEED_ICON, nameWords, needWords } from "./words";

type Mode = MonitorMode | "off";

/** Barge is heard by the customer: it needs a second press within this time. */
const CONFIRM_MS = 1000;

/** Takes part in a call; how, and who hears it, is always said. */
function TakePart({ call, agent }: { call: LiveCall; agent: AgentStatus }) {
  const t = useT();
  const me = useMe();
  const { api, platform, fail } = useApp();
  const mine = call.monitors.find((each) => each.user_id === me.user.id) ?? null;
  const [asked, setAsked] = useState<Mode | null>(null);
  const [confirm, setConfirm] = useState(false);
  const timerId = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const now: Mode = mine?.mode ?? "off";
  const shown = asked ?? now;

  const send = async (mode: Mode): Promise<void> => {
    setAsked(mode);
    setConfirm(false);
    try {
      const media = mode === "off" ? null : await platform.mediaSession();
      await api.monitor(call.id, { mode: mode === "off" ? null : mode, media_session_id: media });
    } catch (cause) {
      fail(cause);
    } finally {
      setAsked(null);
    }
  };
  const choose = (mode: Mode): void => {
    if (mode === shown) return;
    if (mode !== "barge" || confirm) {
      clearTimeout(timerId.current);
      void send(mode);
      return;
    }
    setConfirm(true);
    timerId.current = setTimeout(() => { setConfirm(false); }, CONFIRM_MS);
  };
  useEffect(() => {
    if (now === "off") return;
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      void send(now === "listen" ? "off" : "listen");
    };
    window.addEventListener("keydown", press);
    return () => { window.removeEventListener("keydown", press); };
  });

  const options: SegOption<Mode>[] = [
    { value: "off", label: t("monitor.off"), icon: "x", testid: "monitor-mode-off" },
    { value: "listen", label: t("monitor.listen"), icon: MODE_ICON.listen, testid: "monitor-mode-listen" },
    { value: "whisper", label: t("monitor.whisper"), icon: MODE_ICON.whisper, testid: "monitor-mode-whisper" },
    { value: "barge", label: confirm ? t("monitor.again") : t("monitor.barge"), icon: MODE_ICON.barge, testid: "monitor-mode-barge", className: "heard" },
  ];
  const names = { agent: firstName(agent.name), customer: nameWords(call, t) };
  return (
    <div className="col">
      <Seg<Mode> label={t("monitor.how")} value={shown} options={options} onChange={choose} block size="lg" className="warnable" />
      <p className="row" role="status" data-testid="monitor-words">
        <span className={shown === "barge" ? "c-live" : "c-acc"}><Icon name={shown === "off" ? "info" : MODE_ICON[shown]} /></span>
        <span><b className="strong">{sentence(confirm ? t("monitor.confirm", names) : t(`monitor.words_${shown}`, names))}</b> <span className="ink-2">{confirm ? "" : sentence(t(`monitor.words_${shown}_2`, names))}</span></span>
        {shown === "off" ? null : <Button size="sm" className="push" onClick={() => void send("off")}>{t("monitor.stop")} <kbd>Esc</kbd></Button>}
      </p>
      {mine ? <p className="t-12 ink-3">{t("monitor.logged", { ...names, time: clockSeconds(mine.since_ms) })}</p> : null}
    </div>
  );
}

function Sound({ call, agent }: { call: LiveCall; agent: AgentStatus }) {
  const t = useT();
  const own = stretchOf(call.agent_sound, call.silent_side === "agent");
  const other = stretchOf(call.customer_sound, call.silent_side === "customer");
  const names = { you: `${firstName(agent.name)} ${t(`sound.${own}`)}`, name: nameWords(call, t), them: t(`sound.${other}`) };
  return (
    <div className="col">
      <h3 className="h-sec">{t("sound.title")}</h3>
      <Cord agent={own} customer={other} label={t("sound.label_both", names)} />
      {call.silent_side !== null && call.held_since_ms === null
        ? <p className="row tight c-live" role="status" data-testid="monitor-no-sound"><Icon name="warn" size="sm" /> <b className="strong">{t(`need.silent_${call.silent_side}`)}</b></p>
        : null}
      {call.sound_cause
        ? <p className="row tight" role="status" data-testid="monitor-cause" data-cause={call.sound_cause.cause}><span className="c-warn"><Icon name="warn" size="sm" /></span> <span>{sentence(t(`cause_of.${call.sound_cause.cause}`, { agent: firstName(agent.name), name: nameWords(call, t) }))}</span></p>
        : null}
      <LegTable call={call} agent={firstName(agent.name)} device={t("fig.phone")} customer={sentence(nameWords(call, t))} />
      {call.mouth_to_ear_ms === null ? null : <p className="t-12 ink-2">{t("fig.mouth_to_ear", { n: Math.round(call.mouth_to_ear_ms) })}</p>}
    </div>
  );
}

function SetState({ agent }: { agent: AgentStatus }) {
  const t = useT();
  const { api, fail } = useApp();
  const ask = (body: AskedAgentState): void => void api.setState(agent.user_id, body).catch(fail);
  return (
    <div className="tools"><Menu
      trigger={<Button icon="headset" data-testid="set-state">{t("monitor.set_state")} <Icon name="down" size="sm" /></Button>}
      groups={[[
        { id: "set-available", label: t("state.available"), icon: "ring-dot", onSelect: () => { ask({ kind: "available" }); } },
        { id: "set-break", label: t("state.break"), icon: "square", onSelect: () => { ask({ kind: "break", reason: "meeting" }); } },
        { id: "set-offline", label: t("state.offline"), icon: "dash", onSelect: () => { ask({ kind: "offline" }); } },
      ]]}
    /></div>
  );
}

export function CallPane({ row, check, now, onClose }: { row: AgentRow | null; check: DeviceCheck | undefined; now: number; onClose: () => void }) {
  const t = useT();
  if (!row) {
    return <section className="pane" aria-label={t("monitor.pane")}><StateBox icon="ear" title={t("monitor.choose")} text={t("monitor.choose_text")} /></section>;
  }
  const { agent, call, need } = row;
  const title = call ? t("monitor.with", { agent: agent.name, customer: call.customer_name ?? call.customer_number }) : agent.name;
  return (
    <section className="pane" aria-label={title} data-region="pane" tabIndex={-1} data-testid="monitor-pane">
      <div className="col g-1">
        <div className="row between"><h2 className="t-16 strong">{title}</h2><IconButton icon="x" tone="plain" size="sm" label={t("ui.close")} onClick={onClose} /></div>
        {call ? <p className="t-12 ink-2">{[call.queue_name ?? call.campaign_name, t(`direction.${call.direction}`), call.customer_number, timer(now - (call.answered_at_ms ?? call.started_at_ms))].filter(Boolean).join(" · ")}</p> : null}
        <p className="row wrap">
          {need ? <Badge tone={severity(need) === "live" ? "live" : "warn"} icon={NEED_ICON[need.kind]}>{needWords(need, t)}</Badge> : null}
          {call?.held_since_ms && need?.kind !== "hold_long" ? <Badge icon="pause">{t("monitor.waits", { name: nameWords(call, t), time: span(now - call.held_since_ms) })}</Badge> : null}
          {call ? <Badge>{t(`recording.${call.recording.kind}`)}</Badge> : null}
        </p>
      </div>
      {call && agent.state.kind === "on_call" ? <TakePart key={call.id} call={call} agent={agent} /> : <div><p className="ink-2">{t("monitor.no_call", { name: firstName(agent.name) })}</p></div>}
      {call ? <Sound call={call} agent={agent} /> : null}
      {call?.why ? <div className="col g-1"><h3 className="h-sec"><Icon name="cord" /> {t("monitor.why", { name: firstName(agent.name) })}</h3><p className="ink-2">{whyText(call.why, t)}</p></div> : null}
      <CheckSection check={check} now={now} />
      <div className="grow" />
      <SetState agent={agent} />
    </section>
  );
}
