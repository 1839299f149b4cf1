// A file of 10,000 visitors of a fair with every fault that an import tells of, and what the import has to say about it.
import { chance } from "../lib/chance.mjs";
import { nameOf, numberOf } from "./people.mjs";

export const HEADER = ["Visitor name", "Mobile", "Mail", "Pin", "DND?", "Met on", "Stall no.", "Heard from", "Language", "Score", "Country"];
/** Where each column goes by its looks. */
export const GUESSED = ["name", "phone", "email", "pincode", "do_not_call", "field:met_on", "field:stall_no", "field:heard_from", "language", "priority", "country"];
export const ROWS = 10_000;

/** Rows that guessing looks at, and the part of the file by which its encoding is told, are without faults. */
const PLAIN_FIRST = 1_000;
const FORMULA = '=HYPERLINK("x")';

/** By reason: how many rows, the column that is named, how the reason begins, and what is wrong in the row. */
const LEFT_OUT = {
  number_missing: [40, "Mobile", "No telephone number.", (row, n) => ({ ...row, Mobile: ["", "-", "n/a"][n % 3] })],
  not_a_number: [40, "Mobile", "Not a telephone number.", (row) => ({ ...row, Mobile: "call me" })],
  number_shortened: [40, "Mobile", "A spreadsheet shortened the number.", (row) => ({ ...row, Mobile: "9.8E+09" })],
  not_in_use: [40, "Mobile", "That country has no such number.", (row) => ({ ...row, Mobile: "95001" })],
  not_called: [20, "Mobile", "A premium or shared-cost number.", (row) => ({ ...row, Mobile: "+1 900 555 0123" })],
  nul: [5, "", "The row holds the character NUL.", (row) => ({ ...row, Mobile: `98\u000011${row.Mobile}` })],
};
const TAKEN_IN = {
  email_doubtful: [15, "Mail", "This is no e-mail address.", (row) => ({ ...row, Mail: "mira@", "Stall no.": FORMULA })],
  pincode_doubtful: [15, "Pin", "This is no pincode of that country.", (row) => ({ ...row, Pin: "12" })],
  yes_or_no: [15, "DND?", "Neither yes nor no.", (row) => ({ ...row, "DND?": "maybe" })],
  date_doubtful: [15, "Met on", "This is no date in the order of the column.", (row) => ({ ...row, "Met on": "some day" })],
  language_unknown: [15, "Language", "This language is not known.", (row) => ({ ...row, Language: "Lemurian" })],
  priority_doubtful: [15, "Score", "The priority is no number from 0 to 100.", (row) => ({ ...row, Score: "900" })],
  country_unknown: [15, "Country", "This country is not known.", (row) => ({ ...row, Country: "Atlantis" })],
  text_shortened: [15, "Visitor name", "The text was longer than can be kept", (row) => ({ ...row, "Visitor name": `${row["Visitor name"]} ${"and sons ".repeat(20)}`.trim() })],
};
const TWICE = 150;
/** Leads that are there before, and numbers that must not be called. */
export const known = Array.from({ length: 25 }, (_, n) => numberOf("12", n));
export const listed = Array.from({ length: 25 }, (_, n) => numberOf("13", n));
/** What other faults do to the reading of rows behind them is not known here, so these stand at the end, in this order. */
const LAST = {
  encoding: ["The row holds bytes that are no text", (row) => Buffer.concat([Buffer.from([0xff]), line(row)])],
  too_many_cells: ["The row has more than 16,384 cells.", (row) => Buffer.concat([line(row), Buffer.from(";".repeat(17_000))])],
  line_too_long: ["The row is longer than 256 KB.", (row) => line({ ...row, "Visitor name": "long ".repeat(60_000) })],
  quote_not_closed: ["A quotation mark opens a cell and none closes it.", (row) => Buffer.concat([Buffer.from('"'), line(row)])],
};

const line = (row) => Buffer.from(HEADER.map((column) => row[column] ?? "").join(";"));

