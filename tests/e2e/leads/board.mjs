// Leads by stage: a card is carried by keys alone, and the move taken back.
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { tabTo } from "./keyboard.mjs";
import { same, settled } from "./look.mjs";

const card = (stage, lead) => `[data-stage="${stage}"] [data-card="${lead}"]`;

export async function board({ report }, hands) {
  let [from, to, lead] = [];
  const countOf = async (stage) => Number((await hands.texts(`[data-stage="${stage}"] ${id("board-count")}`))[0]?.replace("+", ""));

  await report.step("On the board a card is carried to the next stage by keys alone", async () => {
    await hands.show("/board");
    await settled(hands);
    await hands.seen(id("board-card"), /\S/);
    await hands.scan("board");
    await tabTo(hands, id("board-card"));
    const stages = await hands.attributes(id("board-column"), "data-stage");
    [lead] = await hands.attributes(`${id("board-card")}:focus`, "data-card");
    const at = (await Promise.all(stages.map((stage) => hands.count(card(stage, lead))))).indexOf(1);
    [from, to] = [stages[at], stages[at + 1]];
    const before = await Promise.all([from, to].map(countOf));
    await hands.press("Space");
    await until("the card is picked up", 5_000, async () => (await hands.attributes(`[data-card="${lead}"]`, "aria-pressed"))[0] === "true");
    await hands.press("ArrowRight");
    await hands.press("Space");
    await hands.seen(id("board-moved"), /\S/);
    await until("the card in its new column", 10_000, async () => (await hands.count(card(to, lead))) === 1);
    same(await Promise.all([from, to].map(countOf)), [before[0] - 1, before[1] + 1], "leads of both stages");
    if (!(await hands.focused(`[data-card="${lead}"]`))) throw new Error("the card that was carried has lost the focus");
    await hands.scan("board, card moved");
    return { from, to };
  });

  await report.step("The move is taken back", async () => {
    await hands.click(id("board-undo"));
    await until("the card in its old column", 10_000, async () => (await hands.count(card(from, lead))) === 1);
    await hands.gone(id("board-moved"));
  });
}
