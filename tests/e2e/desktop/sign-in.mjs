// The app starts, the agent signs in, and the page can do no more than it should.
import { join } from "node:path";
import { id } from "../lib/ids.mjs";
import { openApp } from "../lib/webdriver.mjs";
import { Desk } from "./desk.mjs";

export async function signIn(stage) {
  const { report, relay, world, out, log, binary } = stage;
  await report.step("The app starts and asks to sign in", async () => {
    stage.app = await openApp({
      binary, log, port: 4444, args: ["--server", relay.url],
      env: { SWITCHBOARD_DATA_DIR: join(out, "app-data") },
    });
    await stage.app.seen(id("sign-in"), /\S/, 60_000);
  });
  const { app } = stage;
  const desk = new Desk(app);
  stage.desk = desk;

  await report.step("Sign in; the refresh token is in the keychain", async () => {
    await desk.signIn(world.agent.email, world.agent.password);
    await desk.goAvailable();
    const session = await app.invoke("session_state");
    if (session.token_kept_in !== "keychain") throw new Error(`kept in ${session.token_kept_in}`);
  });

  await report.step("The page has neither network nor microphone", async () => {
    const blocked = await app.call("POST", "/execute/async", {
      script: `const done = arguments[0]; fetch(${JSON.stringify(relay.url)}).then(() => done(false), () => done(true));`, args: [],
    });
    const microphone = await app.script("return Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia)");
    if (!blocked || microphone) throw new Error(`network blocked: ${blocked}, microphone there: ${microphone}`);
  });
}
