// A server with a simulated carrier, and people at their desks in real windows.
import { openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Desk } from "../desktop/desk.mjs";
import { anotherBus } from "../lib/bus.mjs";
import { openApp } from "../lib/webdriver.mjs";
import { startWorld } from "../lib/world.mjs";

export class Office {
  static async open({ out, programs }) {
    const office = new Office();
    Object.assign(office, { out, programs, apps: [] });
    office.world = await startWorld({ out, program: programs.server });
    return office;
  }

  /** The window of somebody; `at` is a name for its folder. `elsewhere`: as on another computer. */
  async start(at, { port, env = {}, elsewhere = false }) {
    if (elsewhere) this.bus ??= await anotherBus();
    const app = await openApp({
      binary: this.programs.app, args: ["--server", this.world.serverUrl], port, log: openSync(join(this.out, `${at}.log`), "a"),
      env: { SWITCHBOARD_DATA_DIR: join(this.out, at), ...(elsewhere ? this.bus.env : {}), ...env },
    });
    this.apps.push(app);
    return app;
  }

  /** A window with somebody signed in. */
  async desk(at, person, options) {
    rmSync(join(this.out, at), { recursive: true, force: true });
    const desk = new Desk(await this.start(at, options));
    await desk.signIn(person.email, person.password);
    return desk;
  }

  async agent() {
    const desk = await this.desk("agent", this.world.agent, { port: 4480 });
    await desk.app.invoke("phone_choose_device", { kind: "ringer", id: "alsa:ringer" });
    await desk.goAvailable();
    return desk;
  }

  async close() {
    for (const app of this.apps) await app.quit();
    this.bus?.close();
    await this.world.stop();
  }
}

/** A call that rings at the desk; gives it with its offer. */
export async function ringing(office, desk, script) {
  await desk.watchRing();
  const call = await office.world.call(script);
  await desk.rings();
  const { offer } = await desk.app.invoke("snapshot");
  return { ...call, offer };
}

/** The customer hangs up and the desk is free again. Answers with the call's outcome. */
export async function over(office, desk, call) {
  office.world.hangUp(call);
  const outcome = await office.world.outcome(call);
  await desk.app.gone('[data-testid="ring-card"]');
  return outcome;
}
