// The supervisor's monitor by the keyboard: who hears whom in listen, whisper and barge, measured in all three ears.
import { execFileSync } from "node:child_process";
import { Api } from "../lib/api.mjs";
import { heardInEar, turn, WHOLE, WHOLE_FROM_MICROPHONE } from "../lib/conversation.mjs";
import { id } from "../lib/ids.mjs";
import { arrived, Recorder, say, spokenLine } from "../lib/sound.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { goAvailable, newPage, show, signIn, tabTo } from "./people.mjs";
import { BREATH_MS, callShown, NOTHING, signedInAgent } from "./desk.mjs";

const SPEAKER = "SupervisorSpeaker";
const MICROPHONE = "SupervisorMicrophone";
/** What the supervisor says; the agent says none of it. */
const LINES = { listen: "agent-asha-2", whisper: "agent-asha-4", barge: "agent-asha-5" };

/** A second headset: `svspk`, and `svmic` that feeds its microphone. They go with the sound server. */
function plugIn() {
  const load = (...words) => execFileSync("pactl", ["load-module", ...words]);
  load("module-null-sink", "sink_name=svspk", "rate=48000", "channels=2", `sink_properties=device.description=${SPEAKER}`);
  load("module-null-sink", "sink_name=svmic", "rate=48000", "channels=2", "sink_properties=device.description=SupervisorFeed");
  load("module-remap-source", "master=svmic.monitor", "source_name=svmic_src", `source_properties=device.description=${MICROPHONE}`);
}

const speak = (line) => say(spokenLine(line), { sink: "svmic" });

async function choose(page, name, label) {
  const list = page.locator(id(name));
  const value = await until(`${label} in the list`, 10_000, async () => {
    const options = await list.locator("option").evaluateAll((all) => all.map(({ value: v, textContent }) => ({ value: v, text: textContent })));
    return options.find(({ text }) => text.includes(label))?.value ?? { notYet: JSON.stringify(options) };
  });
  await list.selectOption(value);
}

/** Waits until the words under the control say so. */
const says = (page, words) => page.locator(id("monitor-words")).filter({ hasText: words }).waitFor({ timeout: 10_000 });

