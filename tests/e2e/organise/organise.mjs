// How an office keeps its leads and its settings in order, in the order in which one thing needs the other.
import { carrier } from "./carrier.mjs";
import { contact } from "./contact.mjs";
import { palette } from "./palette.mjs";
import { tags } from "./tags.mjs";
import { trunks } from "./trunks.mjs";

export async function organise(stage, hands) {
  for (const part of [tags, palette, contact, carrier, trunks]) await part(stage, hands);
}
