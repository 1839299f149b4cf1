// The next file of the same stall: sixty guests by where they heard of it, for the rules to give out.
import { chance } from "../lib/chance.mjs";
import { HEADER } from "./file.mjs";
import { nameOf, numberOf } from "./people.mjs";

/** How many came by what, and what they speak. */
export const GROUPS = [
  { source: "Property fair", language: "en", count: 30 }, { source: "Radio", language: "en", count: 10 },
  { source: "Partner site", language: "hi", count: 10 }, { source: "Partner site", language: "en", count: 10 },
];
/** Two rows that are one person: the e-mail address says so. */
export const TWINS = ["Tara Quillon", "T. Quillon"];

export function makeGuests(seed = 11) {
  const random = chance(seed);
  const guests = GROUPS.flatMap(({ source, language, count }) => Array.from({ length: count }, () => ({ "Heard from": source, Language: language })))
    .map((guest, n) => ({ ...guest, "Visitor name": `${nameOf(random)} G${n}`, Mobile: numberOf("14", n), Mail: `guest${n}@fair.example`, Pin: "500001", "DND?": "N", "Stall no.": "B4" }));
  TWINS.forEach((name, n) => Object.assign(guests.at(-1 - n), { "Visitor name": name, Mail: "tara@quillon.example" }));
  const bytes = Buffer.from([HEADER, ...guests.map((guest) => HEADER.map((column) => guest[column] ?? ""))].map((row) => `${row.join(";")}\n`).join(""));
  return { bytes, guests };
}
