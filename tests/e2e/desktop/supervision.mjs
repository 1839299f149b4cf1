// The supervisor in the monitor window: the list, and Listen, Whisper, Barge on a live call.
import { join } from "node:path";
import { WHOLE, WHOLE_FROM_MICROPHONE } from "../lib/conversation.mjs";
import { startHeadless } from "../lib/headless.mjs";
import { id } from "../lib/ids.mjs";
import { arrived, CHIRP, CHIRP_ALIKE, findAtAnySpeed, level, say, spokenLine } from "../lib/sound.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { openApp } from "../lib/webdriver.mjs";

const AGENTS_LINE = "agent-rohan-1";
const WHISPERED = "agent-asha-2";
const BARGED = "agent-asha-5";

export async function supervision(stage) {
  const { report, world, relay, out, binary, log, speaker } = stage;
  let [agent, call] = [];
  const mode = async (app, name) => {
    await app.click(id(`monitor-mode-${name}`));
    // Barge is heard by the customer, so it wants a second press.
    if (name === "barge") await app.click(id(`monitor-mode-${name}`));
    await until(`the mode is ${name}`, 10_000, () =>
      app.script(`return document.querySelector(${JSON.stringify(id(`monitor-mode-${name}`))})?.matches('[aria-checked="true"], :checked, :has(:checked)') ?? false`));
  };
  try {
    await report.step("The supervisor opens the monitor window", async () => {
      stage.app = await openApp({
        binary, log, port: 4454, args: ["--server", relay.url],
        env: { SWITCHBOARD_DATA_DIR: join(out, "supervisor-data") },
      });
      const { app } = stage;
      await app.fill(id("sign-in-email"), world.supervisor.email, 60_000);
      await app.fill(id("sign-in-password"), world.supervisor.password);
      await app.click(id("sign-in-submit"));
      await app.click(id("me-menu"), 30_000);
      await app.click(id("me-monitor-window"));
      const main = await app.call("GET", "/window");
      const handles = await until("a second window", 10_000, async () => {
        const all = await app.windows();
        return all.length === 2 ? all : { notYet: all.length };
      });
      await app.switchTo(handles.find((each) => each !== main));
      await app.seen(id("monitor"), /\S/);
    });
    const { app } = stage;

    await report.step("A call shows in the list while it is answered", async () => {
      agent = await startHeadless({ world, account: world.agent, out, says: spokenLine(AGENTS_LINE) });
      call = await world.call("chirps");
      await app.click(`${id("monitor-row")}[data-agent="${agent.user}"][data-state="on_call"] button`, 60_000);
      await app.seen(id("monitor-pane"), /\S/);
    });

    await report.step("Listen: the supervisor hears both", async () => {
      const mark = speaker.mark();
      await mode(app, "listen");
      const heard = await until("the agent's line in the supervisor's ear", 30_000, () => {
        const found = arrived(spokenLine(AGENTS_LINE), speaker.since(mark).slice(-14 * 8000));
        return found.share >= WHOLE ? found : { notYet: JSON.stringify(found) };
      }, 2_000);
      report.figure("agent's line in the supervisor's ear, share", heard.share, WHOLE);
      const customer = findAtAnySpeed(CHIRP, speaker.since(mark).slice(-4 * 8000));
      report.figure("customer's tone in the supervisor's ear, likeness", customer.match, CHIRP_ALIKE);
      if (customer.match < CHIRP_ALIKE) throw new Error(`the customer is not heard: ${JSON.stringify(customer)}`);
      return { agent: heard, customer };
    });

    await report.step("Whisper and barge are said", async () => {
      await mode(app, "whisper");
      await say(spokenLine(WHISPERED));
      await sleep(500);
      await mode(app, "barge");
      await say(spokenLine(BARGED));
      await sleep(500);
      await mode(app, "off");
      const mark = speaker.mark();
      await sleep(3_000);
      const after = level(speaker.since(mark).slice(-2 * 8000));
      if (after > -60) throw new Error(`the supervisor still hears ${after} dBFS`);
    });

    await report.step("The agent heard both, the customer only the barge", async () => {
      world.hangUp(call);
      const { heard } = await world.outcome(call);
      await agent.stop();
      const found = {
        customer: { whispered: arrived(spokenLine(WHISPERED), heard), barged: arrived(spokenLine(BARGED), heard) },
        agent: { whispered: arrived(spokenLine(WHISPERED), agent.heard()), barged: arrived(spokenLine(BARGED), agent.heard()) },
      };
      const wrong = found.customer.whispered.share >= WHOLE_FROM_MICROPHONE || found.customer.barged.share < WHOLE_FROM_MICROPHONE
        || found.agent.whispered.share < WHOLE_FROM_MICROPHONE || found.agent.barged.share < WHOLE_FROM_MICROPHONE;
      if (wrong) throw new Error(JSON.stringify(found));
      return found;
    });
    await stage.app.quit();
    stage.app = null;
  } finally {
    await agent?.stop();
  }
}
