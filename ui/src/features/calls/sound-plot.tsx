import type { SoundSecond } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { second } from "@/lib/time";
import { MOS_WEAK } from "@/state/monitor";

const W = 296;
const LEFT = 20;
const TOP = 10;
const BOTTOM = 54;

const y = (mos: number): number => TOP + ((4.5 - Math.min(4.5, Math.max(2.5, mos))) / 2) * (BOTTOM - TOP);

export interface Plot {
  agent: string;
  customer: string;
  /** Stretches in which a side was weak, in ms from the start. */
  weak: { fromMs: number; toMs: number }[];
  spanMs: number;
}

/** Lines and weak stretches of a call's sound. */
export function plotOf(points: readonly SoundSecond[]): Plot {
  const start = points[0]?.at_ms ?? 0;
  const spanMs = Math.max(1, (points.at(-1)?.at_ms ?? 0) - start);
  const x = (at: number): number => LEFT + ((at - start) / spanMs) * (W - LEFT);
  const line = (pick: (p: SoundSecond) => number | null): string => {
    let pen = false;
    return points.map((p) => {
      const value = pick(p);
      const step = value === null ? "" : `${pen ? "L" : "M"}${x(p.at_ms).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = value !== null;
      return step;
    }).join("");
  };
  const weak: Plot["weak"] = [];
  for (const p of points) {
    if (Math.min(p.agent_mos ?? 5, p.customer_mos ?? 5) >= MOS_WEAK) continue;
    const at = p.at_ms - start;
    const last = weak.at(-1);
    if (last && at - last.toMs <= 5000) last.toMs = at;
    else weak.push({ fromMs: at, toMs: at + 1000 });
  }
  return { agent: line((p) => p.agent_mos), customer: line((p) => p.customer_mos), weak, spanMs };
}

const mean = (values: (number | null)[]): number | null => {
  const known = values.filter((each) => each !== null);
  return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length;
};

/** Quality of both sides over the call; the customer's line is broken, the agent's solid. */
export function SoundPlot({ points, names }: { points: readonly SoundSecond[]; names: { customer: string; agent: string } }) {
  const t = useT();
  const plot = plotOf(points);
  const own = mean(points.map((each) => each.agent_mos));
  const other = mean(points.map((each) => each.customer_mos));
  const words = plot.weak.length === 0 ? t("sound.never_weak") : t("sound.weak_at", { list: plot.weak.slice(0, 3).map((each) => `${second(each.fromMs / 1000)}–${second(each.toMs / 1000)}`).join(", ") });
  const px = (ms: number): number => LEFT + (ms / plot.spanMs) * (W - LEFT);
  return (
    <div className="panel" data-testid="sound-plot">
      <header><h2>{t("sound.title")}</h2><span className="push t-12 ink-2">{own === null ? null : `${names.agent} ${own.toFixed(1)}`}{own !== null && other !== null ? " · " : null}{other === null ? null : `${names.customer} ${other.toFixed(1)}`}</span></header>
      <div className="body">
        {points.length < 2 ? <p className="ink-3">{t("sound.no_figures")}</p> : (
          <>
            <svg viewBox={`0 0 ${W} 78`} width="100%" role="img" aria-label={`${t("sound.plot")} ${words}`}>
              {plot.weak.map((each) => <rect key={each.fromMs} x={px(each.fromMs)} y={6} width={Math.max(2, px(each.toMs) - px(each.fromMs))} height={54} fill="var(--warn-soft)" />)}
              <g stroke="var(--viz-grid)"><path d={`M${LEFT} 10H${W}M${LEFT} 32H${W}M${LEFT} 54H${W}`} /></g>
              <g className="plot-text"><text x="0" y="14">4.5</text><text x="0" y="36">3.5</text><text x="0" y="58">2.5</text><text x={LEFT} y="75">0:00</text><text x={W} y="75" textAnchor="end">{second(plot.spanMs / 1000)}</text></g>
              <path d={plot.agent} fill="none" stroke="var(--viz-1)" strokeWidth="2" /><path d={plot.customer} fill="none" stroke="var(--cust)" strokeWidth="2" strokeDasharray="4 2" />
            </svg>
            <p className="t-12 ink-2"><b className="c-acc">— {names.agent}</b>{"  "}<b className="c-cust">- - {names.customer}</b>{"  "}{words}</p>
          </>
        )}
      </div>
    </div>
  );
}
