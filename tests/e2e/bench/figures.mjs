// Medians, percentiles, and the table that is printed.

export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const rounded = (value) => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

/** A goal in numbers: itself, "peer", or `{ times }` or `{ plus }` of the peer's value. */
function bound(goal, beside) {
  if (goal === undefined || typeof goal === "number") return goal;
  if (goal === "peer") return beside;
  if (beside === undefined) return undefined;
  return rounded("times" in goal ? beside * goal.times : beside + goal.plus);
}

/**
 * The same figures of several runs as one, by medians. A figure: `{ name, unit, ours, beside?, what?, goal?, aim?, more?, of? }`,
 * where `beside` is the peer's value or the limit, `what` says which, `goal` (see `bound`) is the most that ours may be, or
 * the least when `more` is better, and `aim` is what is hoped for.
 */
export function together(runs) {
  return runs[0].map((first) => {
    const same = runs.flatMap((run) => run.filter(({ name }) => name === first.name));
    const ours = rounded(median(same.map((figure) => figure.ours)));
    const beside = first.beside === undefined ? undefined : rounded(median(same.map((figure) => figure.beside)));
    const [goal, aim] = [bound(first.goal, beside), bound(first.aim, beside)];
    const reached = (wanted) => (wanted === undefined ? undefined : first.more ? ours >= wanted : ours <= wanted);
    const runsOfPeer = beside === undefined ? undefined : same.map((figure) => rounded(figure.beside));
    return { ...first, ours, beside, goal, aim, met: reached(goal), aimed: reached(aim), runs: same.map((figure) => rounded(figure.ours)), runsOfPeer };
  });
}

const verdict = ({ met, aimed }) => (met === undefined ? "" : !met ? "MISSED" : aimed ? "aim met" : "met");

export function print(figures) {
  const rows = figures.map((figure) => {
    const { name, unit, ours, beside, what, goal, aim, more, runs } = figure;
    const sign = more ? ">=" : "<=";
    return [
      name, `${ours} ${unit}`, beside === undefined ? "" : `${beside} (${what})`, beside ? String(rounded(ours / beside)) : "",
      goal === undefined ? "" : `${sign} ${goal}`, aim === undefined ? "" : `${sign} ${aim}`, verdict(figure), runs.join(" "),
    ];
  });
  const head = ["figure", "ours", "peer or limit", "ratio", "goal", "aim", "", "each run"];
  const widths = head.map((word, column) => Math.max(word.length, ...rows.map((row) => row[column].length)));
  for (const row of [head, ...rows]) console.log(row.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd());
}
