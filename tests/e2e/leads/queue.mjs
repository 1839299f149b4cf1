// Twenty leads of the agent's queue called one after the other and put down by keys alone; what was promised stands in the tasks.
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { tabTo } from "./keyboard.mjs";
import { settled } from "./look.mjs";

export const LEADS = 20;
/** Keys of the standard outcomes, by their place. */
const INTERESTED = "Alt+1";
const CALL_BACK = "Alt+3";
const WRONG_NUMBER = "Alt+4";
const SOON = ["callback-in_1h", "callback-tomorrow_10", "callback-tomorrow_17"];
const DAY_MS = 86_400_000;
/** What the desk shows once somebody has answered. Nobody speaks here: other drives measure what is heard. */
const CONNECTED = /waiting for sound|both sides heard|cannot hear you/i;

const inState = (hands, state) => hands.seen(`${id("status-menu")}[data-state="${state}"]`, /\S/, 30_000);

/** Puts down what came of the n-th call; whether a callback was promised. */
async function putDown(hands, n) {
  if (n % 2 === 0) {
    await hands.press(CALL_BACK);
    await hands.seen(id("callback-time"));
    await tabTo(hands, id(SOON[(n / 2) % SOON.length]));
    await hands.press("Enter");
  } else if (n % 4 === 1) {
    await hands.press(INTERESTED);
    await hands.seen(id("sub-disposition"));
    await tabTo(hands, `${id("sub-disposition")} [role=radio]`);
    await hands.press("ArrowRight");
    await hands.seen(`${id("sub-disposition-wants_visit")}[aria-checked="true"]`);
  } else await hands.press(WRONG_NUMBER);
  await hands.seen(id("outcome-effects"), /\S/);
  await hands.press("Control+Enter");
  await inState(hands, "available");
  return n % 2 === 0;
}

export async function queue({ report }, hands) {
  const worked = [];
  const promised = [];

  await report.step("The agent's queue: who is to be called, in order and with the reason", async () => {
    await hands.show("/queue");
    await hands.seen(id("queue-row"), /\S/);
    await settled(hands);
    await hands.scan("queue");
  });

  await report.step(`${LEADS} leads are called and put down by keys alone, each another one`, async () => {
    const took = [];
    await hands.press("F8");
    for (let n = 0; n < LEADS; n += 1) {
      const at = Date.now();
      const lead = await until("the next lead, held for the agent", 20_000, async () => {
        const [held] = await hands.attributes(id("next-lead"), "data-lead");
        return held && !worked.includes(held) ? { held } : { notYet: held };
      }, 100);
      await hands.press("F9");
      await hands.seen(`${id("desk-call")}[data-phase="talking"] .c-call`, CONNECTED, 30_000);
      await hands.press("Control+Shift+e");
      await hands.seen(`${id("desk-call")}[data-phase="wrap-up"] ${id("save-pause")}`, /\S/, 20_000);
      if (n === 0) await hands.scan("wrap-up of a lead");
      worked.push(lead.held);
      if (await putDown(hands, n)) promised.push(lead.held);
      took.push(Date.now() - at);
    }
    const longest = Math.max(...took);
    report.figure("leads worked by keyboard", worked.length, LEADS);
    report.figure("one lead from key to key, ms, mean", Math.round(took.reduce((sum, each) => sum + each, 0) / took.length));
    return { longest_ms: longest };
  });

  await report.step("What was promised stands in the list of tasks and callbacks", async () => {
    await hands.show("/follow-ups");
    const row = (lead) => `${id("follow-row")}[data-kind="callback"]:has(a[href$="/leads/${lead}"])`;
    await until(`${promised.length} callbacks`, 15_000, async () => {
      const there = await Promise.all(promised.map((lead) => hands.count(row(lead))));
      return there.every((count) => count === 1) || { notYet: there.join(" ") };
    }, 200);
    await settled(hands);
    await hands.scan("tasks and callbacks");
    return { callbacks: promised.length };
  });

  await report.step("And in the calendar, by day and week", async () => {
    const seen = new Set();
    for (const ahead of [0, 1]) {
      const day = new Date(Date.now() + ahead * DAY_MS).toISOString().slice(0, 10);
      await hands.show(`/follow-ups?span=week&day=${day}`);
      await hands.seen(id("calendar"), /\d/);
      await settled(hands);
      const links = await hands.attributes(`${id("cal-item")} a`, "href");
      promised.filter((lead) => links.some((link) => link.endsWith(`/leads/${lead}`))).forEach((lead) => seen.add(lead));
    }
    if (seen.size !== promised.length) throw new Error(`${seen.size} of ${promised.length} callbacks are in the calendar`);
    await hands.scan("calendar of a week");
    await hands.click(id("follow-look-month"));
    await hands.seen(`${id("calendar")}.month`, /\d/);
    await hands.scan("calendar of a month");
  });
}
