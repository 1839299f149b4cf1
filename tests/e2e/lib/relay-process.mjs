// The relay in a process of its own, so that packets do not wait for a busy test.
import { fork } from "node:child_process";
import { Relay } from "./relay.mjs";

const self = new URL(import.meta.url).pathname;

/** As `Relay.start`, elsewhere. */
export async function startRelay(ports) {
  const child = fork(self, [JSON.stringify(ports)]);
  const url = await new Promise((done, failed) => {
    child.once("message", done);
    child.once("exit", (code) => failed(new Error(`the relay ended with ${code}`)));
  });
  return { url, cut: () => child.send("cut"), mend: () => child.send("mend"), close: () => child.kill() };
}

if (process.argv[1] === self) {
  const relay = await Relay.start(JSON.parse(process.argv[2]));
  process.on("message", (word) => relay[word]());
  process.send(relay.url);
}
