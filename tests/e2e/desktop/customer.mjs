// What the virtual customer heard of an ended call.
import { WHOLE_FROM_MICROPHONE } from "../lib/conversation.mjs";
import { arrived, spokenLine } from "../lib/sound.mjs";

/** How much of each of the agent's lines reached the customer; fails when one of `needed` did not. */
export async function heardByCustomer(world, call, needed, lines = needed) {
  const { heard } = await world.outcome(call);
  const found = Object.fromEntries(lines.map((line) => [line, arrived(spokenLine(line), heard)]));
  if (needed.some((line) => found[line].share < WHOLE_FROM_MICROPHONE)) throw new Error(JSON.stringify(found));
  return { found };
}
