// What the office does with leads, in the order in which one thing needs the other.
import { board } from "./board.mjs";
import { imports } from "./import.mjs";
import { lead } from "./lead.mjs";
import { rules } from "./rules.mjs";
import { settings } from "./settings.mjs";

export async function office(stage, hands) {
  for (const part of [imports, rules, lead, board, settings]) await part(stage, hands);
}
