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

const rounded = (value) => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

/**
 * The same figures of several runs as one, by medians. A figure: `{ name, unit, ours, beside?, what?, goal?, of? }`, where
 * `beside` is the peer's value or the limit, `what` says which, and `goal` is the most that ours may be: a number, or
 * "peer".
 */
export function together(runs) {
  return runs[0].map((first) => {
    const same = runs.flatMap((run) => run.filter(({ name }) => name === first.name));
    const ours = rounded(median(same.map((figure) => figure.ours)));
    const beside = first.beside === undefined ? undefined : rounded(median(same.map((figure) => figure.beside)));
    const most = first.goal === "peer" ? beside : first.goal;
    const met = most === undefined ? undefined : ours <= most;
    return { ...first, ours, beside, most, met, runs: same.map((figure) => rounded(figure.ours)) };
  });
}

export function print(figures) {
  const rows = figures.map(({ name, unit, ours, beside, what, most, met, runs }) => [
    name, `${ours} ${unit}`, beside === undefined ? "" : `${beside} (${what})`,
    beside ? String(rounded(ours / beside)) : "", most === undefined ? "" : `<= ${most}`, met === undefined ? "" : met ? "met" : "MISSED", runs.join(" "),
  ]);
  const head = ["figure", "ours", "peer or limit", "ratio", "goal", "", "each run"];
  const widths = head.map((word, column) => Math.max(word.length, ...rows.map((row) => row[column].length)));
  for (const row of [head, ...rows]) console.log(row.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd());
}
