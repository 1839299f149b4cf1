// Tags, an action on many leads with its undo, an export, and a view that is kept.
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { tabTo } from "../leads/keyboard.mjs";
import { same, searchLeads, settled } from "../leads/look.mjs";
import { numberOf } from "../leads/people.mjs";

const TAG = "Repeat visitor";
const VIEW = "Whom we know";
export const FAMILY = "Organdy";
const NAMES = ["Anna", "Bela", "Cora", "Dina", "Elsa", "Farah"];
const COUNT = NAMES.length;

const state = (hands, wanted) => hands.seen(`${id("bulk-progress")}[data-state="${wanted}"]`, /\S/, 30_000);

export async function tags({ report, world }, hands) {
  const tag = async () => (await world.api.get("/tags")).find((each) => each.word === TAG)?.id;
  const begin = async (kind) => {
    await hands.seen(id("bulk-dialog"), /\S/);
    await hands.choose(id("bulk-kind"), kind);
  };

  await report.step("A tag is made by the keyboard alone, and is in the list", async () => {
    for (const [n, name] of NAMES.entries()) await world.api.post("/leads", { name: `${name} ${FAMILY}`, phone: `+91${numberOf("17", n)}` });
    await hands.show("/leads");
    await settled(hands);
    await tabTo(hands, id("manage-tags"));
    await hands.press("Enter");
    await until("the field has the focus", 5_000, () => hands.focused(id("tag-word")));
    await hands.type(TAG);
    await hands.press("Enter");
    await hands.seen(`${id("tags-dialog")} ${id("tag")}`, new RegExp(TAG));
    await hands.scan("tags");
    await hands.press("Escape");
    await hands.gone(id("tags-dialog"));
    if (!(await hands.focused(id("manage-tags")))) throw new Error("the focus is lost by closing the dialog");
  });

  await report.step(`The ${COUNT} leads that were found are chosen and get the tag`, async () => {
    await searchLeads(hands, FAMILY, COUNT);
    await hands.click(id("lead-pick-all"));
    await hands.seen(id("bulk-chosen"), new RegExp(String(COUNT)));
    await hands.click(id("bulk-do-chosen"));
    await begin("add_tag");
    await hands.choose(id("bulk-subject"), await tag());
    await hands.scan("action on many leads");
    await hands.click(id("bulk-start"));
    await hands.gone(id("bulk-dialog"));
    await state(hands, "done");
    await until("the tag at each lead", 15_000, async () => (await hands.count(`${id("lead-row")} ${id("tag")}`)) === COUNT);
    await hands.scan("leads with a tag");
    return { counts: await hands.seen(id("bulk-counts"), /\d/) };
  });

  await report.step("Who has the tag is kept as a view, and found again by it", async () => {
    await hands.show("/leads");
    await hands.choose(id("leads-tag"), await tag());
    await until("the leads with the tag", 15_000, async () => (await hands.count(id("lead-row"))) === COUNT);
    await hands.click(id("view-save"));
    await hands.fill(id("view-name"), VIEW);
    await hands.click(id("edit-save"));
    await hands.gone(id("edit-dialog"));
    await hands.seen(`${id("view-pick")} option:checked`, new RegExp(VIEW));
    await hands.show("/leads");
    await until("all leads", 15_000, async () => (await hands.count(id("lead-row"))) > COUNT);
    const [view] = (await world.api.get("/lead-views")).filter((each) => each.name === VIEW);
    await hands.choose(id("view-pick"), view.id);
    await until("the leads of the view", 15_000, async () => (await hands.count(id("lead-row"))) === COUNT);
    await hands.scan("view of leads");
  });

  await report.step("They are taken away as a file", async () => {
    await hands.click(id("bulk-do-all"));
    await begin("export");
    await hands.click(id("bulk-start"));
    await state(hands, "done");
    const { name, text } = await hands.saved(id("bulk-file"));
    same(text.split("\n").filter((line) => line.includes(FAMILY)).length, COUNT, "rows of the file");
    return { name };
  });

  await report.step("A lead loses the tag on its page and gets it again", async () => {
    await hands.click(`${id("lead-row")} .row-link`);
    await hands.seen(`${id("lead-tags")} ${id("tag")}`, new RegExp(TAG));
    await hands.click(`${id("lead-tags")} ${id("tag-remove")}`);
    await hands.gone(`${id("lead-tags")} ${id("tag")}`);
    await hands.choose(id("tag-give"), await tag());
    await hands.seen(`${id("lead-tags")} ${id("tag")}`, new RegExp(TAG));
    await hands.scan("lead with a tag");
  });

  await report.step("An action is undone: the leads have their owner of before", async () => {
    await searchLeads(hands, FAMILY, COUNT);
    await hands.click(id("bulk-do-all"));
    await begin("assign");
    const { id: agent } = (await world.api.get("/users")).items.find((each) => each.name === world.agent.name);
    await hands.choose(id("bulk-subject"), agent);
    await hands.click(id("bulk-start"));
    await state(hands, "done");
    await hands.seen(id("lead-row"), new RegExp(world.agent.name));
    await hands.click(id("bulk-undo"));
    await state(hands, "undone");
    await until("no owner again", 15_000, async () => !(await hands.texts(id("lead-row"))).some((row) => row.includes(world.agent.name)));
    await hands.scan("action undone");
  });
}
