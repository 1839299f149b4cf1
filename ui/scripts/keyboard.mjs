// Plays one call by keyboard alone on the fixtures: answer, mute, hold, notes, hang up, outcome, save. Exit code 1 when
// a step does not show what it should. `npm run keyboard`
import { chromium } from "playwright-core";
import { createServer } from "vite";

const server = await createServer({ mode: "mock", server: { port: 5198, strictPort: false, hmr: false }, logLevel: "error" });
await server.listen();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const mark = (id) => page.getByTestId(id);
let failed = 0;

async function step(name, act) {
  const began = performance.now();
  try {
    await act();
    process.stdout.write(`ok    ${name} (${Math.round(performance.now() - began)} ms)\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAIL  ${name}: ${error.message.split("\n")[0]}\n`);
  }
}
const attribute = (id, name, value) => page.waitForFunction(
  ([test, key, want]) => document.querySelector(`[data-testid="${test}"]`)?.getAttribute(key) === want, [id, name, value], { timeout: 3000 });
const region = () => page.evaluate(() => document.activeElement?.closest("[data-region]")?.getAttribute("data-region") ?? "none");

await page.goto(`${server.resolvedUrls.local[0]}?scene=idle&play=1#/calls`);
await mark("history-search").focus();
await step("the card comes and the focus stays in the search", async () => {
  await mark("ring-card").waitFor({ timeout: 6000 });
  const focused = await page.evaluate(() => document.activeElement?.getAttribute("data-testid"));
  if (focused !== "history-search") throw new Error(`focus is on ${focused}`);
});
await step("Ctrl+Shift+A answers and the desk opens by itself", async () => {
  await page.keyboard.press("Control+Shift+A");
  await mark("desk-call").waitFor({ timeout: 3000 });
  await mark("ring-card").waitFor({ state: "detached", timeout: 3000 });
});
await step("Ctrl+Shift+M mutes and unmutes", async () => {
  await page.keyboard.press("Control+Shift+M");
  await attribute("mute", "aria-pressed", "true");
  await page.keyboard.press("Control+Shift+M");
  await attribute("mute", "aria-pressed", "false");
});
await step("Ctrl+Shift+H holds and takes back", async () => {
  await page.keyboard.press("Control+Shift+H");
  await attribute("hold", "aria-pressed", "true");
  await page.keyboard.press("Control+Shift+H");
  await attribute("hold", "aria-pressed", "false");
});
await step("F6 goes through the regions in reading order", async () => {
  const seen = [];
  for (let i = 0; i < 6; i += 1) {
    await page.keyboard.press("F6");
    seen.push(await region());
  }
  if (seen.join() !== "bar,rail,call,lead,help,strip") throw new Error(seen.join());
});
await step("a plain digit chooses an outcome while the strip has the focus", async () => {
  await page.keyboard.press("3");
  await attribute("disposition-callback", "aria-checked", "true");
});
await step("notes are saved as typed, digits in them choose nothing", async () => {
  await mark("notes").focus();
  await page.keyboard.type("2 BHK near town");
  await page.waitForFunction(() => /\d\d:\d\d:\d\d/.test(document.querySelector('[data-testid="notes-state"]')?.textContent ?? ""), null, { timeout: 3000 });
  await attribute("disposition-callback", "aria-checked", "true");
});
await step("the keypad sends typed digits and Esc closes it, not the call", async () => {
  await page.keyboard.press("Control+Shift+D");
  await mark("keypad-dialog").waitFor();
  await page.keyboard.type("12#");
  await page.waitForFunction(() => document.querySelector('[data-testid="keypad-sent"]')?.textContent === "12#");
  await page.keyboard.press("Escape");
  await mark("keypad-dialog").waitFor({ state: "detached" });
  await attribute("desk-call", "data-phase", "talking");
});
await step("Ctrl+Shift+E hangs up and the wrap-up counts", async () => {
  await page.keyboard.press("Control+Shift+E");
  await attribute("desk-call", "data-phase", "wrap-up");
  await mark("wrap-extend").waitFor();
});
await step("Ctrl+Shift+U gives 30 s more", async () => {
  await page.keyboard.press("Control+Shift+U");
  await page.waitForFunction(() => /0:5\d|1:0\d/.test(document.querySelector('[data-testid="wrap-timer"]')?.textContent ?? ""), null, { timeout: 3000 });
});
await step("saving waits for the time to call back, then Ctrl+Enter saves", async () => {
  await page.keyboard.press("Control+Enter");
  await attribute("desk-call", "data-phase", "wrap-up");
  await mark("callback-tomorrow_10").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Enter");
  await mark("idle-desk").waitFor({ timeout: 3000 });
});
await step("Ctrl+K searches, Enter opens the first lead", async () => {
  await page.keyboard.press("Control+K");
  await page.keyboard.type("asha");
  await mark("palette-lead").first().waitFor();
  await page.keyboard.press("Enter");
  await mark("lead-page").waitFor({ timeout: 3000 });
});
await step("Ctrl+/ shows all keys, with search", async () => {
  await page.keyboard.press("Control+/");
  await mark("keys-search").waitFor();
  await page.keyboard.type("hang");
  await page.waitForFunction(() => document.querySelectorAll(".key-list > div").length === 1);
  await page.keyboard.press("Escape");
});

await browser.close();
await server.close();
process.stdout.write(failed === 0 ? "one call by keyboard: all steps passed\n" : `${failed} steps failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
