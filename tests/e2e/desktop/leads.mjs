// The pages of leads in the real window: the admin fills the base and gives leads out, then the agent works them at the real phone.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { id } from "../lib/ids.mjs";
import { openApp } from "../lib/webdriver.mjs";
import { office } from "../leads/office.mjs";
import { queue } from "../leads/queue.mjs";
import { Desk } from "./desk.mjs";
import { Hands } from "./hands.mjs";

/** A folder for downloads as desktops have one; without it they go to the home folder. */
function downloadsFolder() {
  const folder = join(process.env.HOME, "Downloads");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(process.env.XDG_CONFIG_HOME, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${folder}"\n`);
  return folder;
}

export async function leads(stage) {
  const { report, world, relay, out, binary, log } = stage;
  const downloads = downloadsFolder();
  await report.step("The admin signs in at the window, for the leads", async () => {
    stage.app = await openApp({ binary, log, port: 4464, args: ["--server", relay.url], env: { SWITCHBOARD_DATA_DIR: join(out, "leads-data") } });
    await new Desk(stage.app).signIn(world.admin.email, world.admin.password);
  });
  const { app } = stage;
  const hands = new Hands(app, downloads);
  await office(stage, hands);

  await report.step("The admin signs out; the agent who was given leads takes calls", async () => {
    await hands.click(id("me-menu"));
    await hands.click(id("sign-out"));
    const desk = new Desk(app);
    await desk.signIn(world.agent.email, world.agent.password);
    await desk.goAvailable();
  });
  await queue(stage, hands);
  await app.quit();
  stage.app = null;
}