export async function monitor(stage) {
  const { report, world, ear, scan } = stage;
  const agent = await signedInAgent(stage);
  let call;
  let supervisor;

  await report.step("A supervisor chooses a headset of their own", async () => {
    plugIn();
    stage.supervisorEar = await Recorder.start("svspk.monitor");
    supervisor = await newPage(stage);
    stage.supervisor = supervisor;
    stage.page = supervisor;
    await signIn(supervisor, world.supervisor);
    await show(supervisor, "/settings/devices");
    await choose(supervisor, "device-input", MICROPHONE);
    await choose(supervisor, "device-output", SPEAKER);
    await supervisor.reload();
    await supervisor.locator(id("device-output")).waitFor();
    const kept = await supervisor.locator(`${id("device-output")} option:checked`).textContent();
    if (!kept.includes(SPEAKER)) throw new Error(`after a reload the speaker is ${kept}`);
  });

  await report.step("The live list shows the call as it comes and is answered", async () => {
    await show(supervisor, "/monitor");
    await supervisor.locator(id("monitor")).waitFor();
    await goAvailable(agent);
    const { user } = await new Api(world.serverUrl).signIn(world.agent.email, world.agent.password);
    const mine = supervisor.locator(`${id("monitor-row")}[data-agent="${user.id}"]`);
    await until("the agent is in the list", 10_000, async () => (await mine.getAttribute("data-state")) === "available");
    await scan.bothThemes(supervisor, "monitor");
    call = await world.call("rohan");
    await agent.locator(id("ring-card")).waitFor({ timeout: 60_000 });
    await agent.keyboard.press("Control+Shift+A");
    await agent.locator(`${id("desk-call")} ${id("timer")}`).waitFor();
    report.ids.monitored_call = await callShown(agent);
    await sleep(BREATH_MS);
    await until("the list says so", 5_000, async () => (await mine.getAttribute("data-state")) === "on_call");
    return { row: await mine.textContent() };
  });

  await report.step("Listen, by the keyboard: the supervisor hears both, nobody hears the supervisor", async () => {
    const name = supervisor.locator(`${id("monitor-row")}[data-state="on_call"] .row-name`);
    await name.focus();
    await supervisor.keyboard.press("Enter");
    await supervisor.locator(id("monitor-pane")).waitFor();
    await tabTo(supervisor, id("monitor-mode-off"));
    await supervisor.keyboard.press("ArrowRight");
    await says(supervisor, /you hear both/i);
    const marks = { mine: stage.supervisorEar.mark(), agents: ear.mark() };
    await speak(LINES.listen);
    await turn(ear, "rohan", 1);
    const heard = { agent: arrived(spokenLine("agent-rohan-1"), stage.supervisorEar.since(marks.mine)), customer: arrived(spokenLine("rohan-1"), stage.supervisorEar.since(marks.mine)) };
    report.figure("listen: the agent in the supervisor's ear, share", heard.agent.share, WHOLE_FROM_MICROPHONE);
    report.figure("listen: the customer in the supervisor's ear, share", heard.customer.share, WHOLE);
    const leak = arrived(spokenLine(LINES.listen), ear.since(marks.agents));
    report.figure("listen: the supervisor in the agent's ear, share", leak.share, NOTHING);
    await scan.bothThemes(supervisor, "monitor listening");
    if (heard.agent.share < WHOLE_FROM_MICROPHONE || heard.customer.share < WHOLE) throw new Error(JSON.stringify(heard));
    if (leak.share > NOTHING) throw new Error(`the agent hears a listener: ${JSON.stringify(leak)}`);
    return heard;
  });

  await report.step("Whisper: the agent hears it and sees it said", async () => {
    await tabTo(supervisor, id("monitor-mode-listen"), "Shift+Tab");
    await supervisor.keyboard.press("ArrowRight");
    await says(supervisor, /only .+ hears you/i);
    const mark = ear.mark();
    await speak(LINES.whisper);
    const heard = await inEar(ear, LINES.whisper, mark);
    report.figure("whisper: the supervisor in the agent's ear, share", heard.share, WHOLE_FROM_MICROPHONE);
    await agent.locator(id("monitor-notice")).filter({ hasText: /whispers/ }).waitFor();
    await scan.bothThemes(supervisor, "monitor whispering");
    await scan.bothThemes(agent, "desk with a whisper");
    await agent.screenshot({ path: `${stage.out}/agent-in-whisper.png` });
    return heard;
  });

  await report.step("Barge needs a second press; then all hear", async () => {
    await tabTo(supervisor, id("monitor-mode-whisper"), "Shift+Tab");
    await supervisor.keyboard.press("ArrowRight");
    await says(supervisor, /press again/i);
    await supervisor.keyboard.press("Enter");
    await says(supervisor, /hears you\. .+ too/i);
    const mark = { agents: ear.mark(), mine: stage.supervisorEar.mark() };
    await speak(LINES.barge);
    const heard = await inEar(ear, LINES.barge, mark.agents);
    report.figure("barge: the supervisor in the agent's ear, share", heard.share, WHOLE_FROM_MICROPHONE);
    // The customer answers the supervisor, and both others hear it.
    const answer = { agent: await heardInEar(ear, "rohan-2", mark.agents, 30_000), supervisor: await heardInEar(stage.supervisorEar, "rohan-2", mark.mine, 10_000) };
    report.figure("barge: the customer in the supervisor's ear, share", answer.supervisor.share, WHOLE);
    await scan.bothThemes(supervisor, "monitor barging");
    return { heard, answer };
  });

  await report.step("Escape goes back to listening, and again to nothing", async () => {
    await supervisor.keyboard.press("Escape");
    await says(supervisor, /you hear both/i);
    await supervisor.keyboard.press("Escape");
    await says(supervisor, /you take no part/i);
    await agent.locator(id("monitor-notice")).waitFor({ state: "detached" });
  });

  await report.step("What is put down about a caller who was nobody known makes a lead", async () => {
    stage.page = agent;
    await agent.keyboard.press("Control+Shift+E");
    await agent.locator(id("save-pause")).waitFor();
    await agent.locator(id("find-bedrooms")).fill("3 BHK");
    await agent.keyboard.press("Alt+0");
    await agent.locator(id("all-outcomes")).waitFor();
    await scan.bothThemes(agent, "all outcomes");
    await tabTo(agent, id("all-disposition-do_not_call"));
    await agent.keyboard.press("Enter");
    await agent.locator(id("outcome-effects")).filter({ hasText: /\S/ }).waitFor();
    await agent.keyboard.press("Control+Enter");
    await agent.locator(`${id("status-menu")}[data-state="available"]`).waitFor();
    const lead = await until("the call belongs to a lead", 10_000, async () => {
      const { row } = await world.api.get(`/calls/${report.ids.monitored_call}`);
      return row.lead_id ? world.api.get(`/leads/${row.lead_id}`) : { notYet: "no lead" };
    });
    const { fields, do_not_call: leftAlone } = lead.lead ?? lead;
    if (fields.bedrooms !== "3 BHK" || !leftAlone) throw new Error(`bedrooms: ${fields.bedrooms}, do not call: ${leftAlone}`);
  });

  await report.step("The customer heard the barge and never the whisper", async () => {
    const { heard } = await world.outcome(call);
    const found = Object.fromEntries(Object.entries(LINES).map(([mode, line]) => [mode, arrived(spokenLine(line), heard)]));
    const own = arrived(spokenLine("agent-rohan-1"), heard);
    report.figure("agent in the customer's ear, share", own.share, WHOLE_FROM_MICROPHONE);
    report.figure("listen: the supervisor in the customer's ear, share", found.listen.share, NOTHING);
    report.figure("whisper: the supervisor in the customer's ear, share", found.whisper.share, NOTHING);
    report.figure("barge: the supervisor in the customer's ear, share", found.barge.share, WHOLE_FROM_MICROPHONE);
    if (found.listen.share > NOTHING || found.whisper.share > NOTHING) throw new Error(`the customer heard what was not meant for them: ${JSON.stringify(found)}`);
    if (found.barge.share < WHOLE_FROM_MICROPHONE || own.share < WHOLE_FROM_MICROPHONE) throw new Error(JSON.stringify({ ...found, own }));
    return { ...found, own };
  });
}

/** A line that came through two microphones' processing. */
const inEar = (recorder, line, mark) => until(`${line} in the ear`, 15_000, () => {
  const found = arrived(spokenLine(line), recorder.since(mark));
  return found.share >= WHOLE_FROM_MICROPHONE ? found : { notYet: JSON.stringify(found) };
}, 700);
