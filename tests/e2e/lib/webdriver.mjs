// W3C WebDriver over fetch: the few calls that the runs need, on the window of the app itself.
import { spawn } from "node:child_process";
import { until } from "./wait.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
/** Keys that type nothing (WebDriver, section 17.4.2). */
const KEYS = {
  Control: "\uE009", Shift: "\uE008", Alt: "\uE00A", Enter: "\uE007", Escape: "\uE00C", Tab: "\uE004", Space: " ", Backspace: "\uE003", End: "\uE010", Home: "\uE011",
  ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015", F6: "\uE036", F8: "\uE038", F9: "\uE039",
};

/**
 * Starts the app and attaches WebKitWebDriver to it. The app is our own child, not the driver's: a page that dies ends
 * the driver's session but not the app, and `attach` begins the next one. Ports: `port` and `port + 1`.
 */
export async function openApp({ binary, args = [], port, env = {}, log }) {
  const inspector = `127.0.0.1:${port + 1}`;
  const app = spawn(binary, args, {
    env: { ...process.env, ...env, TAURI_WEBVIEW_AUTOMATION: "true", WEBKIT_INSPECTOR_SERVER: inspector },
    stdio: ["ignore", log, log],
  });
  const driver = spawn("WebKitWebDriver", [`--port=${port}`, `--target=${inspector}`, "--replace-on-new-session"], {
    stdio: ["ignore", "ignore", log],
  });
  const window = new WebDriver(`http://127.0.0.1:${port}`, app, driver);
  try {
    // A first start on a busy machine takes its time.
    await window.attach(60_000);
  } catch (error) {
    await window.quit();
    throw error;
  }
  return window;
}

export class WebDriver {
  constructor(base, app, driver) {
    this.base = base;
    this.app = app;
    this.driver = driver;
  }

  /** Begins a session with the running app. */
  attach(within = 15_000) {
    return until("a WebDriver session with the app", within, async () => {
      if (this.app.exitCode !== null) throw new Error(`the app has ended with ${this.app.exitCode}`);
      const session = await this.send("POST", "/session", { capabilities: { alwaysMatch: {}, firstMatch: [{}] } });
      this.session = session.sessionId;
      return true;
    }, 200);
  }

  async send(method, path, body) {
    const answer = await fetch(this.base + path, {
      method,
      headers: body ? { "content-type": "application/json" } : undefined,
      body: body ? JSON.stringify(body) : undefined,
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }

  call(method, path, body) {
    return this.send(method, `/session/${this.session}${path}`, body);
  }

  async find(css) {
    return (await this.call("POST", "/element", { using: "css selector", value: css }))[ELEMENT];
  }

  async count(css) {
    return (await this.call("POST", "/elements", { using: "css selector", value: css })).length;
  }

  async text(css) {
    return this.call("GET", `/element/${await this.find(css)}/text`);
  }

  /** Waits until the element is there and takes the click. */
  click(css, within = 15_000) {
    return until(`click ${css}`, within, async () => {
      await this.call("POST", `/element/${await this.find(css)}/click`, {});
      return true;
    });
  }

  /** Takes the click on the n-th of what fits. */
  async clickNth(css, n) {
    const all = await this.call("POST", "/elements", { using: "css selector", value: css });
    await this.call("POST", `/element/${all[n][ELEMENT]}/click`, {});
  }

  /** Gives a file to an element that takes one. */
  async giveFile(css, path) {
    await this.call("POST", `/element/${await this.find(css)}/value`, { text: path });
  }

  /** Types into an element, after emptying it. */
  fill(css, text, within = 15_000) {
    return until(`fill ${css}`, within, async () => {
      const element = await this.find(css);
      await this.call("POST", `/element/${element}/clear`, {});
      await this.call("POST", `/element/${element}/value`, { text });
      return true;
    });
  }

  /** Keys pressed together, such as `["Control", "Shift", "a"]`, wherever the focus is. */
  async press(...keys) {
    const values = keys.map((key) => KEYS[key] ?? key);
    const down = values.map((value) => ({ type: "keyDown", value }));
    const up = values.toReversed().map((value) => ({ type: "keyUp", value }));
    await this.call("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }] });
    await this.call("DELETE", "/actions");
  }

  /** Types wherever the focus is. */
  async type(text) {
    const strokes = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    await this.call("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions: strokes }] });
    await this.call("DELETE", "/actions");
  }

  /** Waits for the element, and gives its text once `pattern` is in it. */
  seen(css, pattern = /(?:)/, within = 15_000) {
    return until(`${css} shows ${pattern}`, within, async () => {
      const text = await this.text(css);
      return pattern.test(text) ? { text } : { notYet: text };
    }).then(({ text }) => text);
  }

  gone(css, within = 15_000) {
    return until(`${css} is gone`, within, async () => (await this.count(css)) === 0);
  }

  script(script, args = []) {
    return this.call("POST", "/execute/sync", { script, args });
  }

  /** Calls a command of the shell as the page would. */
  async invoke(command, args = {}) {
    const [ok, value] = await this.call("POST", "/execute/async", {
      script: `const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then((v) => done([true, v]), (e) => done([false, e]));`,
      args: [command, args],
    });
    if (!ok) throw new Error(`${command}: ${JSON.stringify(value)}`);
    return value;
  }

  windows() {
    return this.call("GET", "/window/handles");
  }

  switchTo(handle) {
    return this.call("POST", "/window", { handle });
  }

  async picture() {
    return Buffer.from(await this.call("GET", "/screenshot"), "base64");
  }

  /** Ends the app as a log-out would, and waits until it is gone. Answers with its exit code. */
  async quit() {
    this.driver.kill();
    if (this.app.exitCode === null && this.app.signalCode === null) {
      const gone = new Promise((done) => this.app.once("exit", done));
      this.app.kill("SIGTERM");
      const hard = setTimeout(() => this.app.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(hard);
    }
    return this.app.exitCode;
  }
}
