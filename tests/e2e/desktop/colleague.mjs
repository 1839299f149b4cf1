// A call goes from the window to a colleague.
import { startHeadless } from "../lib/headless.mjs";
import { id } from "../lib/ids.mjs";
import { arrived, CHIRP, CHIRP_ALIKE, findAtAnySpeed, spokenLine } from "../lib/sound.mjs";
import { until } from "../lib/wait.mjs";
import { WHOLE } from "../lib/conversation.mjs";

const COLLEAGUES_LINE = "agent-rohan-2";

export async function colleague(stage) {
  const { report, world, app, desk, out } = stage;
  let [call, other] = [];
  try {
    await report.step("A customer is passed on to a colleague", async () => {
      call = await world.call("chirps");
      await desk.rings();
      await app.click(id("answer"));
      await desk.inCall();
      other = await startHeadless({ world, account: world.second_agent, out, says: spokenLine(COLLEAGUES_LINE) });
      await desk.control("transfer");
      await app.click(id(`transfer-target-${other.user}`));
      await app.click(id("transfer-submit"));
      await desk.wrapUp();
      await desk.dispose({ code: "wrong_number" });
    });

    await report.step("The colleague and the customer hear each other", async () => {
      await until("the colleague is on the call", 20_000, async () => {
        const agent = (await world.api.get("/agents")).find((each) => each.user_id === other.user);
        return agent.state.kind === "on_call" || { notYet: agent.state.kind };
      });
      const began = Date.now();
      await until("the colleague has said the line twice", 20_000, () => Date.now() - began > 11_000, 500);
      world.hangUp(call);
      const { heard } = await world.outcome(call);
      const line = arrived(spokenLine(COLLEAGUES_LINE), heard.slice(-14 * 8000));
      if (line.share < WHOLE) throw new Error(`the customer heard ${JSON.stringify(line)}`);
      await other.stop();
      const ear = findAtAnySpeed(CHIRP, other.heard().slice(-4 * 8000));
      if (ear.match < CHIRP_ALIKE) throw new Error(`the colleague heard ${JSON.stringify(ear)}`);
      return { line, ear };
    });
  } finally {
    await other?.stop();
  }
}
