// Rules that give out leads: built by hand and by keyboard alone, tried out on real leads, switched on.
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { GROUPS, makeGuests } from "./guests.mjs";
import { counts, send } from "./import.mjs";
import { retype, tabTo } from "./keyboard.mjs";
import { openLead, same, settled } from "./look.mjs";

const editor = (rest) => `${id("rule-editor")} ${rest}`;
const field = `${editor(".cond-row")} select`;
const RULES = ["Fair to one desk", "Hindi to fewest", "Radio by turns"];
/** What each rule gives, in the order in which the drive leaves them. */
const GIVES = { [RULES[0]]: 30, [RULES[2]]: 10, [RULES[1]]: 10 };
const table = async (hands, css) => (await hands.texts(css)).map((row) => row.split("\t").map((each) => each.trim()));

export async function rules({ report, world, out }, hands) {
  const { bytes, guests } = makeGuests();
  const [first, second, third] = [world.agent.name, world.second_agent.name, "Kabir Bluegate"];
  const agents = (name) => hands.clickText(editor(".pick label"), name);

  await report.step("The next file of the same stall is mapped as the one before; sixty guests are taken in", async () => {
    await send(hands, out, "guests.csv", bytes);
    await hands.seen(id("import-remembered"), /\S/);
    same((await hands.values(id("import-target")))[7], "source", "where the column goes that was mapped by hand");
    await hands.click(id("import-rehearse"));
    await hands.seen(id("import-state"), /rehearsed/i, 30_000);
    await hands.click(id("import-start"));
    await hands.seen(id("import-state"), /^imported/i, 30_000);
    same((await counts(hands)).new, guests.length, "new leads");
  });

  await report.step("Two rules are built: what came by the fair to one agent, Hindi to whoever has fewest", async () => {
    await hands.show("/settings/assignment");
    await settled(hands);
    await hands.scan("rules, none yet");
    for (const [n, [which, value]] of [["source", "Property fair"], ["language", "hi"]].entries()) {
      await hands.click(id("rule-add"));
      await hands.fill(id("rule-name"), RULES[n]);
      await hands.click(id("condition-add"));
      await hands.choose(field, which);
      await hands.fill(id("condition-values"), value);
      if (n === 1) await hands.choose(id("rule-strategy"), "least_loaded");
      for (const name of n === 0 ? [first] : [second, third]) await agents(name);
    }
    await hands.scan("rules, an editor");
    await hands.click(id("assign-save"));
    await hands.seen(".ed .page-head", /version 1/i);
  });

  await report.step("A third one by the keyboard alone: its name, its condition, its agents, its place, saved", async () => {
    await tabTo(hands, id("rule-add"));
    await hands.press("Enter");
    await tabTo(hands, id("rule-name"));
    await retype(hands, RULES[2]);
    await tabTo(hands, id("condition-add"));
    await hands.press("Enter");
    await tabTo(hands, id("condition-values"));
    await hands.type("Radio");
    for (const name of [second, third]) {
      await tabTo(hands, editor(".pick input"), { text: name });
      await hands.press("Space");
    }
    await tabTo(hands, ".rule-list button", { text: RULES[2], key: "Shift+Tab" });
    await hands.press("Alt+ArrowUp");
    const order = (await hands.texts(`${id("rule-item")} b`)).map((each) => each.replace(/^\d+\. /, ""));
    same(order, Object.keys(GIVES), "order of the rules");
    if (!(await hands.focused(".rule-list button", RULES[2]))) throw new Error("the rule that was moved has lost the focus");
    await tabTo(hands, id("assign-save"));
    await hands.press("Enter");
    await hands.seen(".ed .page-head", new RegExp(`^${RULES[2]}.*version 2`, "is"));
    if (!(await hands.focused(id("assign-save")))) throw new Error("the focus is lost by saving");
    await hands.scan("rules, three");
  });

  await report.step("Tried out on the real leads: what each rule would give, and to whom", async () => {
    await hands.click(id("dry-run"));
    await hands.seen(id("dry-run-result"), /\d/, 30_000);
    const gives = await table(hands, `${id("dry-rules")} tbody tr`);
    same(Object.fromEntries(gives.map(([name, n]) => [name, Number(n)])), GIVES, "what each rule would give");
    const [said] = await hands.texts(`${id("dry-run-result")} li`);
    if (!/gave it to .+: .+\./.test(said)) throw new Error(`why is not said: ${said}`);
    await hands.scan("rules tried out");
    return { said: said.replace(/\s+/g, " "), unowned: await hands.seen(`${id("dry-run-result")} .note`, /\d/) };
  });

  await report.step("Switched on: the leads go out, and the page says who got what", async () => {
    await hands.click(id("assign-on"));
    await hands.click(id("assign-save"));
    await hands.seen(".ed .page-head", /version 3/i);
    const got = await until("what each rule gave today", 30_000, async () => {
      await hands.click(id("figures-again"));
      const rows = await table(hands, '[data-region="figures"] tbody tr');
      const today = Object.fromEntries(rows.filter(([name]) => RULES.includes(name)).map(([name, n]) => [name, Number(n)]));
      const right = Object.entries(GIVES).every(([name, n]) => today[name] === n);
      return right ? { rows } : { notYet: JSON.stringify(today) };
    }, 300);
    const agent = got.rows.find(([name]) => name === first);
    same(Number(agent[2]), GROUPS[0].count, `what ${first} got today`);
    await hands.scan("rules, who got what");
    return { agent };
  });

  await report.step("A lead says in one sentence why it is whose it is", async () => {
    await openLead(hands, guests[0]["Visitor name"]);
    const said = await hands.seen(id("why-whose-line"), new RegExp(`“${RULES[0]}” \\(version 3\\) gave it to ${first} .+: source is Property fair`));
    await hands.scan("lead given by a rule");
    return { said: said.replace(/\s+/g, " ") };
  });
}
