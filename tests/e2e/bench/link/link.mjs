// A link with bad weather between devices and one UDP address.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { until } from "../../lib/wait.mjs";

const PROGRAM = new URL("process.mjs", import.meta.url).pathname;

export class Link {
  /** `listen` and `to`: `{ address, port }`; port 0 takes a free one. */
  static async open({ listen, to }) {
    const link = new Link();
    link.lines = [];
    // As urgent as the sound server: what it adds would count as the network's.
    const nice = ["-n", process.env.SOUND_NICE ?? "-11", process.execPath, PROGRAM, JSON.stringify({ listen, to })];
    link.process = spawn("nice", nice, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: link.process.stdout }).on("line", (line) => link.lines.push(JSON.parse(line)));
    link.listens = (await link.#said("listens")).listens;
    return link;
  }

  async #said(what) {
    return until(`${what} of the link`, 10_000, () => {
      const error = this.lines.find((line) => line.error);
      if (error) throw new Error(`the link: ${error.error}`);
      const at = this.lines.findIndex((line) => what in line);
      return at < 0 ? { notYet: "silence" } : this.lines.splice(at, 1)[0];
    });
  }

  /** Waits for the next device that has not been seen before; gives its number. */
  async device() {
    return (await this.#said("device")).device;
  }

  /** The same in both directions; see impairment.mjs for what there is. */
  async weather(device, { seed = 1, ...weather }) {
    this.process.stdin.write(`${JSON.stringify({ device, up: { ...weather, seed }, down: { ...weather, seed: seed + 1 } })}\n`);
    await this.#said("weather");
  }

  /** Sound packets, those lost and bytes since the last time, for each device and direction. */
  async tally() {
    this.process.stdin.write('{"tally":true}\n');
    return (await this.#said("tally")).tally;
  }

  close() {
    this.process.kill();
  }
}
