// What a person does at a page in Chromium, in the words that the real window has too (desktop/hands.mjs).
import { readFileSync } from "node:fs";
import { until } from "../lib/wait.mjs";
import { show } from "./people.mjs";

const LIVE = ':not([aria-disabled="true"])';

export class Hands {
  constructor(page, scan) {
    this.page = page;
    this.scanner = scan;
  }

  show(address) {
    return show(this.page, address);
  }

  address() {
    return this.page.evaluate(() => location.hash.slice(1));
  }

  /** The first that fits, as soon as it can be pressed. */
  click(css, within = 15_000) {
    return this.page.locator(css + LIVE).first().click({ timeout: within });
  }

  /** The first of these whose text holds this one. */
  clickText(css, text) {
    return this.page.locator(css, { hasText: text }).first().click();
  }

  fill(css, text) {
    return this.page.locator(css).first().fill(text);
  }

  choose(css, value) {
    return this.page.locator(css).first().selectOption(value);
  }

  attach(css, path) {
    return this.page.locator(css).first().setInputFiles(path);
  }

  press(combo) {
    return this.page.keyboard.press(combo);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  count(css) {
    return this.page.locator(css).count();
  }

  texts(css) {
    return this.page.locator(css).allInnerTexts();
  }

  attributes(css, name) {
    return this.page.locator(css).evaluateAll((all, wanted) => all.map((each) => each.getAttribute(wanted)), name);
  }

  /** What the fields hold. */
  values(css) {
    return this.page.locator(css).evaluateAll((all) => all.map((each) => (each.type === "checkbox" ? String(each.checked) : each.value)));
  }

  focused(css, text = "") {
    return this.page.evaluate(([wanted, words]) => {
      const at = document.activeElement;
      return Boolean(at?.matches(wanted) && (at.closest("label") ?? at).textContent.includes(words));
    }, [css, text]);
  }

  seen(css, pattern = /(?:)/, within = 15_000) {
    return until(`${css} shows ${pattern}`, within, async () => {
      const [text] = await this.texts(css);
      return text !== undefined && pattern.test(text) ? { text } : { notYet: text };
    }, 100).then(({ text }) => text);
  }

  gone(css, within = 15_000) {
    return until(`${css} is gone`, within, async () => (await this.count(css)) === 0, 100);
  }

  /** Presses what saves a file; its name and text. */
  async saved(css) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.click(css)]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  }

  /** Accessibility rules over the page as it is, in both themes. */
  scan(name) {
    return this.scanner.bothThemes(this.page, name);
  }
}
