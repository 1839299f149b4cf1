// rtpengine in user space with plain RTP, set up through its control protocol. Debian package rtpengine-daemon.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { sleep } from "../../lib/wait.mjs";
import { decode, encode } from "./bencode.mjs";

const CONTROL = 22_299;
const OURS = 21_000;

const CODECS = {
  opus: { type: 111, map: "opus/48000/2" },
  pcmu: { type: 0, map: "PCMU/8000" },
};

const media = (port, { type, map }) =>
  ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", `m=audio ${port} RTP/AVP ${type}`,
    `a=rtpmap:${type} ${map}`, "a=ptime:20", "a=sendrecv", ""].join("\r\n");
const portIn = (sdp) => Number(/^m=audio (\d+)/m.exec(sdp)[1]);

export class Rtpengine {
  static async start(out) {
    const peer = new Rtpengine();
    mkdirSync(out, { recursive: true });
    const log = openSync(join(out, "rtpengine.log"), "w");
    const options = { "interface": "127.0.0.1", "listen-ng": `127.0.0.1:${CONTROL}`, "port-min": 50_000, "port-max": 59_999, "table": -1, "num-threads": 2, "log-level": 4, "config-file": "none", "pidfile": join(out, "rtpengine.pid") };
    const given = Object.entries(options).map(([key, value]) => `--${key}=${value}`);
    peer.child = spawn("rtpengine", ["--foreground", "--log-stderr", ...given], { stdio: ["ignore", log, log] });
    peer.socket = createSocket("udp4");
    await sleep(1_500);
    return peer;
  }

  get pid() {
    return this.child.pid;
  }

  async #ask(command) {
    this.asked = (this.asked ?? 0) + 1;
    const cookie = `${this.asked} `;
    this.socket.send(cookie + encode(command), CONTROL, "127.0.0.1");
    const [answer] = await once(this.socket, "message", { signal: AbortSignal.timeout(5_000) });
    const said = decode(answer.subarray(answer.indexOf(" ") + 1));
    if (said.result !== "ok") throw new Error(`rtpengine: ${JSON.stringify(said)}`);
    return said;
  }

  /** Sets up calls; the answer is the flows of both sides. Each side speaks one of `CODECS`. */
  async calls(count, one, other) {
    const flows = [];
    for (let n = 0; n < count; n += 1) {
      const [a, b] = [OURS + 2 * n, OURS + 2 * n + 1];
      const call = { "call-id": `call-${n}`, "from-tag": `a-${n}`, ICE: "remove" };
      const codec = one === other ? {} : { codec: { transcode: [CODECS[other].map.split("/")[0]], mask: [one] } };
      const offered = await this.#ask({ ...call, ...codec, command: "offer", sdp: media(a, CODECS[one]) });
      const answered = await this.#ask({ ...call, "to-tag": `b-${n}`, command: "answer", sdp: media(b, CODECS[other]) });
      flows.push({ from: `127.0.0.1:${a}`, to: `127.0.0.1:${portIn(answered.sdp)}`, sound: one, type: CODECS[one].type });
      flows.push({ from: `127.0.0.1:${b}`, to: `127.0.0.1:${portIn(offered.sdp)}`, sound: other, type: CODECS[other].type });
    }
    return flows;
  }

  async stop() {
    this.socket.close();
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }
}
