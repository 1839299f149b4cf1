// Leads from a file: sent, understood, rehearsed, taken in, its faults taken away, and the whole undone.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rowsOf } from "../lib/csv.mjs";
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { GUESSED, HEADER, known, listed, makeFile, ROWS } from "./file.mjs";
import { same, searchLeads, settled } from "./look.mjs";

/** Under this name the mapping is remembered. */
export const SOURCE = "Spring fair";
const BY_HAND = HEADER.indexOf("Heard from");
const columnOf = (n) => `${id("import-column")}:nth-child(${n + 1}) ${id("import-target")}`;

/** Sends a file through the page and waits until its columns are shown. */
export async function send(hands, out, name, bytes) {
  const path = join(out, name);
  writeFileSync(path, bytes);
  await hands.show("/imports");
  await hands.seen(id("import-drop"));
  await hands.fill(id("import-source"), SOURCE);
  await hands.attach(id("import-file"), path);
  await until("the columns of the file", 30_000, async () => (await hands.count(id("import-column"))) === HEADER.length);
}

/** What the page says that the file comes to, by the words of the page. */
export async function counts(hands) {
  const values = await hands.texts(`${id("import-counts")} dd`);
  const keys = ["new", "updated", "known", "twice", "listed", "invalid"];
  return Object.fromEntries(keys.map((key, n) => [key, Number((values[n] ?? "").replace(/\D/g, ""))]));
}

export async function imports({ report, world, out }, hands) {
  const file = makeFile();
  let address;

  await report.step("The base knows 25 of the visitors, and 25 asked not to be called", async () => {
    for (const number of known) await world.api.post("/leads", { name: "Was here before", phone: `+91${number}`, source: "Walk-in" });
    for (const number of listed) await world.api.post("/do-not-call", { number: `+91${number}`, reason: "asked not to be called" });
    await hands.show("/imports");
    await settled(hands);
    await hands.scan("imports");
  });

  await report.step("A file of 10,000 rows is sent; its encoding, separator, header and columns are told by its looks", async () => {
    await send(hands, out, "visitors.csv", file.bytes);
    address = await hands.address();
    same(await hands.values(`${id("import-encoding")}, ${id("import-separator")}, ${id("import-header")}`), ["utf-8", ";", "true"], "encoding, separator, header");
    same(await hands.values(id("import-target")), GUESSED, "columns");
    await hands.scan("import, columns");
    return { bytes: file.bytes.length };
  });

  await report.step("A column is mapped by hand; the first rows are shown as they would be stored", async () => {
    await hands.choose(columnOf(BY_HAND), "source");
    same(await hands.values(columnOf(BY_HAND)), ["source"], "where the column goes");
    const preview = await until("a preview without the fact", 10_000, async () => {
      const text = (await hands.texts(id("import-preview"))).join();
      return text.includes("9811000004") && !text.includes("heard_from") ? { text } : { notYet: text.slice(0, 200) };
    });
    // Written by a spreadsheet as 9.811000004E+09.
    return { first: preview.text.split("\n").slice(0, 12).join(" ") };
  });

  await report.step("Rehearsed: the counts are those of the file, and nothing is written", async () => {
    await hands.click(id("import-rehearse"));
    await hands.seen(id("import-state"), /rehearsed/i, 60_000);
    same(await counts(hands), file.counts, "counts");
    await hands.seen(".import-card", new RegExp(`\\b${file.doubtful}\\b`));
    const shown = await until("rows with problems", 10_000, async () => {
      const rows = await hands.texts(id("import-problem"));
      return rows.length > 0 && rows;
    });
    const begin = shown.map((row) => row.split("\t").slice(0, 2).map((each) => each.trim()));
    same(begin, file.problems.slice(0, shown.length).map(({ row, column }) => [String(row), column || "–"]), "rows with problems");
    const found = await world.api.get(`/leads?search=${encodeURIComponent(file.first)}`);
    if (found.items.length > 0) throw new Error("a rehearsal has written leads");
    await hands.scan("import, rehearsed");
    return { ...file.counts, doubtful: file.doubtful, rows: ROWS };
  });

  await report.step("Taken in, with its progress on the page", async () => {
    await hands.click(id("import-start"));
    const progress = await hands.seen(id("import-progress"), /\d/, 10_000);
    const at = Date.now();
    await hands.seen(id("import-state"), /^imported/i, 120_000);
    same(await counts(hands), file.counts, "counts");
    await hands.scan("import, done");
    return { progress: progress.replace(/\s+/g, " "), took_ms: Date.now() - at };
  });

  await report.step("The rows with problems are taken away as a file: row, column, reason; no formula in it", async () => {
    const saved = await hands.saved(id("import-download"));
    const [head, ...rows] = rowsOf(saved.text);
    same(head, ["Row", "Column", "Reason", "Taken in", ...HEADER], "columns of the file");
    same(rows.map(([row, column, , taken]) => [Number(row), column, taken]), file.problems.map(({ row, column, takenIn }) => [row, column, takenIn ? "yes" : "no"]), "rows of the file");
    const wrong = rows.filter(([, , reason], n) => !reason.startsWith(file.problems[n].words));
    if (wrong.length > 0) throw new Error(`another reason: ${JSON.stringify(wrong[0])}`);
    const cells = rows.flat();
    if (!cells.includes(`'=HYPERLINK("x")`) || cells.some((cell) => cell.startsWith("="))) throw new Error("a formula is in the file");
    return { name: saved.name, rows: rows.length };
  });

  await report.step("The leads are there, from the first to the last", async () => {
    for (const name of [file.first, file.last]) await searchLeads(hands, name, 1);
    await hands.scan("leads, found");
  });

  await report.step("The import is undone, and its leads are gone", async () => {
    await hands.show(address);
    await hands.click(id("import-undo"));
    await hands.seen(id("import-state"), /^undone/i, 120_000);
    for (const name of [file.first, file.last]) await searchLeads(hands, name, 0);
    await searchLeads(hands, "Was here before", known.length);
  });
}
