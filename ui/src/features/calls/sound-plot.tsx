import { useState } from "react";
import type { CallSound, SoundPoint } from "@/api/generated/wire";
import { useT } from "@/app-context";
import type { Translate } from "@/i18n";
import { second } from "@/lib/time";
import { SelectField } from "@/ui/field";
import { BOTTOM, LEFT, METRICS, TOP, WIDTH, mean, plotOf, thinned, valueOf } from "./plot";
import type { Line, Metric, Plot } from "./plot";

interface Names {
  customer: string;
  agent: string;
}

const STYLE: Record<Line["who"], { stroke: string; dash?: string }> = {
  agent: { stroke: "var(--viz-1)" }, device: { stroke: "var(--viz-1)", dash: "1 2" }, customer: { stroke: "var(--cust)", dash: "4 2" }, total: { stroke: "var(--ink-3)", dash: "6 2 1 2" },
};

const SIGN: Record<Line["who"], string> = { agent: "—", device: "· ·", customer: "- -", total: "-·" };

const list = (spans: Plot["weak"]): string => spans.slice(0, 3).map((each) => `${second(each.fromMs / 1000)}–${second(each.toMs / 1000)}`).join(", ");

/** What the picture shows, in words. */
export function plotWords(plot: Plot, t: Translate): string {
  const parts = [plot.weak.length === 0 ? t("sound.never_weak") : t("sound.weak_at", { list: list(plot.weak) })];
  if (plot.causes.length > 0) parts.push(t("fig.why_weak", { list: plot.causes.slice(0, 3).map((each) => t(`cause_short.${each}`)).join(", ") }));
  if (plot.marks.length > 0) parts.push(t("fig.marks", { list: plot.marks.slice(0, 5).map((each) => `${t(`fig.mark_${each.kind}`)} ${second(each.fromMs / 1000)}`).join(", ") }));
  return parts.join(" ");
}

const figure = (value: number | null, metric: Metric): string => {
  if (value === null) return "–";
  if (metric === "mos") return value.toFixed(1);
  if (metric === "loss" || metric === "concealed") return `${value.toFixed(1)}\u00a0%`;
  return metric === "level" ? `${value.toFixed(0)}\u00a0dB` : `${value.toFixed(0)}\u00a0ms`;
};

/** Rows of the table; more are not read by anybody. */
const ROWS = 40;

