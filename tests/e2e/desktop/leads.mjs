// The pages of leads in the real window: the admin fills the base and gives leads out, then the agent works them at the real phone.
import { id } from "../lib/ids.mjs";
import { office } from "../leads/office.mjs";
import { queue } from "../leads/queue.mjs";
import { adminAt } from "./admin.mjs";
import { Desk } from "./desk.mjs";

export async function leads(stage) {
  const { report, world } = stage;
  const hands = await adminAt(stage, "leads", 4464);
  const { app } = stage;
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
