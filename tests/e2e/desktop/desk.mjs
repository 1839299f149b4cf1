// What an agent does at the desk, in words of the desk. Each waits until the screen shows that it is so.
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";

export class Desk {
  constructor(app) {
    this.app = app;
  }

  async signIn(email, password) {
    await this.app.fill(id("sign-in-email"), email, 60_000);
    await this.app.fill(id("sign-in-password"), password);
    await this.app.click(id("sign-in-submit"));
    await this.app.seen(id("status-menu"), /\S/, 30_000);
  }

  /** The state that the bar shows: `available`, `on_call`, ... */
  state() {
    return this.app.script(`return document.querySelector(${JSON.stringify(id("status-menu"))})?.dataset.state ?? "none"`);
  }

  inState(wanted, within = 20_000) {
    return until(`the agent is ${wanted}`, within, async () => {
      const state = await this.state();
      return state === wanted ? true : { notYet: state };
    });
  }

  /** Takes calls from now on. */
  async goAvailable() {
    await until("the agent is available", 30_000, async () => {
      const state = await this.state();
      if (state === "available") return true;
      if ((await this.app.count(id("go-available"))) > 0) await this.app.click(id("go-available"), 2_000);
      return { notYet: state };
    }, 300);
  }

  /** Notes the moment at which a ring card is painted; read it with `paintedAt`. */
  watchRing() {
    return this.app.script(`
      window.ringPaintedAt = null;
      const look = () => {
        if (!document.querySelector(${JSON.stringify(id("ring-card"))})) return false;
        requestAnimationFrame(() => requestAnimationFrame(() => { window.ringPaintedAt = Date.now(); }));
        return true;
      };
      if (!look()) new MutationObserver((_, seen) => { if (look()) seen.disconnect(); }).observe(document.body, { childList: true, subtree: true });
    `);
  }

  paintedAt() {
    return until("the time at which the ring card was painted", 5_000, () => this.app.script("return window.ringPaintedAt"));
  }

  async rings(within = 60_000) {
    return this.app.seen(id("ring-card"), /\S/, within);
  }

  async inCall(within = 15_000) {
    return this.app.seen(`${id("desk-call")} ${id("timer")}`, /\d:\d\d/, within);
  }

  control(name) {
    return this.app.click(id(name));
  }

  isOn(name) {
    return until(`${name} is on`, 10_000, () => this.app.script(`return document.querySelector(${JSON.stringify(id(name))})?.getAttribute("aria-pressed") === "true"`));
  }

  isOff(name) {
    return until(`${name} is off`, 10_000, () => this.app.script(`return document.querySelector(${JSON.stringify(id(name))})?.getAttribute("aria-pressed") === "false"`));
  }

  /** Chooses an outcome with its part, writes notes, and saves. The strip is then empty again. */
  async dispose({ code, sub, notes }) {
    await this.app.click(id(`disposition-${code}`));
    if (sub) await this.app.click(id(`sub-disposition-${sub}`));
    if (notes) await this.app.fill(id("notes"), notes);
    await this.app.seen(id("outcome-effects"), /\S/);
    await this.app.click(id("save-next"));
    await this.inState("available");
  }

  async wrapUp() {
    return this.app.seen(id("wrap-timer"), /\d/, 20_000);
  }
}
