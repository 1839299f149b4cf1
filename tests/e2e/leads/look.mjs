// What several parts of the drive look for.
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";

export function same(found, expected, what) {
  const [one, other] = [found, expected].map((each) => JSON.stringify(each));
  if (one !== other) throw new Error(`${what}: ${one}, expected ${other}`);
}

/** Searches the list of leads; the names that it shows, once there are so many. With none the page says so. */
export async function searchLeads(hands, text, count) {
  await hands.show("/leads");
  await hands.seen(id("leads-search"));
  await hands.fill(id("leads-search"), text);
  const names = `${id("lead-row")} .row-link`;
  return until(`${count} leads with ${text}`, 15_000, async () => {
    const found = (await hands.texts(names)).map((each) => each.trim());
    const right = found.length === count && found.every((each) => each.includes(text)) && (count > 0 || (await hands.count(id("leads-none"))) === 1);
    return right ? { found } : { notYet: found.slice(0, 5).join(", ") };
  }, 200).then(({ found }) => found);
}

/** Opens the lead that has this name in the list of leads. */
export async function openLead(hands, name) {
  await searchLeads(hands, name, 1);
  await hands.click(`${id("lead-row")} .row-link`);
  await hands.seen(id("lead-page"), new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  const [lead] = await hands.attributes(id("lead-page"), "data-lead");
  return lead;
}

/** The page has its data and shows no error. */
export async function settled(hands) {
  await hands.seen("main h1, main h2", /\S/);
  await until("nothing is loading", 15_000, async () => (await hands.count(".skel, main [aria-busy=true]")) === 0);
  if ((await hands.count(id("error-state"))) > 0) throw new Error(`an error is shown: ${(await hands.texts(id("error-state"))).join("; ")}`);
}
