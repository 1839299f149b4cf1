// The agent's desk, the supervisor's monitor and the other pages in Chromium, with an accessibility scan of each.
// Runs inside scripts/desktop.sh and scripts/virtual-audio.sh; see scripts/e2e.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { args } from "../lib/args.mjs";
import { id } from "../lib/ids.mjs";
import { Report } from "../lib/report.mjs";
import { arrived, level, Recorder, say, spokenLine } from "../lib/sound.mjs";
import { until } from "../lib/wait.mjs";
import { startWorld } from "../lib/world.mjs";

const root = new URL("../../../", import.meta.url).pathname;
const { out } = args({ out: join(root, "out/e2e/browser") });
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"].find((path) => path && existsSync(path));

const report = new Report(out, "Chromium");
const world = await startWorld({ out });
const found = [];
let browser;
let page;
report.camera = () => (page ? page.screenshot() : Promise.reject(new Error("no page yet")));

/** A page of its own for a person, signed in. */
async function signedIn({ email, password }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ["microphone"], baseURL: world.serverUrl });
  const one = await context.newPage();
  one.on("pageerror", (error) => console.log(`     page error: ${error.message}`));
  await one.goto("/");
  await one.locator(id("sign-in-email")).fill(email);
  await one.locator(id("sign-in-password")).fill(password);
  await one.locator(id("sign-in-submit")).click();
  await one.locator(id("status-menu")).waitFor();
  return one;
}

/** Fails with the rules that are broken and where. */
async function scan(one, name) {
  const { violations } = await new AxeBuilder({ page: one }).withTags(RULES).analyze();
  found.push({ name, violations });
  writeFileSync(join(out, "axe.json"), `${JSON.stringify(found, null, 2)}\n`);
  if (violations.length > 0) {
    throw new Error(violations.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 3).join(" | ")}`).join("; "));
  }
}

const theme = (one, colorScheme) => one.emulateMedia({ colorScheme, reducedMotion: "reduce" });

try {
  if (!browserPath) throw new Error("no Chromium: apt-get install chromium, or set CHROMIUM to its path");
  browser = await chromium.launch({
    executablePath: browserPath,
    // The virtual microphone and speaker are real devices to the browser; only its own question is answered for it.
    args: ["--use-fake-ui-for-media-stream", "--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
  });
  const ear = await Recorder.start("vspk.monitor");
  let agent;
  let supervisor;

  await report.step("The sign-in page has no accessibility faults", async () => {
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: world.serverUrl })).newPage();
    await page.goto("/");
    await page.locator(id("sign-in")).waitFor();
    for (const scheme of ["light", "dark"]) {
      await theme(page, scheme);
      await scan(page, `sign-in ${scheme}`);
    }
  });

  await report.step("An agent signs in and takes calls in the browser", async () => {
    agent = await signedIn(world.agent);
    page = agent;
    const available = agent.locator(`${id("status-menu")}[data-state="available"]`);
    if (!(await available.isVisible())) await agent.locator(id("go-available")).click();
    await available.waitFor();
    await scan(agent, "desk between calls");
  });

  await report.step("It rings; the card has no accessibility faults", async () => {
    await world.call("asha");
    await agent.locator(id("ring-card")).waitFor({ timeout: 60_000 });
    await scan(agent, "ring card");
    await theme(agent, "dark");
    await scan(agent, "ring card dark");
  });

  await report.step("Answered by the keyboard, both hear each other", async () => {
    const mark = ear.mark();
    await agent.keyboard.press("Control+Shift+A");
    await agent.locator(id("desk-call")).waitFor();
    await agent.locator(id("timer")).waitFor();
    await say(spokenLine("agent-asha-1"));
    const wanted = spokenLine("asha-1");
    const heard = await until("asha-1 in the agent's ear", 20_000, () => {
      const sound = ear.since(mark).slice(-14 * 8000);
      if (level(sound) < -50 || level(sound.slice(-6000)) > -55) return { notYet: "nobody has ended a sentence" };
      const best = arrived(wanted, sound);
      return best.share >= 0.7 ? best : { notYet: JSON.stringify(best) };
    }, 300);
    await scan(agent, "desk in a call dark");
    await theme(agent, "light");
    await scan(agent, "desk in a call");
    return heard;
  });

  await report.step("The supervisor listens and whispers", async () => {
    supervisor = await signedIn(world.supervisor);
    page = supervisor;
    await supervisor.goto("/#/monitor");
    await supervisor.locator(`${id("monitor-row")}[data-state="on_call"]`).first().click();
    await supervisor.locator(id("monitor-mode-listen")).click();
    await supervisor.locator(id("monitor-words")).filter({ hasText: /listen/i }).waitFor();
    for (const scheme of ["light", "dark"]) {
      await theme(supervisor, scheme);
      await scan(supervisor, `monitor ${scheme}`);
    }
    await supervisor.locator(id("monitor-mode-whisper")).click();
    await supervisor.locator(id("monitor-words")).filter({ hasText: /whisper/i }).waitFor();
    await supervisor.locator(id("monitor-mode-off")).click();
  });

  await report.step("Hang up and wrap up by the keyboard", async () => {
    page = agent;
    await agent.keyboard.press("Control+Shift+E");
    await agent.locator(id("wrap-timer")).waitFor();
    await agent.keyboard.press("Alt+1");
    await agent.locator(id("sub-disposition-wants_details")).click();
    await agent.locator(id("outcome-effects")).waitFor();
    await scan(agent, "wrap-up");
    await agent.keyboard.press("Control+Enter");
    await agent.locator(`${id("status-menu")}[data-state="available"]`).waitFor();
  });

  await report.step("History, detail, leads and settings have no accessibility faults", async () => {
    page = supervisor;
    await supervisor.goto("/#/calls");
    await supervisor.locator(id("history-row")).first().waitFor();
    await scan(supervisor, "history");
    await supervisor.locator(id("history-row")).first().click();
    await supervisor.locator(id("call-detail")).waitFor();
    await scan(supervisor, "call detail");
    await supervisor.goto("/#/leads");
    await supervisor.locator(id("lead-row")).first().waitFor();
    await scan(supervisor, "leads");
    for (const name of ["users", "numbers", "queues", "campaigns", "carrier", "storage", "engines", "do_not_call", "jobs", "audit", "devices", "appearance", "keys"]) {
      await supervisor.goto(`/#/settings/${name}`);
      await supervisor.locator("main h1, main h2").first().waitFor();
      await scan(supervisor, `settings ${name}`);
    }
  });
  ear.stop();
} catch (error) {
  if (report.failed === 0) await report.step("The run itself", () => Promise.reject(error), { goOn: true });
} finally {
  await browser?.close();
  await world.stop();
  report.close();
}