function Table({ points, metric, names }: { points: readonly SoundPoint[]; metric: Metric; names: Names }) {
  const t = useT();
  const start = points[0]?.at_ms ?? 0;
  const rows = thinned(points, ROWS);
  const each = Math.max(1, Math.round(((rows[1]?.at_ms ?? start + 1000) - start) / 1000));
  return (
    <table className="table flat t-12 plot-table">
      <caption className="sr">{t("fig.caption", { n: second(each) })}</caption>
      <thead><tr><th scope="col">{t("fig.time")}</th><th scope="col" className="num">{names.agent}</th><th scope="col" className="num">{t("fig.phone")}</th><th scope="col" className="num">{names.customer}</th><th scope="col">{t("fig.cause")}</th></tr></thead>
      <tbody>
        {rows.map((point) => (
          <tr key={point.at_ms}>
            <th scope="row">{second((point.at_ms - start) / 1000)}</th>
            <td className="num">{figure(valueOf(point.agent, metric), metric)}</td>
            <td className="num">{figure(valueOf(point.device, metric), metric)}</td>
            <td className="num">{figure(valueOf(point.customer, metric), metric)}</td>
            <td>{point.cause === null ? "–" : t(`cause_short.${point.cause}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One figure of both sides over the call, with holds and reconnects; the customer's line is broken, the agent's solid. */
export function SoundPlot({ sound, names }: { sound: CallSound; names: Names }) {
  const t = useT();
  const [metric, setMetric] = useState<Metric>("mos");
  const [open, setOpen] = useState(false);
  if (sound.points.length < 2) return <p className="ink-3">{t("sound.no_figures")}</p>;
  const plot = plotOf(sound, metric);
  const own = mean(sound.points.map((each) => each.agent?.mos));
  const other = mean(sound.points.map((each) => each.customer?.mos));
  const words = plotWords(plot, t);
  const px = (ms: number): number => LEFT + (ms / plot.spanMs) * (WIDTH - LEFT);
  const who: Record<Line["who"], string> = { agent: names.agent, device: t("fig.phone"), customer: names.customer, total: t("fig.total") };
  const [low, high] = plot.range;
  const axis = (value: number): string => (metric === "mos" ? value.toFixed(1) : String(Math.round(value)));
  return (
    <div className="col g-2">
      <p className="t-12 ink-2">{own === null ? null : `${names.agent} ${own.toFixed(1)}`}{own !== null && other !== null ? " · " : null}{other === null ? null : `${names.customer} ${other.toFixed(1)}`}</p>
      <SelectField
        label={t("fig.metric")} hideLabel value={metric} data-testid="metric" choices={METRICS.map((each) => ({ value: each, label: t(`fig.metric_${each}`) }))}
        onChange={(event) => { setMetric(METRICS.find((each) => each === event.currentTarget.value) ?? "mos"); }}
      />
      <svg viewBox={`0 0 ${WIDTH} 78`} width="100%" role="img" aria-label={`${t(`fig.metric_${metric}`)}. ${words}`}>
        {metric === "mos" ? plot.weak.map((each) => <rect key={each.fromMs} x={px(each.fromMs)} y={6} width={Math.max(2, px(each.toMs) - px(each.fromMs))} height={48} fill="var(--warn-soft)" />) : null}
        {plot.marks.map((each) => (
          <g key={`${each.kind}-${each.fromMs}`}>
            <rect x={px(each.fromMs)} y={TOP} width={Math.max(1.5, px(each.toMs) - px(each.fromMs))} height={BOTTOM - TOP} fill="var(--ink-3)" fillOpacity={0.16} />
            <path d={`M${px(each.fromMs)} ${TOP - 4}V${BOTTOM}`} stroke="var(--ink-3)" strokeWidth="1" />
            <title>{`${t(`fig.mark_${each.kind}`)} ${second(each.fromMs / 1000)}`}</title>
          </g>
        ))}
        <g stroke="var(--viz-grid)"><path d={`M${LEFT} ${TOP}H${WIDTH}M${LEFT} ${(TOP + BOTTOM) / 2}H${WIDTH}M${LEFT} ${BOTTOM}H${WIDTH}`} /></g>
        <g className="plot-text"><text x="0" y="14">{axis(high)}</text><text x="0" y="36">{axis((low + high) / 2)}</text><text x="0" y="58">{axis(low)}</text><text x={LEFT} y="75">0:00</text><text x={WIDTH} y="75" textAnchor="end">{second(plot.spanMs / 1000)}</text></g>
        {plot.lines.map((each) => <path key={each.who} d={each.path} fill="none" stroke={STYLE[each.who].stroke} strokeWidth="1.75" strokeDasharray={STYLE[each.who].dash} />)}
      </svg>
      <p className="t-12 ink-2">{plot.lines.map((each) => <b key={each.who} className={each.who === "customer" ? "c-cust" : each.who === "total" ? "ink-3" : "c-acc"}>{`${SIGN[each.who]} ${who[each.who]}`}</b>).flatMap((each) => [each, "  "])}{words}</p>
      <details className="t-12" onToggle={(event) => { setOpen(event.currentTarget.open); }} data-testid="sound-table">
        <summary>{t("fig.table")}</summary>
        {open ? <Table points={sound.points} metric={metric} names={names} /> : null}
      </details>
      <p className="t-11 ink-3">{t("fig.model", { ...names })}</p>
    </div>
  );
}
