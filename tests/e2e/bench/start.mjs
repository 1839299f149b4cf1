// From the start of a program to its being of use.
import { spawn } from "node:child_process";
import { openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { median } from "./figures.mjs";
import { Office } from "./office.mjs";

const TIMES = 3;

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** Milliseconds until the server says that it is ready. */
async function server({ programs, out }, data) {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(programs.server, ["serve", "--data-dir", data, "--listen", `127.0.0.1:${port}`, "--media-udp", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", openSync(join(out, "serve.log"), "a")],
  });
  const ended = new Promise((done) => child.once("exit", done));
  try {
    await until("the server is ready", 20_000, async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok, 3);
    return performance.now() - began;
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/** Milliseconds until a window that was signed in before shows the desk. */
async function app(office) {
  const began = performance.now();
  const window = await office.start("agent", { port: 4480 });
  await window.seen(id("status-menu"), /\S/, 60_000);
  const ready = performance.now() - began;
  await window.quit();
  return ready;
}

export async function start(place) {
  const data = join(place.out, "serve-data");
  rmSync(data, { recursive: true, force: true });
  const firstStart = await server(place, data);
  const again = [];
  for (let n = 0; n < TIMES; n += 1) again.push(await server(place, data));
  const office = await Office.open(place);
  const opened = [];
  try {
    const desk = await office.agent();
    await desk.app.quit();
    for (let n = 0; n < TIMES; n += 1) opened.push(await app(office));
  } finally {
    await office.close();
  }
  return [
    { name: "server start to ready, first time", unit: "ms", ours: firstStart },
    { name: "server start to ready, again", unit: "ms", ours: median(again), of: again },
    { name: "app start to the desk, signed in", unit: "ms", ours: median(opened), beside: 1_500, what: "wanted for a cold disk", of: opened },
  ];
}
