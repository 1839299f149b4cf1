// A session bus beside the one of this run, as on another computer: on one bus the app runs once.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export async function anotherBus() {
  const daemon = spawn("dbus-daemon", ["--session", "--nofork", "--print-address=1"], { stdio: ["ignore", "pipe", "ignore"] });
  const address = await new Promise((done, failed) => {
    createInterface({ input: daemon.stdout }).once("line", done);
    daemon.once("error", failed);
    daemon.once("exit", (code) => failed(new Error(`the session bus ended with ${code}`)));
  });
  return { env: { DBUS_SESSION_BUS_ADDRESS: address }, close: () => daemon.kill() };
}
