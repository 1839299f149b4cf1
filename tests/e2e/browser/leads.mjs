// The pages of leads in Chromium: the admin fills the base and gives leads out, the agent works them.
import { office } from "../leads/office.mjs";
import { queue } from "../leads/queue.mjs";
import { signedInAgent } from "./desk.mjs";
import { Hands } from "./hands.mjs";
import { goAvailable, newPage, signIn } from "./people.mjs";

export async function leads(stage) {
  const { report, world, scan } = stage;
  let admin;
  await report.step("The admin signs in, for the leads", async () => {
    admin = await newPage(stage);
    stage.page = admin;
    await signIn(admin, world.admin);
  });
  await office(stage, new Hands(admin, scan));

  await report.step("The agent who was given leads takes calls", async () => {
    await goAvailable(await signedInAgent(stage));
  });
  await queue(stage, new Hands(stage.agent, scan));
}
