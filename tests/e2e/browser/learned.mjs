// What is left of the call: history, detail with recording, summary, fields with their words, undo.
import { id, idOf } from "../lib/ids.mjs";
import { arrived, fromWav, spokenLine } from "../lib/sound.mjs";
import { WHOLE, WHOLE_FROM_MICROPHONE } from "../lib/conversation.mjs";
import { until } from "../lib/wait.mjs";
import { show } from "./people.mjs";

export async function learned(stage) {
  const { report, world, ear, scan, agent } = stage;
  const call = report.ids.first_call;
  stage.page = agent;

  await report.step("History shows the call with its outcome", async () => {
    await agent.locator(id("nav-calls")).click();
    const row = agent.locator(`${id("history-row")}[data-call="${call}"]`);
    await row.waitFor();
    await until("the outcome in the row", 10_000, async () => /interested/i.test(await row.textContent()));
    await scan.bothThemes(agent, "history");
    await row.locator("a").focus();
    await agent.keyboard.press("Enter");
    await agent.locator(`${id("call-detail")}[data-call="${call}"]`).waitFor();
  });

  await report.step("The summary is there, and fields with the words they came from", async () => {
    await until("the summary", 90_000, async () => /\w+ \w+/.test(await agent.locator(id("summary")).textContent({ timeout: 500 })), 500);
    await until("the recording is stored", 30_000, async () => /stored/i.test(await agent.locator(id("recording-badge")).textContent({ timeout: 500 })));
    const fields = await agent.locator(idOf("field-")).evaluateAll((all) => all.map((each) => ({
      key: each.dataset.testid, value: each.querySelector("dd.strong")?.textContent, quote: each.querySelector(".q")?.textContent,
      engine: each.querySelector(".engine")?.textContent, sure: each.querySelector(".conf")?.textContent,
    })));
    if (fields.length < 2) throw new Error(`only ${fields.length} fields`);
    const bare = fields.filter(({ value, quote, engine, sure }) => !value || !/“.+”.*\d:\d\d/.test(quote ?? "") || !engine || !/0\.\d\d|1\.00/.test(sure ?? ""));
    if (bare.length > 0) throw new Error(`without value, words, second, engine or confidence: ${JSON.stringify(bare)}`);
    const email = fields.find(({ key }) => key === "field-email");
    if (!email?.value.startsWith("a•••@")) throw new Error(`a telecaller sees the e-mail ${email?.value}`);
    await scan.bothThemes(agent, "call detail");
    return { summary: await agent.locator(id("summary")).textContent(), fields };
  });

  await report.step("The waveform is drawn; it plays by the keyboard; words lead to their second", async () => {
    const colours = await agent.locator(`${id("waveform")} canvas`).evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
      return seen.size;
    });
    if (colours < 2) throw new Error(`the waveform has ${colours} colours`);
    const place = agent.getByRole("slider").first();
    const mark = ear.mark();
    await agent.locator(idOf("field-")).first().locator(".stamp").click();
    const at = Number(await place.getAttribute("aria-valuenow"));
    if (!(at > 0)) throw new Error(`the play head stands at ${at}`);
    await place.focus();
    await agent.keyboard.press("Space");
    // The first finding is in the customer's first line, which takes six seconds.
    await until("the play head moves", 20_000, async () => Number(await place.getAttribute("aria-valuenow")) >= at + 7);
    await agent.keyboard.press("Space");
    const heard = arrived(spokenLine("asha-1"), ear.since(mark));
    report.figure("customer's line out of the player, share", heard.share, WHOLE);
    if (heard.share < WHOLE) throw new Error(JSON.stringify(heard));
    return { colours, heard };
  });

  await report.step("The lead page shows what was learned, and a second leads into the recording", async () => {
    const lead = (await world.api.get(`/calls/${call}`)).row.lead_id;
    await show(agent, `/leads/${lead}`);
    const panel = agent.locator(id("learned-last"));
    await panel.locator(id("summary")).waitFor();
    const found = await panel.evaluate((all, [fields, ...single]) => ({
      fields: [...all.querySelectorAll(fields)].map((each) => [each.dataset.testid, each.querySelector("dd.strong")?.textContent, each.querySelector(".q")?.textContent, each.querySelector(".engine")?.textContent, each.querySelector(".conf")?.textContent]),
      rest: single.map((each) => all.querySelector(each)?.textContent ?? ""),
    }), [idOf("field-"), id("summary"), id("sentiment"), id("quality"), id("next-action")]);
    if (found.fields.length < 2 || found.fields.flat().some((each) => !each)) throw new Error(`fields without a part: ${JSON.stringify(found.fields)}`);
    if (found.rest.some((each) => each === "")) throw new Error(`summary, mood, quality or next step is missing: ${JSON.stringify(found.rest)}`);
    await scan.bothThemes(agent, "lead page");
    await panel.locator(idOf("field-")).first().locator(".stamp").click();
    await agent.locator(`${id("call-detail")}[data-call="${call}"]`).waitFor();
    const at = Number(await agent.getByRole("slider").first().getAttribute("aria-valuenow"));
    if (!(at > 0)) throw new Error(`the play head stands at ${at}`);
    return { ...found, at };
  });

  await report.step("The recording holds both voices", async () => {
    const { url } = await world.api.get(`/recordings/${call}/url?format=wav`);
    const [customer, own] = fromWav(await world.api.bytes(url));
    const found = { customer: arrived(spokenLine("asha-2"), customer), agent: arrived(spokenLine("agent-asha-2"), own) };
    if (found.customer.share < WHOLE || found.agent.share < WHOLE_FROM_MICROPHONE) throw new Error(JSON.stringify(found));
    return found;
  });

  await report.step("A change to the lead is undone", async () => {
    const undo = agent.locator(id("undo"));
    const before = await undo.count();
    if (before === 0) throw new Error("the call changed nothing that can be undone");
    const row = agent.locator(id("change-row")).filter({ has: undo }).first();
    const field = await row.getAttribute("data-field");
    await row.locator(id("undo")).focus();
    await agent.keyboard.press("Enter");
    const undone = agent.locator(`${id("change-row")}[data-field="${field}"]`).getByText("Undone");
    await undone.waitFor();
    await scan.bothThemes(agent, "call detail after undo");
    return { field };
  });
}
