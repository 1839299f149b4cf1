// The agent hangs up, closes the window, and ends the app.
import { id } from "../lib/ids.mjs";
import { onScreen, sh } from "../lib/screen.mjs";
import { until } from "../lib/wait.mjs";

export async function leaving(stage) {
  const { report, world, app, desk } = stage;
  await report.step("A third call is hung up by the agent", async () => {
    await world.call("not_interested");
    await desk.rings();
    await app.click(id("answer"));
    await desk.inCall();
    await desk.control("hang-up");
    await desk.wrapUp();
    await desk.dispose({ code: "wrong_number" });
  });

  await report.step("Closing the window keeps the phone; quitting ends it", async () => {
    await sh("wmctrl", "-c", "Switchboard");
    await until("the window is away", 5_000, async () => (await onScreen("^Switchboard$")).length === 0);
    if (app.app.exitCode !== null) throw new Error("the app ended with its window");
    const code = await app.quit();
    stage.app = null;
    if (code !== 0) throw new Error(`the app ended with ${code}`);
  });
}