/** As people and spreadsheets write a number. */
const WRITTEN = [
  (number) => number, (number) => `+91 ${number}`, (number) => `${number.slice(0, 5)} ${number.slice(5)}`, (number) => `${number}.0`,
  (number) => `${number[0]}.${number.slice(1)}E+09`,
];

function visitor(random, n) {
  const day = `${String(1 + random(28)).padStart(2, "0")}/11/2026`;
  return {
    "Visitor name": n % 40 === 7 ? `${nameOf(random)} 😀` : n % 500 === 8 ? "=1+2" : `${nameOf(random)} V${String(n).padStart(5, "0")}`, Mobile: WRITTEN[n % WRITTEN.length](numberOf("11", n)),
    Mail: n % 3 === 0 ? `visitor${n}@fair.example` : "", Pin: "500001", "DND?": n % 50 === 0 ? "Y" : "N", "Met on": n < 50 ? `${13 + (n % 15)}/11/2026` : day,
    "Stall no.": `B${random(40)}`, "Heard from": ["Newspaper", "Radio", "Friend"][random(3)], Language: ["English", "hi", "Marathi"][random(3)], Score: String(random(100)),
  };
}

/** Kinds of rows in their order, shuffled behind the plain beginning. */
function plan(random) {
  const faults = [
    ...Object.entries({ ...LEFT_OUT, ...TAKEN_IN }).flatMap(([reason, [count]]) => Array.from({ length: count }, (_, n) => ({ reason, n }))),
    ...Array.from({ length: TWICE }, () => ({ reason: "twice" })),
    ...known.map((number) => ({ reason: "known", number })), ...listed.map((number) => ({ reason: "listed", number })),
  ];
  const last = Object.keys(LAST).map((reason) => ({ reason }));
  const middle = [...faults, ...Array.from({ length: ROWS - PLAIN_FIRST - faults.length - last.length }, () => ({}))];
  for (let at = middle.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [middle[at], middle[other]] = [middle[other], middle[at]];
  }
  return [...Array.from({ length: PLAIN_FIRST }, () => ({})), ...middle, ...last];
}

/** The bytes, the counts of the import, and each row that it has something to say about, in their order. */
export function makeFile(seed = 7) {
  const random = chance(seed);
  const lines = [Buffer.from(HEADER.join(";"))];
  const problems = [];
  const good = [];
  const counts = { new: 0, updated: 0, known: 0, twice: 0, listed: 0, invalid: 0 };
  let doubtful = 0;
  const note = (column, reason, words, takenIn) => { problems.push({ row: lines.length + 1, column, reason, words, takenIn }); };
  plan(random).forEach(({ reason, n = 0, number }, index) => {
    const row = visitor(random, index);
    if (reason === undefined) {
      good.push(row);
      counts.new += 1;
      lines.push(line(row));
    } else if (reason in LAST) {
      const [words, write] = LAST[reason];
      note("", reason, words, false);
      counts.invalid += 1;
      lines.push(write(row));
    } else if (reason in LEFT_OUT || reason in TAKEN_IN) {
      const takenIn = reason in TAKEN_IN;
      const [, column, words, spoil] = (takenIn ? TAKEN_IN : LEFT_OUT)[reason];
      note(column, reason, words, takenIn);
      counts[takenIn ? "new" : "invalid"] += 1;
      doubtful += takenIn ? 1 : 0;
      lines.push(line(spoil(row, n)));
    } else {
      const of = { twice: ["The number is in the file twice.", () => good[random(good.length)].Mobile], known: ["A lead with this number is there already", () => number], listed: ["The number is on the do-not-call list.", () => `+91${number}`] }[reason];
      note("", reason, of[0], false);
      counts[reason] += 1;
      lines.push(line({ ...row, Mobile: of[1]() }));
    }
  });
  // Blank rows at the end are none.
  const bytes = Buffer.concat([...lines, Buffer.from("\n")].flatMap((each) => [each, Buffer.from("\n")]));
  return { bytes, counts, doubtful, problems, first: good[3]["Visitor name"], last: good.at(-1)["Visitor name"] };
}
