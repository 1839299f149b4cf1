import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { CallIntelligence } from "@/api/generated/wire";
import type { Analysis, ExtractedField } from "@/api/generated/intelligence";
import { useApp, useMe, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { beyond, signed } from "@/lib/text";
import { second } from "@/lib/time";
import { may } from "@/state/rights";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Meter } from "@/ui/meter";
import { Note } from "@/ui/note";
import { StateBox } from "@/ui/state-box";
import { analysisWords, moodOf } from "./badges";
import { Changes } from "./changes";
import { Proposals } from "./proposals";

/** From this confidence on a value may fill an empty field of the lead by itself. */
const SURE = 0.75;

export function Confidence({ value }: { value: number }) {
  const t = useT();
  const low = value < SURE;
  return (
    <span className={low ? "conf c-warn" : "conf"}>
      <span className="sr">{t("learned.sure")} </span>{value.toFixed(2)}{low ? ` ${t("learned.low")}` : ""} <Meter share={value} tone={low ? "warn" : undefined} />
    </span>
  );
}

export function Quote({ quote, atS, onSeek }: { quote: string; atS: number; onSeek: (s: number) => void }) {
  const t = useT();
  return (
    <p className="q">
      <Icon name="quote" size="sm" /> “{quote}” <button type="button" className="stamp" onClick={() => { onSeek(atS); }} aria-label={t("transcript.play_from", { at: second(atS) })}>{second(atS)}</button>
    </p>
  );
}

function Fact({ field, onSeek }: { field: ExtractedField; onSeek: (s: number) => void }) {
  const t = useT();
  return (
    <div className="fact" data-testid={`field-${field.key}`}>
      <dt>{nameOf(t, "field", field.key)}</dt>
      <dd className="strong">{field.display}</dd>
      <dd><Confidence value={field.confidence} /></dd>
      <dd className="q-cell"><Quote quote={field.quote} atS={field.at_s} onSeek={onSeek} /></dd>
      <dd className="engine t-11 ink-3">{t("learned.engine", { engine: field.engine })}</dd>
    </div>
  );
}

function Mood({ analysis }: { analysis: Analysis }) {
  const t = useT();
  const { score, trend } = analysis.sentiment;
  const mood = moodOf(score);
  return (
    <div className="fact" data-testid="sentiment">
      <dt>{t("learned.mood")}</dt>
      <dd><b className="strong">{t(mood.key)}</b>, {signed(score)}</dd>
      <dd className="t-12 ink-2">{t("learned.trend", { a: signed(trend[0]), b: signed(trend[1]), c: signed(trend[2]) })}</dd>
    </div>
  );
}

function Quality({ analysis }: { analysis: Analysis }) {
  const t = useT();
  const { score, reasons } = analysis.lead_quality;
  return (
    <div className="fact" data-testid="quality">
      <dt>{t("learned.quality")}</dt>
      <dd><b className="strong">{score}</b> {t("learned.of_100")}</dd>
      <dd className="t-12 ink-2">{t("learned.chance", { n: Math.round(analysis.conversion_probability) })}</dd>
      {reasons.length > 0 ? <dd className="q-cell t-12 ink-2">{reasons.map((each) => `${nameOf(t, "reason", each.name)} ${each.points > 0 ? "+" : "−"}${Math.abs(each.points)}`).join(" · ")}</dd> : null}
    </div>
  );
}

function Actions({ analysis, onSeek }: { analysis: Analysis; onSeek: (s: number) => void }) {
  const t = useT();
  return (
    <>
      <div className="fact" data-testid="next-action"><dt>{t("learned.next")}</dt><dd className="strong wide">{analysis.next_best_action.text}</dd></div>
      {analysis.action_items.map((each, index) => (
        <div key={index} className="fact" data-testid="action-item">
          <dt>{t(`learned.owner_${each.owner}`)}</dt><dd className="strong">{each.text}</dd><dd className="t-12 ink-2">{each.due ? each.due.local.replace("T", ", ").slice(0, 17) : t("lead.no_date")}</dd>
          <dd className="q-cell"><Quote quote={each.quote} atS={each.at_s} onSeek={onSeek} /></dd>
        </div>
      ))}
    </>
  );
}

interface Props {
  intelligence: CallIntelligence;
  onSeek: (s: number) => void;
}

function NoAnalysis({ intelligence }: { intelligence: CallIntelligence }) {
  const t = useT();
  const me = useMe();
  const { status } = intelligence;
  const working = status.kind === "pending" || status.kind === "transcribing" || status.kind === "analysing";
  const lacks = status.kind === "none" || (status.kind === "failed" && status.reason === "no_speech_engine");
  const offer = lacks && may(me.user.role, "configure_access");
  return (
    <StateBox
      icon={working ? "refresh" : "info"} title={t(working ? "learned.working" : "learned.nothing")} text={analysisWords(status, t)} testid="analysis-state"
      action={offer ? <Link className="btn" to="/settings/$page" params={{ page: "engines" }}>{t("learned.set_up")}</Link> : undefined}
    />
  );
}

/** What the call was about: each finding with its words, second, engine and confidence; what changed on the lead. */
export function LearnedColumn({ intelligence, onSeek }: Props) {
  const t = useT();
  const { api, queries, fail } = useApp();
  const [asked, setAsked] = useState(false);
  const { analysis, call_id: callId } = intelligence;
  const more = analysis ? beyond(analysis.summary_detailed, analysis.summary_short) : "";
  const again = (): void => {
    setAsked(true);
    void api.reprocess(callId).then(() => queries.invalidateQueries({ queryKey: keys.call(callId) })).catch(fail).finally(() => { setAsked(false); });
  };
  return (
    <section className="colm" aria-label={t("learned.title")} data-region="learned" tabIndex={-1}>
      <header>
        <h2 className="h-sec">{t("learned.title")}</h2>
        <span className="t-12 ink-3 trunc">{analysis ? t("learned.by", { engine: analysis.engine.name, version: analysis.engine.version }) : ""}</span>
        <Button size="sm" tone="quiet" className="push" icon="refresh" busy={asked} onClick={again} data-testid="run-again">{t("learned.again")}</Button>
      </header>
      {analysis ? (
        <>
          <div className="summary-b" data-testid="summary"><p>{analysis.summary_short}</p>{more === "" ? null : <p className="ink-2">{more}</p>}</div>
          {analysis.hot_lead.hot ? <div className="pad"><Note tone="live" icon="star" testid="hot-lead"><b className="strong">{t("learned.hot")}</b> {analysis.hot_lead.why.map((each) => nameOf(t, "reason", each)).join(", ")}</Note></div> : null}
          <dl>
            {analysis.fields.map((each) => <Fact key={each.key} field={each} onSeek={onSeek} />)}
            <Mood analysis={analysis} /><Quality analysis={analysis} /><Actions analysis={analysis} onSeek={onSeek} />
          </dl>
          {analysis.key_topics.length > 0 ? <div className="pad chip-row">{analysis.key_topics.map((each) => <Badge key={each}>{each}</Badge>)}</div> : null}
        </>
      ) : <NoAnalysis intelligence={intelligence} />}
      <Proposals intelligence={intelligence} onSeek={onSeek} />
      <Changes callId={callId} changes={intelligence.changes} />
    </section>
  );
}
