// Every page: accessibility in both themes, the main ones in Hindi too, and room on a phone.
import { join } from "node:path";
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { newPage, PHONE, show, signIn, WIDE } from "./people.mjs";
import { tooWide } from "./scan.mjs";

const SETTINGS = ["users", "numbers", "queues", "campaigns", "carrier", "storage", "engines", "do_not_call", "jobs", "audit", "devices", "appearance", "keys"];
const DIALOGS = [
  ["users", "user-new"], ["queues", "queue-new"], ["numbers", "number-new"], ["campaigns", "campaign-new"],
];

/** Waits until the page has its data: nothing is loading and something is said. */
async function settled(page) {
  await page.locator("main h1, main h2").first().waitFor();
  await until("nothing is loading", 15_000, async () => (await page.locator(".skel, [aria-busy=true]").count()) === 0);
}

async function firstOf(page, mark, open) {
  await page.locator(id(mark)).first().locator("a").first().click();
  await page.locator(id(open)).waitFor();
}

/** Name and way to each page that an admin sees. */
const PAGES = {
  calls: async (page) => {
    await show(page, "/calls");
    await page.locator(id("history-row")).first().waitFor();
  },
  "no calls found": async (page) => {
    await show(page, "/calls?search=zzzz");
    await page.locator(id("history-none")).waitFor();
  },
  call: async (page) => {
    await show(page, "/calls?status=completed");
    await firstOf(page, "history-row", "call-detail");
  },
  leads: async (page) => {
    await show(page, "/leads");
    await page.locator(id("lead-row")).first().waitFor();
  },
  lead: async (page) => {
    await show(page, "/leads");
    await firstOf(page, "lead-row", "lead-page");
  },
  monitor: async (page) => {
    await show(page, "/monitor");
    await page.locator(id("monitor")).waitFor();
  },
};

export async function pages(stage) {
  const { report, world, scan, out } = stage;
  const picture = (page, name) => page.screenshot({ path: join(out, `page-${name.replaceAll(" ", "-")}.png`) });
  let admin;

  await report.step("The admin signs in", async () => {
    admin = await newPage(stage);
    stage.page = admin;
    await signIn(admin, world.admin);
  });

  for (const [name, go] of Object.entries(PAGES)) {
    await report.step(`Page: ${name}`, async () => {
      await go(admin);
      await settled(admin);
      await picture(admin, name);
      await scan.bothThemes(admin, name);
    }, { goOn: true });
  }

  for (const name of SETTINGS) {
    await report.step(`Settings: ${name}`, async () => {
      await show(admin, `/settings/${name}`);
      await settled(admin);
      await picture(admin, `settings-${name}`);
      await scan.bothThemes(admin, `settings ${name}`);
    }, { goOn: true });
  }

  for (const [name, button] of DIALOGS) {
    await report.step(`Settings: ${name}, a new one`, async () => {
      await show(admin, `/settings/${name}`);
      await settled(admin);
      await admin.locator(id(button)).click();
      await until("the form", 5_000, async () => (await admin.locator(`dialog[open], ${id("campaign-name")}`).count()) > 0);
      await picture(admin, button);
      await scan.bothThemes(admin, `settings ${button}`);
      if ((await admin.locator("dialog[open]").count()) > 0) await admin.keyboard.press("Escape");
    }, { goOn: true });
  }

  for (const [name, keys, mark] of [["find", "Control+K", "find-dialog"], ["keys", "Control+/", "key-help"]]) {
    await report.step(`Over any page: ${name}`, async () => {
      await show(admin, "/calls");
      await settled(admin);
      await admin.keyboard.press(keys);
      await admin.locator(id(mark)).waitFor();
      await picture(admin, `over-${name}`);
      await scan.bothThemes(admin, `over: ${name}`);
      await admin.keyboard.press("Escape");
      await admin.locator(id(mark)).waitFor({ state: "detached" });
    }, { goOn: true });
  }

  await report.step("In Hindi: the language changes at once and on every page", async () => {
    await show(admin, "/settings/appearance");
    await admin.locator(id("look-hi")).click();
    await admin.waitForFunction(() => document.documentElement.lang === "hi");
    for (const [name, go] of Object.entries(PAGES)) {
      await go(admin);
      await settled(admin);
      const heading = await admin.locator("main h1, main h2").first().textContent();
      const rail = await admin.locator(id("nav-calls")).textContent();
      if (!/[\u0900-\u097f]/.test(rail)) throw new Error(`${name}: the rail says ${rail}, the heading ${heading}`);
      await picture(admin, `${name} hi`);
      await scan.bothThemes(admin, `${name} in Hindi`);
    }
    await show(admin, "/settings/appearance");
    await admin.locator(id("look-en")).click();
    await admin.waitForFunction(() => document.documentElement.lang === "en");
  }, { goOn: true });

  await report.step("On a phone nothing is wider than the screen", async () => {
    await admin.setViewportSize(PHONE);
    const faults = [];
    const look = async (page, name) => {
      await settled(page);
      await picture(page, `${name} phone`);
      const wide = await tooWide(page);
      if (wide.length > 0) faults.push(`${name}: ${wide.join(", ")}`);
      await scan.page(page, `${name} on a phone`).catch((error) => faults.push(error.message));
    };
    for (const [name, go] of Object.entries(PAGES)) {
      await go(admin);
      await look(admin, name);
    }
    for (const name of ["devices", "appearance", "users"]) {
      await show(admin, `/settings/${name}`);
      await look(admin, `settings ${name}`);
    }
    await admin.setViewportSize(WIDE);
    if (faults.length > 0) throw new Error(faults.join("; "));
  }, { goOn: true });

  await report.step("The agent's own pages on a phone", async () => {
    const page = await newPage(stage, PHONE);
    stage.page = page;
    const faults = [];
    const look = async (name) => {
      await picture(page, `${name} phone`);
      const wide = await tooWide(page);
      if (wide.length > 0) faults.push(`${name}: ${wide.join(", ")}`);
      await scan.page(page, `${name} on a phone`).catch((error) => faults.push(error.message));
    };
    await look("sign-in");
    await signIn(page, world.agent);
    await page.locator(id("idle-desk")).waitFor();
    await look("agent desk");
    if (faults.length > 0) throw new Error(faults.join("; "));
  }, { goOn: true });
  report.figure("pages and states scanned", scan.pages);
}
