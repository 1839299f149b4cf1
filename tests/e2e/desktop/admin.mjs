// An admin at the real window, with a folder for what is saved.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApp } from "../lib/webdriver.mjs";
import { Desk } from "./desk.mjs";
import { Hands } from "./hands.mjs";

/** A folder for downloads as desktops have one; without it they go to the home folder. */
function downloadsFolder() {
  const folder = join(process.env.HOME, "Downloads");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(process.env.XDG_CONFIG_HOME, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${folder}"\n`);
  return folder;
}

/** Opens the app at `port` with data of its own under `part`, signs the admin in, and gives their hands. */
export async function adminAt(stage, part, port) {
  const { report, world, relay, out, binary, log } = stage;
  const downloads = downloadsFolder();
  await report.step(`The admin signs in at the window (${part})`, async () => {
    stage.app = await openApp({ binary, log, port, args: ["--server", relay.url], env: { SWITCHBOARD_DATA_DIR: join(out, `${part}-data`) } });
    await new Desk(stage.app).signIn(world.admin.email, world.admin.password);
  });
  return new Hands(stage.app, downloads);
}
