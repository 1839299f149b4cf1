// An agent without a window: the real phone engine, which takes every call, says a line over and over, and keeps what it hears.
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromWav, RATE, toWav, upsampled } from "./sound.mjs";
import { until } from "./wait.mjs";
import { built } from "./world.mjs";

/** Signed in and available when the promise is kept. `says`: samples at 8 kHz; silence when left out. */
export async function startHeadless({ world, account, out, says = new Float32Array(RATE) }) {
  const folder = join(out, `agent-${account.email.split("@")[0]}`);
  mkdirSync(folder, { recursive: true });
  const [say, hear, log] = ["says.wav", "hears.wav", "phone.log"].map((name) => join(folder, name));
  writeFileSync(say, toWav(upsampled(says, 6), 48_000));
  const child = spawn(built("phone-headless"), ["--server", world.serverUrl, "--data", folder, "--say", say, "--hear", hear], {
    stdio: ["ignore", "ignore", openSync(log, "w")],
    env: { ...process.env, SWITCHBOARD_EMAIL: account.email, SWITCHBOARD_PASSWORD: account.password, NO_COLOR: "1" },
  });
  const ended = new Promise((done) => child.once("exit", done));
  const user = await until(`${account.name} at the phone`, 20_000, () => {
    if (child.exitCode !== null) throw new Error(`phone-headless ended with ${child.exitCode}; see ${log}`);
    return readFileSync(log, "utf8").match(/signed in user=(\S+)/)?.[1];
  });
  await until(`${account.name} is available`, 20_000, async () => {
    const agent = (await world.api.get("/agents")).find((each) => each.user_id === user);
    return agent?.state.kind === "available" || { notYet: agent?.state.kind };
  });
  return {
    user,
    /** What came out of the phone's speaker, at 8 kHz; only after `stop`. */
    heard: () => fromWav(readFileSync(hear))[0],
    async stop() {
      child.kill("SIGINT");
      const hard = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(hard);
    },
  };
}
