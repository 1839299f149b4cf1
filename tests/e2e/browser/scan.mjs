// Accessibility rules over a page as it is, and room on a small screen. What was found is on the disk after each scan.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

export class Scan {
  constructor(out) {
    this.out = out;
    this.file = join(out, "axe.json");
    this.found = [];
  }

  /** Fails with the rules that are broken and where. */
  async page(page, name) {
    const { violations, passes } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    this.found.push({ name, rules_that_held: passes.length, violations });
    writeFileSync(this.file, `${JSON.stringify(this.found, null, 2)}\n`);
    // A page that shows nothing breaks no rule either.
    if (passes.length < 5) throw new Error(`${name}: only ${passes.length} rules had something to look at`);
    if (violations.length > 0) {
      throw new Error(`${name}: ${violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 3).join(" | ")}`).join("; ")}`);
    }
  }

  /** The page in both themes, by what the system asks for, with a picture of the dark one; ends light. */
  async bothThemes(page, name) {
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForFunction((dark) => (document.documentElement.dataset.theme === "dark") === dark, colorScheme === "dark");
      if (colorScheme === "dark") await page.screenshot({ path: join(this.out, `dark-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`) });
      await this.page(page, `${name} ${colorScheme}`);
    }
  }

  get pages() {
    return this.found.length;
  }
}

/**
 * What does not fit the width of the window: visible elements that reach over its edge, and boxes that scroll sideways.
 * Rows of tabs (`allowed`) may scroll.
 */
export function tooWide(page, allowed = ".set-nav") {
  return page.evaluate((rows) => {
    const name = (element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""}${[...element.classList].map((each) => `.${each}`).join("")}`;
    const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && getComputedStyle(element).clipPath === "none";
    const wide = [];
    for (const element of document.querySelectorAll("body *")) {
      if (element.closest(rows) || !shown(element)) continue;
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const scrolls = /auto|scroll/.test(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1;
      if (scrolls) wide.push(`${name(element)} scrolls ${element.scrollWidth} in ${element.clientWidth}`);
      else if (box.right > innerWidth + 1 || box.left < -1) wide.push(`${name(element)} from ${Math.round(box.left)} to ${Math.round(box.right)}`);
    }
    return wide.slice(0, 6);
  }, allowed);
}
