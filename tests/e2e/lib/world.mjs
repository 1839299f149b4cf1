// `switchboard simulate` beside the window: a demo server whose customers call when told to.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Api } from "./api.mjs";
import { fromWav } from "./sound.mjs";
import { until } from "./wait.mjs";

const root = new URL("../../../", import.meta.url).pathname;
export const built = (program) => join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", program);

/** `listen`: address of the server; `mediaUdp`: of the sound port; `env`: more variables for the server. */
export async function startWorld({ out, program = built("switchboard"), listen = "127.0.0.1:0", mediaUdp = "127.0.0.1:0", env = {} }) {
  if (!existsSync(program)) throw new Error(`${program} is not built: cargo build -p switchboard-server`);
  mkdirSync(out, { recursive: true });
  const data = join(out, "server-data");
  rmSync(data, { recursive: true, force: true });
  const arguments_ = ["simulate", "--data-dir", data, "--listen", listen, "--media-udp", mediaUdp, "--ui-dir", join(root, "ui/dist")];
  const child = spawn(program, arguments_, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", openSync(join(out, "server.log"), "w")] });
  const world = new World(child, out);
  const ready = await world.said((line) => line.ready, 60_000);
  Object.assign(world, ready.accounts, {
    serverUrl: ready.url,
    port: Number(new URL(ready.url).port),
    mediaPort: Number(ready.media.split(":").at(-1)),
    // A number that nobody has: the simulated carrier answers it as "whoever is called".
    outsideNumber: "+919811100099",
  });
  world.api = new Api(world.serverUrl);
  await world.api.signIn(world.admin.email, world.admin.password);
  return world;
}

class World {
  constructor(child, out) {
    this.child = child;
    this.out = out;
    this.calls = 0;
    this.lines = [];
    this.ended = new Promise((done) => child.once("exit", done));
    // What is no JSON is a line of the log.
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) this.lines.push(JSON.parse(line));
    });
  }

  /** Waits for a line of the server; each is taken once. */
  async said(isIt, within = 10_000) {
    const at = await until("a line of the server", within, () => {
      if (this.child.exitCode !== null) throw new Error(`the server ended with ${this.child.exitCode}; see server.log`);
      const found = this.lines.findIndex((line) => isIt(line) || line.error);
      return found >= 0 ? { found } : { notYet: "silence" };
    });
    const [line] = this.lines.splice(at.found, 1);
    if (line.error) throw new Error(`the server: ${line.error}`);
    return line;
  }

  #tell(order) {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  /** A customer with this script calls the demo's number. */
  async call(script) {
    this.calls += 1;
    const wav = join(this.out, `customer-${this.calls}-${script}.wav`);
    this.#tell({ do: "call", script, wav });
    const { placed, at_ms } = await this.said((line) => line.placed);
    return { sid: placed, wav, atMs: at_ms };
  }

  hangUp({ sid }) {
    this.#tell({ do: "hang_up", sid });
  }

  /** Waits for the end of the call; `said` and `heard` are the customer's samples at 8 kHz. */
  async outcome({ sid, wav }, within = 60_000) {
    const facts = await this.said((line) => line.over === sid, within);
    const [said, heard] = fromWav(readFileSync(wav));
    return { ...facts, said, heard };
  }

  async stop() {
    if (this.child.exitCode === null) this.child.stdin.end();
    const hard = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
    await this.ended;
    clearTimeout(hard);
  }
}
