// Opens the built page on the fixtures under the content policies that the server and the desktop app send, goes through
// pages, menus, tips and dialogs, and fails when the browser reports that something was against the policy.
// `npm run policy`
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";

const root = new URL("../../", import.meta.url).pathname;
const rust = readFileSync(join(root, "crates/api/src/headers.rs"), "utf8");
const policies = {
  server: /CONTENT_SECURITY_POLICY: &str = "([^"]+)"/.exec(rust)[1].replace(/\\\s+/g, ""),
  // Only what Tauri's own transport needs is said by its address here.
  app: JSON.parse(readFileSync(join(root, "src-tauri/tauri.conf.json"), "utf8")).app.security.csp,
};
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

const outDir = mkdtempSync(join(tmpdir(), "switchboard-policy-"));
await build({ mode: "mock", logLevel: "error", build: { outDir, emptyOutDir: true } });
let policy = "";
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, "http://here").pathname);
  const file = join(outDir, path === "/" ? "index.html" : path);
  try {
    const body = readFileSync(file);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": policy });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => { server.listen(0, "127.0.0.1", done); });
const address = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** What is touched in each scene: test ids, in order; what is not there is passed over, but each must be there once. */
const SCENES = [
  ["sign-in", "#/", []],
  ["idle", "#/desk", ["status-menu", "Escape", "me-menu", "Escape", "find-lead", "Escape", "nav-keys", "Escape"]],
  ["talking", "#/desk", ["transfer", "Escape", "keypad", "Escape"]],
  ["wrap", "#/desk", ["dispositions-all", "Escape"]],
  ["idle", "#/calls", []],
  ["idle", "#/leads", ["new-lead", "Escape"]],
  ["monitor", "#/monitor", []],
  ["admin", "#/settings/campaigns", ["campaign-new"]],
  ["idle", "#/settings/devices", []],
  ["idle", "#/settings/appearance", []],
];
const violations = [];
let opened = 0;
for (const [name, text] of Object.entries(policies)) {
  policy = text;
  for (const [scene, hash, touches] of SCENES) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.exposeFunction("against", (what) => { violations.push(`${name} ${scene}${hash}: ${what}`); });
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        void window.against(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
      });
    });
    await page.goto(`${address}?scene=${scene}${hash}`);
    await page.locator("#root > *").first().waitFor({ timeout: 10_000 });
    await page.waitForTimeout(300);
    for (const touch of touches) {
      if (touch === "Escape") {
        await page.keyboard.press("Escape");
        continue;
      }
      const mark = page.getByTestId(touch).first();
      if (await mark.count() === 0) continue;
      await mark.hover();
      await mark.click();
      opened += 1;
      await page.waitForTimeout(200);
    }
    await page.close();
  }
}
// The trap itself: a style that is put into the page has to be reported.
const found = violations.length;
const page = await browser.newPage();
await page.exposeFunction("against", (what) => { violations.push(what); });
await page.addInitScript(() => { document.addEventListener("securitypolicyviolation", (event) => void window.against(event.violatedDirective)); });
await page.goto(address);
await page.evaluate(() => { document.head.append(Object.assign(document.createElement("style"), { textContent: "x{}" })); });
await page.waitForTimeout(300);
const works = violations.splice(found).length > 0;
await browser.close();
server.close();
rmSync(outDir, { recursive: true, force: true });
for (const each of violations) process.stdout.write(`AGAINST ${each}\n`);
process.stdout.write(`${Object.keys(policies).length} policies, ${SCENES.length} pages each, ${opened} things opened, ${violations.length} against the policy${works ? "" : "; the trap does not work"}\n`);
process.exitCode = violations.length > 0 || opened < 16 || !works ? 1 : 0;
