// Janus with its AudioBridge and participants over plain RTP, set up through its HTTP API. Debian package janus.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../lib/wait.mjs";

const PORT = 18_088;
const OURS = 23_000;
const ROOM = 1_000;
const WANTED = { plugins: ["libjanus_audiobridge.so"], transports: ["libjanus_http.so"] };

const library = () => readdirSync("/usr/lib").map((name) => join("/usr/lib", name, "janus")).find((path) => existsSync(path));

export class Janus {
  static async start(out) {
    const peer = new Janus();
    mkdirSync(out, { recursive: true });
    const folder = library();
    const off = (kind) => readdirSync(join(folder, kind)).filter((name) => !WANTED[kind].includes(name)).join(",");
    const places = ["plugins", "transports", "events", "loggers"].map((kind) => `${kind}_folder="${join(folder, kind)}"`).join(" ");
    writeFileSync(join(out, "janus.jcfg"), `general: { configs_folder="${out}" ${places} debug_level=2 }
nat: { ice_enforce_list="lo" }
plugins: { disable="${off("plugins")}" }
transports: { disable="${off("transports")}" }
events: { broadcast=false }
`);
    writeFileSync(join(out, "janus.transport.http.jcfg"), `general: { json="compact" base_path="/janus" http=true port=${PORT} ip="127.0.0.1" https=false }
admin: { admin_http=false admin_https=false }
`);
    writeFileSync(join(out, "janus.plugin.audiobridge.jcfg"), 'general: { events=false rtp_port_range="40000-49998" local_ip="127.0.0.1" }\n');
    const log = openSync(join(out, "janus.log"), "w");
    peer.child = spawn("janus", ["-F", out, "-C", join(out, "janus.jcfg")], { stdio: ["ignore", log, log] });
    peer.base = `http://127.0.0.1:${PORT}/janus`;
    await until("Janus", 15_000, async () => (await fetch(`${peer.base}/info`)).ok);
    return peer;
  }

  get pid() {
    return this.child.pid;
  }

  async #ask(path, body) {
    this.asked = (this.asked ?? 0) + 1;
    const said = await (await fetch(this.base + path, { method: "POST", body: JSON.stringify({ ...body, transaction: `t${this.asked}` }) })).json();
    if (said.janus === "error") throw new Error(`Janus: ${said.error.reason}`);
    return said;
  }

  /** A room in which the first `talkers` of `count` speak and the others have a quiet microphone; the answer is the flows. */
  async room(count, talkers) {
    const session = (await this.#ask("", { janus: "create" })).data.id;
    const attach = async () => (await this.#ask(`/${session}`, { janus: "attach", plugin: "janus.plugin.audiobridge" })).data.id;
    const owner = await attach();
    const created = { request: "create", room: ROOM, sampling_rate: 48_000, allow_rtp_participants: true, audiolevel_ext: false };
    await this.#ask(`/${session}/${owner}`, { janus: "message", body: created });
    const handles = [];
    for (let n = 0; n < count; n += 1) {
      const handle = await attach();
      const rtp = { ip: "127.0.0.1", port: OURS + n, payload_type: 111 };
      await this.#ask(`/${session}/${handle}`, { janus: "message", body: { request: "join", room: ROOM, id: n + 1, rtp } });
      handles.push(handle);
    }
    const places = new Map();
    while (places.size < count) {
      const events = await (await fetch(`${this.base}/${session}?maxev=10`)).json();
      for (const event of [events].flat()) {
        const said = event.plugindata?.data ?? {};
        if (said.error) throw new Error(`Janus: ${said.error}`);
        if (said.audiobridge === "joined" && said.rtp) places.set(event.sender, said.rtp);
      }
    }
    return handles.map((handle, n) => {
      const { ip, port } = places.get(handle);
      return { from: `127.0.0.1:${OURS + n}`, to: `${ip}:${port}`, sound: n < talkers ? "opus" : "quiet", type: 111 };
    });
  }

  async stop() {
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }
}
