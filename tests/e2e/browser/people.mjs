// People at their browsers: each has a window of their own, signed in.
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** An empty page on the product, nobody signed in. */
export async function newPage(stage, viewport = WIDE) {
  const context = await stage.browser.newContext({ viewport, permissions: ["microphone"], baseURL: stage.world.serverUrl, colorScheme: "light", reducedMotion: "reduce" });
  await context.exposeFunction("againstThePolicy", (what) => { stage.against.push(what); });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      void window.againstThePolicy(`${event.violatedDirective} ${event.blockedURI} in ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.log(`     page error: ${error.message}`));
  await page.goto("/");
  await page.locator(id("sign-in")).waitFor();
  return page;
}

export async function signIn(page, { email, password }) {
  await page.locator(id("sign-in-email")).fill(email);
  await page.locator(id("sign-in-password")).fill(password);
  await page.keyboard.press("Enter");
  await page.locator(id("status-menu")).or(page.locator(id("me-menu"))).first().waitFor();
}

/** The agent takes calls from now on. */
export async function goAvailable(page) {
  const available = page.locator(`${id("status-menu")}[data-state="available"]`);
  await until("the agent is available", 20_000, async () => {
    if (await available.isVisible()) return true;
    if (await page.locator(id("go-available")).isVisible()) await page.locator(id("go-available")).click({ timeout: 2_000 });
    return { notYet: await page.locator(id("status-menu")).getAttribute("data-state") };
  }, 300);
}

/** Goes on with the Tab key until the element that is wanted has the focus. */
export async function tabTo(page, css, key = "Tab", limit = 60) {
  for (let n = 0; n <= limit; n += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, css)) return n;
    await page.keyboard.press(key);
  }
  throw new Error(`${css} is not reached by ${limit} times ${key}`);
}

export const pressed = (page, name, on) =>
  page.locator(`${id(name)}[aria-pressed="${on}"]`).waitFor({ timeout: 10_000 });

/** Shows another page of the product by its address. */
export async function show(page, address) {
  await page.evaluate((to) => { location.hash = to; }, address);
}
