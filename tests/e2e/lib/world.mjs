// A demo server beside the window, with customers who call when told to (tests/e2e/world).
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Api } from "./api.mjs";
import { fromWav } from "./sound.mjs";

const root = new URL("../../../", import.meta.url).pathname;

export async function startWorld({ out, program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/switchboard-e2e-world") }) {
  if (!existsSync(program)) throw new Error(`${program} is not built: cargo build -p switchboard-tests`);
  mkdirSync(out, { recursive: true });
  const data = join(out, "server-data");
  rmSync(data, { recursive: true, force: true });
  const mediaPort = await freeUdpPort();
  const child = spawn(program, [data, String(mediaPort), join(root, "ui/dist")], {
    stdio: ["pipe", "pipe", openSync(join(out, "server.log"), "w")],
  });
  const world = new World(child);
  const facts = await world.next(60_000);
  Object.assign(world, facts, { mediaPort, serverUrl: `http://127.0.0.1:${facts.port}` });
  // A number that nobody has: the simulated carrier answers it as "whoever is called".
  world.outsideNumber = "+919811100099";
  world.api = new Api(world.serverUrl);
  await world.api.signIn(world.admin.email, world.admin.password);
  return world;
}

class World {
  constructor(child) {
    this.child = child;
    this.waiting = [];
    this.ended = new Promise((done) => child.once("exit", done));
    createInterface({ input: child.stdout }).on("line", (line) => this.waiting.shift()?.done(JSON.parse(line)));
    this.ended.then((code) => {
      for (const { failed } of this.waiting.splice(0)) failed(new Error(`the server ended with ${code}; see server.log`));
    });
  }

  /** The next line that the server says. */
  next(within) {
    return new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error(`no answer of the server within ${within} ms`)), within);
      const settled = (settle) => (value) => {
        clearTimeout(late);
        settle(value);
      };
      this.waiting.push({ done: settled(done), failed: settled(failed) });
    });
  }

  async tell(command, within = 10_000) {
    const answer = this.next(within);
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    const facts = await answer;
    if (facts.error) throw new Error(`${command.do}: ${facts.error}`);
    return facts;
  }

  /** A customer with this script calls the demo's number. */
  call(script) {
    return this.tell({ do: "call", script });
  }

  hangUp({ sid }) {
    return this.tell({ do: "hang_up", sid });
  }

  /** Waits for the end of the call; `said` and `heard` are the customer's samples at 8 kHz. */
  async outcome({ sid }, wav, within = 60_000) {
    const facts = await this.tell({ do: "outcome", sid, wav }, within);
    const [said, heard] = fromWav(readFileSync(wav));
    return { ...facts, said, heard };
  }

  async stop() {
    if (this.child.exitCode === null) this.child.stdin.end(`${JSON.stringify({ do: "stop" })}\n`);
    const hard = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await this.ended;
    clearTimeout(hard);
  }
}

function freeUdpPort() {
  return new Promise((done, failed) => {
    const socket = createSocket("udp4");
    socket.once("error", failed);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => done(port));
    });
  });
}
