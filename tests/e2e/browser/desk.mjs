// One call at the agent's desk, from ring to saved outcome, by the keyboard.
import { heardInEar, turn, WHOLE, WHOLE_FROM_MICROPHONE } from "../lib/conversation.mjs";
import { id } from "../lib/ids.mjs";
import { arrived, dtmf, find, level, say, spokenLine } from "../lib/sound.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { goAvailable, newPage, pressed, signIn, tabTo } from "./people.mjs";

/** So much of a line that was not sent may look like one by chance. */
export const NOTHING = 0.3;
/** An agent takes a breath before the first word; the customer tells it from the announcement by that. */
export const BREATH_MS = 1500;
const NOTES = "Visit on Saturday at eleven. Asked for covered parking.";

export async function signedInAgent(stage) {
  if (!stage.agent) {
    stage.agent = await newPage(stage);
    await signIn(stage.agent, stage.world.agent);
  }
  stage.page = stage.agent;
  return stage.agent;
}

/** Which call the desk shows. */
export const callShown = (page) => page.locator(id("desk-call")).getAttribute("data-call");

export async function desk(stage) {
  const { report, world, ear, scan } = stage;
  let call;
  let agent;

  await report.step("Nobody is signed in: the sign-in page", async () => {
    stage.page = await newPage(stage);
    await scan.bothThemes(stage.page, "sign-in");
    await stage.page.locator(id("sign-in-email")).fill(world.agent.email);
    await stage.page.locator(id("sign-in-password")).fill("not the password");
    await stage.page.keyboard.press("Enter");
    await stage.page.locator(id("sign-in-error")).waitFor();
    await scan.bothThemes(stage.page, "sign-in refused");
  });

  await report.step("An agent signs in and takes calls in the browser", async () => {
    await stage.page.context().close();
    agent = await signedInAgent(stage);
    await goAvailable(agent);
    await scan.bothThemes(agent, "desk between calls");
  });

  await report.step("It rings: the card, in sight and hearing", async () => {
    const mark = ear.mark();
    call = await world.call("asha");
    await agent.locator(id("ring-card")).waitFor({ timeout: 60_000 });
    const ring = await until("the ring tone", 5_000, () => {
      const loud = level(ear.since(mark));
      return loud > -50 ? { loud } : { notYet: loud };
    }, 200);
    await scan.bothThemes(agent, "ring card");
    return { ring_dbfs: ring.loud };
  });

  await report.step("Answered by the keyboard, both hear each other", async () => {
    await agent.keyboard.press("Control+Shift+A");
    await agent.locator(`${id("desk-call")} ${id("timer")}`).waitFor();
    report.ids.first_call = await callShown(agent);
    await sleep(BREATH_MS);
    const heard = await turn(ear, "asha", 1);
    await agent.getByText("both sides heard").waitFor();
    report.figure("customer's line in the browser agent's ear, share", heard.share, WHOLE);
    report.figure("customer's line in the browser agent's ear, likeness", heard.likeness);
    return heard;
  });

  await report.step("Muted by the keyboard, a line is said that nobody may hear", async () => {
    await agent.keyboard.press("Control+Shift+M");
    await pressed(agent, "mute", true);
    await say(spokenLine("agent-asha-6"));
    await agent.keyboard.press("Control+Shift+M");
    await pressed(agent, "mute", false);
    return turn(ear, "asha", 2);
  });

  await report.step("Keys of the keypad reach the customer, who goes on", async () => {
    const mark = ear.mark();
    await agent.keyboard.press("Control+Shift+D");
    await agent.locator(id("keypad-dialog")).waitFor();
    await scan.bothThemes(agent, "keypad");
    await agent.keyboard.press("5");
    await agent.keyboard.press("#");
    await until("the keys are shown", 5_000, async () => (await agent.locator(id("keypad-sent")).textContent()).includes("5#"));
    await agent.keyboard.press("Escape");
    await agent.locator(id("keypad-dialog")).waitFor({ state: "detached" });
    return heardInEar(ear, "asha-3", mark, 30_000);
  });

  await report.step("On hold the agent hears nothing and the customer music", async () => {
    await agent.keyboard.press("Control+Shift+H");
    await pressed(agent, "hold", true);
    // The pieces that were under way have been played by then.
    const mark = await until("silence in the ear", 10_000, () => {
      const quiet = level(ear.since().slice(-8000)) < -60;
      return quiet ? ear.mark() : { notYet: "sound" };
    }, 200);
    await say(spokenLine("agent-asha-4"));
    const held = level(ear.since(mark));
    if (held > -60) throw new Error(`the agent hears ${held} dBFS on hold`);
    await scan.page(agent, "desk on hold");
    return { held_dbfs: held };
  });

  await report.step("After the hold both hear each other again", async () => {
    const mark = ear.mark();
    await agent.keyboard.press("Control+Shift+H");
    await pressed(agent, "hold", false);
    // The music ends, which the customer takes for the end of a sentence.
    const heard = await heardInEar(ear, "asha-4", mark, 30_000);
    report.figure("customer's line after the hold, share", heard.share, WHOLE);
    return turn(ear, "asha", 5);
  });

  await report.step("The desk in a call has no accessibility faults", () => scan.bothThemes(agent, "desk in a call"));

  await report.step("Hung up and wrapped up by the keyboard alone", async () => {
    await agent.keyboard.press("Control+Shift+E");
    await agent.locator(id("save-pause")).waitFor();
    await agent.keyboard.press("Alt+1");
    await agent.locator(id("outcome-card")).waitFor();
    await tabTo(agent, id("notes"));
    await agent.keyboard.type(NOTES);
    const sub = id("sub-disposition-wants_visit");
    await tabTo(agent, `${id("sub-disposition")} [role=radio]`);
    for (let n = 0; n < 6 && (await agent.locator(sub).getAttribute("aria-checked")) !== "true"; n += 1) await agent.keyboard.press("ArrowRight");
    await agent.locator(`${sub}[aria-checked="true"]`).waitFor();
    await until("what follows is shown", 10_000, async () => (await agent.locator(id("outcome-effects")).textContent()).trim() !== "");
    await scan.bothThemes(agent, "wrap-up");
    stage.wrapUp = await agent.screenshot({ path: `${stage.out}/wrap-up.png` });
    await agent.keyboard.press("Control+Enter");
    await agent.locator(`${id("status-menu")}[data-state="available"]`).waitFor();
  });

  await report.step("What the customer heard: the agent, the keys and music; nothing that was said muted or on hold", async () => {
    const { heard } = await world.outcome(call);
    const lines = Object.fromEntries([1, 2, 4, 5, 6].map((n) => [`agent-asha-${n}`, arrived(spokenLine(`agent-asha-${n}`), heard)]));
    const [first, second, fifth] = [1, 2, 5].map((n) => lines[`agent-asha-${n}`]);
    report.figure("browser agent's line in the customer's ear, share", first.share, WHOLE_FROM_MICROPHONE);
    report.figure("browser agent's line in the customer's ear, likeness", first.likeness);
    report.figure("browser agent's line after the hold, share", fifth.share, WHOLE_FROM_MICROPHONE);
    report.figure("line said muted, share that arrived", lines["agent-asha-6"].share, NOTHING);
    report.figure("line said on hold, share that arrived", lines["agent-asha-4"].share, NOTHING);
    const between = heard.subarray((second.at_ms + 5_000) * 8, fifth.at_ms * 8);
    let musicS = 0;
    for (let at = 0; at + 8000 <= between.length; at += 8000) if (level(between.subarray(at, at + 8000)) > -50) musicS += 1;
    report.figure("seconds of music in the hold", musicS);
    const key = find(dtmf("5", 90), between);
    report.figure("key 5 in the customer's ear, likeness", key.match, 0.8);
    if ([first, second, fifth].some(({ share }) => share < WHOLE_FROM_MICROPHONE)) throw new Error(JSON.stringify(lines));
    if (["agent-asha-4", "agent-asha-6"].some((line) => lines[line].share > NOTHING)) throw new Error(JSON.stringify(lines));
    if (musicS < 3) throw new Error(`only ${musicS} s of music`);
    if (key.match < 0.8) throw new Error(`the key 5 is not in what the customer heard: ${JSON.stringify(key)}`);
    return lines;
  });
}
