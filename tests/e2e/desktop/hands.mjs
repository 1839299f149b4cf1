// What a person does at a page of the real window, in the words that Chromium has too (browser/hands.mjs).
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../lib/wait.mjs";

const LIVE = ':not([aria-disabled="true"])';

export class Hands {
  /** `downloads`: the folder into which the window saves files. */
  constructor(app, downloads) {
    this.app = app;
    this.downloads = downloads;
  }

  show(address) {
    return this.app.script("location.hash = arguments[0]", [address]);
  }

  address() {
    return this.app.script("return location.hash.slice(1)");
  }

  /** The first that fits, as soon as it can be pressed. */
  click(css, within = 15_000) {
    return this.app.click(css + LIVE, within);
  }

  /** The first of these whose text holds this one. */
  async clickText(css, text) {
    const at = await until(`${css} with ${text}`, 15_000, async () => {
      const found = (await this.texts(css)).findIndex((each) => each.includes(text));
      return found >= 0 ? { found } : { notYet: "not there" };
    });
    await this.app.clickNth(css, at.found);
  }

  /** Again, when what was in the field came back: clearing it by WebDriver is not a person's typing. */
  fill(css, text) {
    return until(`${css} holds ${text}`, 15_000, async () => {
      await this.app.fill(css, text);
      const [value] = await this.values(css);
      return value === text || { notYet: value };
    });
  }

  /** As the list does when a line of it is chosen. */
  choose(css, value) {
    return until(`${value} of ${css}`, 15_000, async () => {
      await this.app.call("POST", `/element/${await this.app.find(`${css} option[value=${JSON.stringify(value)}]`)}/click`, {});
      return true;
    });
  }

  attach(css, path) {
    return this.app.giveFile(css, path);
  }

  press(combo) {
    return this.app.press(...combo.split("+"));
  }

  type(text) {
    return this.app.type(text);
  }

  count(css) {
    return this.app.count(css);
  }

  texts(css) {
    return this.app.script("return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", [css]);
  }

  attributes(css, name) {
    return this.app.script("return [...document.querySelectorAll(arguments[0])].map((each) => each.getAttribute(arguments[1]))", [css, name]);
  }

  /** What the fields hold. */
  values(css) {
    return this.app.script("return [...document.querySelectorAll(arguments[0])].map((each) => (each.type === 'checkbox' ? String(each.checked) : each.value))", [css]);
  }

  focused(css, text = "") {
    return this.app.script(`const at = document.activeElement;
      return Boolean(at && at.matches(arguments[0]) && (at.closest("label") ?? at).textContent.includes(arguments[1]));`, [css, text]);
  }

  /** The text as it is laid out: what stands on two lines is not one word. */
  seen(css, pattern = /(?:)/, within = 15_000) {
    return until(`${css} shows ${pattern}`, within, async () => {
      const [text] = await this.texts(css);
      return text !== undefined && pattern.test(text) ? { text } : { notYet: text ?? "not there" };
    }).then(({ text }) => text);
  }

  gone(css, within = 15_000) {
    return this.app.gone(css, within);
  }

  /** Presses what saves a file; its name and text. */
  async saved(css) {
    const files = () => (existsSync(this.downloads) ? readdirSync(this.downloads) : []);
    const before = files();
    await this.click(css);
    return until(`a file in ${this.downloads}`, 15_000, () => {
      const name = files().find((each) => !before.includes(each));
      const text = name ? readFileSync(join(this.downloads, name), "utf8") : "";
      return text === "" ? { notYet: files().join(", ") } : { name, text };
    }, 200);
  }

  /** Only Chromium has the rules. */
  scan() {
    return Promise.resolve();
  }
}
