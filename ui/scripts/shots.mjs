// Takes a picture of each page in both themes and runs axe on it. `npm run shots -- desk calls` takes only those.
// The pages run on the fixtures of src/mocks; exit code 1 when axe finds something or a page logs an error.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { createServer } from "vite";

const WIDE = { width: 1280, height: 800 };
const TALL = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

/** name, scene, address, size, what to do before the picture */
const PAGES = [
  ["sign-in", "sign-in", "/", WIDE],
  ["first-run", "first-run", "/", WIDE],
  ["first-run-sound", "first-run", "/", WIDE, async (page) => {
    for (const key of ["tenant_name", "name"]) await page.getByTestId(`register-${key}`).fill("Cedar & Quay");
    await page.getByTestId("register-email").fill("tara@example.com");
    await page.getByTestId("register-password").fill("a long password");
    await page.getByTestId("register-submit").click();
    await page.getByTestId("device-input").waitFor();
  }],
  ["desk-idle", "idle", "/desk", WIDE],
  ["ring", "ring", "/desk", WIDE, (page) => page.getByTestId("ring-card").waitFor()],
  ["ring-unknown", "ring-unknown", "/desk", WIDE, (page) => page.getByTestId("ring-card").waitFor()],
  ["desk", "talking", "/desk", WIDE, async (page) => {
    await page.getByTestId("notes").fill("Wants covered parking and a west balcony. Worried about the distance to the metro. Husband joins the visit on Saturday.");
    await page.getByTestId("disposition-interested").click();
    await page.waitForTimeout(900);
  }],
  ["desk-unheard", "unheard", "/desk", WIDE, (page) => page.locator(".sound-figures summary").click()],
  ["desk-held", "held", "/desk", WIDE],
  ["desk-callback", "talking", "/desk", WIDE, async (page) => {
    await page.getByTestId("disposition-callback").click();
    await page.getByTestId("callback-time").fill("2026-11-25T11:30");
    await page.waitForTimeout(400);
  }],
  ["desk-transfer", "talking", "/desk", WIDE, (page) => page.getByTestId("transfer").click()],
  ["desk-keypad", "talking", "/desk", WIDE, (page) => page.getByTestId("keypad").click()],
  ["desk-outcomes", "talking", "/desk", WIDE, (page) => page.getByTestId("dispositions-all").click()],
  ["desk-wrap", "wrap", "/desk", WIDE, async (page) => {
    await page.getByTestId("save-pause").waitFor();
    await page.getByTestId("disposition-interested").click();
    await page.getByTestId("sub-disposition-wants_visit").click();
    await page.waitForTimeout(400);
  }],
  ["desk-narrow", "talking", "/desk", { width: 1024, height: 700 }],
  ["mini", "talking", "/mini", { width: 320, height: 96 }],
  ["find", "idle", "/desk", WIDE, (page) => page.keyboard.press("Control+K")],
  ["keys", "idle", "/desk", WIDE, (page) => page.keyboard.press("Control+/")],
  ["calls", "idle", "/calls", WIDE],
  ["calls-none", "idle", "/calls?search=zzz", WIDE],
  ["calls-phone", "idle", "/calls", PHONE],
  ["call-detail", "admin", "/calls/call-1", TALL],
  ["call-detail-figures", "admin", "/calls/call-1", TALL, async (page) => {
    await page.getByTestId("metric").selectOption("delay");
    await page.getByTestId("sound-table").locator("summary").click();
  }],
  ["call-detail-failed", "admin", "/calls/call-6", TALL],
  ["call-detail-phone", "idle", "/calls/call-1", PHONE],
  ["receipt", "admin", "/calls/call-1", TALL, (page) => page.getByTestId("receipt").click()],
  ["monitor", "monitor", "/monitor", WIDE, async (page) => {
    await page.getByTestId("monitor-row").first().click();
    await page.getByTestId("monitor-mode-whisper").click();
    await page.waitForTimeout(200);
  }],
  ["queue", "idle", "/queue", WIDE], ["queue-phone", "idle", "/queue", PHONE], ["queue-none", "idle", "/queue?search=zzz", WIDE],
  ["follow-ups", "idle", "/follow-ups", WIDE], ["follow-ups-phone", "idle", "/follow-ups", PHONE], ["follow-ups-week", "idle", "/follow-ups?span=week", WIDE], ["follow-ups-month", "idle", "/follow-ups?span=month", WIDE],
  ["leads", "idle", "/leads", WIDE],
  ["leads-phone", "idle", "/leads", PHONE],
  ["lead", "idle", "/leads/lead-asha", TALL],
  ["lead-phone", "idle", "/leads/lead-asha", PHONE],
  ...["devices", "appearance", "keys", "users", "queues", "numbers", "campaigns", "outcomes", "assignment", "do_not_call", "carrier", "storage", "engines", "crm", "jobs", "audit"]
    .map((page) => [`settings-${page}`, "admin", `/settings/${page}`, WIDE]),
  ["settings-devices-check", "admin", "/settings/devices", { width: 1280, height: 1500 }, async (page) => {
    await page.getByTestId("check-run").click();
    await page.getByTestId("check-verdict").waitFor();
  }],
  ["settings-queue-edit", "admin", "/settings/queues", WIDE, (page) => page.getByTestId("queue-new").click()],
  ["settings-crm-edit", "admin", "/settings/crm", WIDE, (page) => page.getByTestId("crm-change").click()],
  ["settings-user-edit", "admin", "/settings/users", WIDE, (page) => page.getByTestId("user-new").click()],
];

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const out = new URL("../shots/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });

async function scan(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
  return found.violations.flatMap((each) =>
    each.nodes.map((node) => `${each.id}: ${node.target.join(" ")} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`));
}

async function shoot(context, base, [name, scene, path, size, before], theme, locale) {
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  try {
    await page.setViewportSize(size);
    await page.goto(`${base}/?scene=${scene}&theme=${theme}&locale=${locale}#${path}`);
    await page.waitForSelector("#root > *");
    await page.waitForTimeout(700);
    if (before) await before(page);
    await page.waitForTimeout(300);
    const suffix = [theme === "dark" ? "-dark" : "", locale === "hi" ? "-hi" : ""].join("");
    await page.screenshot({ path: `${out}${name}${suffix}.png` });
    problems.push(...await scan(page));
  } catch (error) {
    problems.push(`failed: ${error.message.split("\n")[0]}`);
  }
  await page.close();
  return problems;
}

const wanted = process.argv.slice(2).filter((each) => !each.startsWith("--"));
const locales = process.argv.includes("--hi") ? ["hi"] : ["en"];
const themes = process.argv.includes("--light") ? ["light"] : ["light", "dark"];
const server = await createServer({ mode: "mock", server: { port: 5199, strictPort: false, hmr: false }, logLevel: "error" });
await server.listen();
const base = server.resolvedUrls.local[0].replace(/\/$/, "");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ deviceScaleFactor: 1, reducedMotion: "reduce" });
let failed = 0;
let taken = 0;
for (const each of PAGES.filter(([name]) => wanted.length === 0 || wanted.includes(name))) {
  for (const theme of themes) {
    for (const locale of locales) {
      const problems = await shoot(context, base, each, theme, locale);
      taken += 1;
      failed += problems.length;
      process.stdout.write(`${each[0]} ${theme} ${locale}: ${problems.length === 0 ? "ok" : ""}\n`);
      for (const problem of [...new Set(problems)]) process.stdout.write(`   ${problem}\n`);
    }
  }
}
await browser.close();
await server.close();
process.stdout.write(`${taken} pictures in ui/shots, ${failed} problems\n`);
process.exitCode = failed === 0 ? 0 : 1;
