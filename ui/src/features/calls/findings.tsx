import { Link } from "@tanstack/react-router";
import type { CallIntelligence } from "@/api/generated/wire";
import type { Analysis, ExtractedField } from "@/api/generated/intelligence";
import { useMe, useT } from "@/app-context";
import { nameOf } from "@/lib/names";
import { signed } from "@/lib/text";
import { second } from "@/lib/time";
import { may } from "@/state/rights";
import { Icon } from "@/ui/icon";
import { Meter } from "@/ui/meter";
import { StateBox } from "@/ui/state-box";
import { analysisWords, moodOf } from "./badges";

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

/** Why there is nothing yet, or not at all. */
export function NoAnalysis({ intelligence }: { intelligence: CallIntelligence }) {
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

/** Each finding with its words, second, engine and confidence; the mood, the quality score, what comes next. */
export const Findings = ({ analysis, onSeek }: { analysis: Analysis; onSeek: (s: number) => void }) => (
  <dl>
    {analysis.fields.map((each) => <Fact key={each.key} field={each} onSeek={onSeek} />)}
    <Mood analysis={analysis} /><Quality analysis={analysis} /><Actions analysis={analysis} onSeek={onSeek} />
  </dl>
);
