// A new server, nobody on it yet: the set-up steps, what a wrong entry says, and the first colleague.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { openSync } from "node:fs";
import { join } from "node:path";
import { Api } from "../lib/api.mjs";
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { built } from "../lib/world.mjs";
import { signIn, WIDE } from "./people.mjs";

const ADMIN = { email: "tara@meadow.example", password: "twelve white herons" };
const AGENT = { name: "Ira Sandpiper", email: "ira@meadow.example", password: "eleven grey geese" };
const NUMBER = "+918045550177";

/** `switchboard serve` on an empty folder. */
async function startServer(out) {
  const root = new URL("../../../", import.meta.url).pathname;
  const words = ["serve", "--data-dir", join(out, "new-server"), "--listen", "127.0.0.1:0", "--media-udp", "127.0.0.1:0", "--ui-dir", join(root, "ui/dist")];
  const child = spawn(built("switchboard"), words, { stdio: ["ignore", "pipe", openSync(join(out, "new-server.log"), "w")] });
  let said = "";
  child.stdout.on("data", (chunk) => { said += chunk; });
  const url = await until("the new server", 30_000, () => said.match(/http:\/\/\S+/)?.[0]);
  return { url, stop: () => new Promise((done) => { child.once("exit", done); child.kill("SIGTERM"); }) };
}

/** A carrier that knows nobody, in Twilio's words for it. */
async function startRefusingCarrier() {
  const server = createServer((_, answer) => {
    answer.writeHead(401, { "content-type": "application/json" });
    answer.end(JSON.stringify({ code: 20003, message: "Authenticate", more_info: "https://www.twilio.com/docs/errors/20003", status: 401 }));
  });
  await new Promise((done) => { server.listen(0, "127.0.0.1", done); });
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

export async function firstRun(stage) {
  const { report, scan, out, browser } = stage;
  const server = await startServer(out);
  const carrier = await startRefusingCarrier();
  const open = async () => {
    const context = await browser.newContext({ viewport: WIDE, permissions: ["microphone"], baseURL: server.url, colorScheme: "light", reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto("/");
    return page;
  };
  try {
    const page = await open();
    stage.page = page;
    const step = (name) => page.locator(`${id("first-run")}[data-step="${name}"]`).waitFor();
    const next = () => page.locator(id("first-next")).click();

    await report.step("A new server asks who its first admin is, and says what is wrong with an entry", async () => {
      await step("you");
      await scan.bothThemes(page, "set-up, you");
      await page.locator(id("register-tenant_name")).fill("Meadow Homes");
      await page.locator(id("register-name")).fill("Tara Wagtail");
      await page.locator(id("register-email")).fill(ADMIN.email);
      await page.locator(id("register-password")).fill("short");
      await page.getByText(/7 more characters/).waitFor();
      await page.locator(id("register-password")).fill(ADMIN.password);
      await page.locator(id("register-submit")).click();
      await step("sound");
      await scan.bothThemes(page, "set-up, sound");
    });

    await report.step("A wrong carrier key is said in words", async () => {
      await next();
      await step("carrier");
      await page.locator(id("carrier-provider")).selectOption("twilio");
      await page.locator(id("carrier-account_sid")).fill(`AC${"0123456789abcdef".repeat(2)}`);
      await page.locator(id("carrier-auth_token")).fill("not the token of this account");
      await page.locator(id("carrier-public_url")).fill("https://calls.meadow.example");
      await page.locator(id("carrier-api_base")).fill(carrier.url);
      await page.locator(id("carrier-save")).click();
      await page.locator(`${id("carrier-test")}:not([aria-disabled="true"])`).click();
      const words = await page.locator(id("carrier-test-result")).textContent();
      if (!/key|token|credential|password/i.test(words)) throw new Error(`it says: ${words}`);
      await scan.bothThemes(page, "set-up, carrier");
      return { words };
    });

    await report.step("The first number shows the address for the carrier", async () => {
      await next();
      await step("number");
      await page.getByLabel("Number", { exact: true }).fill("12");
      await page.getByRole("button", { name: "Add number" }).click();
      await page.locator("[aria-invalid=true]").waitFor();
      await page.getByLabel("Number", { exact: true }).fill(NUMBER);
      await page.getByRole("button", { name: "Add number" }).click();
      await page.getByText("/webhooks/twilio/").first().waitFor();
      await scan.bothThemes(page, "set-up, number");
    });

    await report.step("The last steps, and the admin is at work", async () => {
      await next();
      await step("storage");
      await scan.bothThemes(page, "set-up, storage");
      await next();
      await step("first_call");
      await scan.bothThemes(page, "set-up, first call");
      await next();
      await page.locator(id("me-menu")).waitFor();
    });

    await report.step("The admin adds a telecaller, who signs in elsewhere", async () => {
      await page.goto("/#/settings/users");
      await page.locator(id("user-new")).click();
      await page.locator(id("user-name")).fill(AGENT.name);
      await page.locator(id("user-email")).fill(AGENT.email);
      await page.locator(id("user-role")).selectOption("telecaller");
      await page.locator(id("user-password")).fill(AGENT.password);
      await page.locator(id("edit-save")).click();
      await page.locator(id("user-row")).filter({ hasText: AGENT.name }).waitFor();
      const other = await open();
      stage.page = other;
      await other.locator(id("sign-in-email")).fill(AGENT.email);
      await other.locator(id("sign-in-password")).fill("another password");
      await other.keyboard.press("Enter");
      await other.getByRole("alert").first().waitFor();
      await scan.bothThemes(other, "sign-in refused");
      await signIn(other, AGENT);
      await other.locator(id("status-menu")).waitFor();
    });

    await report.step("A call to the number would ring both: the first queue has everybody", async () => {
      const api = new Api(server.url);
      await api.signIn(ADMIN.email, ADMIN.password);
      const [[queue], [number]] = [await api.get("/queues"), await api.get("/numbers")];
      if (number.queue_id !== queue.id || queue.member_ids.length !== 2) throw new Error(JSON.stringify({ queue, number }));
    });
  } finally {
    carrier.stop();
    await server.stop();
  }
}
