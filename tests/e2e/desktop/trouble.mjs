// The second call: hold, no network, a page that dies, a window put away, a transfer.
import { id } from "../lib/ids.mjs";
import { descendants, onScreen, sh } from "../lib/screen.mjs";
import { CHIRP, CHIRP_ALIKE, findAtAnySpeed, level, say, spokenLine } from "../lib/sound.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { heardByCustomer } from "./customer.mjs";

/** After something happened to the call: the measuring customer is in the ear, and the agent says a line to look for later. */
async function bothWays(speaker, line, within = 15_000) {
  const mark = speaker.mark();
  const found = await until("a chirp of the customer in the agent's ear", within, () => {
    const heard = findAtAnySpeed(CHIRP, speaker.since(mark).slice(-2 * 8000));
    return heard.match >= CHIRP_ALIKE ? heard : { notYet: JSON.stringify(heard) };
  }, 500);
  const heardAt = Date.now();
  await say(spokenLine(line));
  return { likeness: found.match, heard_at: heardAt };
}

export async function trouble(stage) {
  const { report, world, relay, app, desk, speaker } = stage;
  let secondCall;
  await report.step("A second call is answered by the keyboard", async () => {
    await app.click(id("nav-desk"));
    await desk.goAvailable();
    secondCall = await world.call("chirps");
    await desk.rings();
    report.ids.second_call = (await app.invoke("snapshot")).offer.call_id;
    await app.press("Control", "Shift", "a");
    await desk.inCall();
  });

  await report.step("Hold is silence here, and afterwards both hear each other again", async () => {
    await desk.control("hold");
    await desk.isOn("hold");
    await sleep(1_500);
    const mark = speaker.mark();
    await sleep(2_500);
    const held = level(speaker.since(mark));
    if (held > -60) throw new Error(`the agent hears ${held} dBFS on hold`);
    await desk.control("hold");
    await desk.isOff("hold");
    return bothWays(speaker, "agent-asha-4");
  });

  await report.step("Five seconds without network: the call is kept and comes back by itself", async () => {
    relay.cut();
    await app.seen(id("connection-state"), /reconnect|offline|no connection/i, 10_000);
    await sleep(5_000);
    relay.mend();
    const at = Date.now();
    const facts = await bothWays(speaker, "agent-asha-5", 30_000);
    report.figure("network back to the customer's sound, ms", facts.heard_at - at, 5_000);
    await desk.inCall();
    return facts;
  });

  await report.step("The page's process is killed: the call goes on and the page comes back", async () => {
    const page = descendants(app.app.pid).find((process) => process.name.startsWith("WebKitWebProc"));
    const at = Date.now();
    const mark = speaker.mark();
    process.kill(page.pid, "SIGKILL");
    await app.attach();
    await desk.inCall(30_000);
    report.figure("page killed to call on the screen again, ms", Date.now() - at);
    // The customer chirps once a second: most of the first three come whole when nothing was interrupted.
    await until("three and a half seconds of sound", 6_000, () => speaker.since(mark).length >= 3.5 * 8000, 200);
    const chirps = [0, 1, 2].map((second) => findAtAnySpeed(CHIRP, speaker.since(mark).slice(second * 8000, (second + 1.5) * 8000)));
    if (chirps.filter(({ match }) => match >= CHIRP_ALIKE).length < 2) throw new Error(`sound was lost with the page: ${JSON.stringify(chirps)}`);
    return { chirps };
  });

  await report.step("The mini window stands in while the main one is minimised", async () => {
    const [main] = await onScreen("^Switchboard$");
    await sh("xdotool", "windowminimize", main);
    await until("the mini window", 5_000, async () => (await onScreen("Switchboard call")).length === 1);
    await sh("xdotool", "windowactivate", main);
    await until("the mini window is gone", 5_000, async () => (await onScreen("Switchboard call")).length === 0);
  });

  await report.step("Transfer to an outside number ends the agent's part", async () => {
    await desk.control("transfer");
    await app.click(id("transfer-kind-number"));
    await app.fill(id("transfer-number"), world.outsideNumber);
    await app.click(id("transfer-submit"));
    await desk.wrapUp();
    await desk.dispose({ code: "busy" });
  });

  await report.step("The customer got the agent's words after the hold and after the cut", async () => {
    world.hangUp(secondCall);
    return heardByCustomer(world, secondCall, ["agent-asha-4", "agent-asha-5"]);
  });
}
