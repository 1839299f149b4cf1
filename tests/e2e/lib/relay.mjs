// A wire between an app and its server that can be cut: TCP and UDP on the loopback. The server names its own UDP port
// in its answers; the relay puts its own in the place, which has as many digits, so that no length changes.
import { createServer, connect } from "node:net";
import { createSocket } from "node:dgram";

export class Relay {
  constructor({ server, media }) {
    this.server = server;
    this.media = media;
    this.isCut = false;
    this.links = new Set();
    /** UDP sockets towards the server, one for each address on this side. */
    this.ways = new Map();
  }

  /** `server` and `media`: ports of the server's HTTP and UDP. */
  static async start({ server, media }) {
    const relay = new Relay({ server, media });
    await relay.#listenUdp();
    await relay.#listenTcp();
    return relay;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Nothing gets through any more, as if the cable was pulled: connections stay open and silent. */
  cut() {
    this.isCut = true;
    for (const link of this.links) link.pause();
  }

  mend() {
    this.isCut = false;
    // Connections of before are of no use: what was under way when the cable came off is gone.
    for (const link of this.links) link.destroy();
  }

  close() {
    for (const link of this.links) link.destroy();
    for (const way of this.ways.values()) way.close();
    this.tcp?.close();
    this.udp?.close();
  }

  async #listenUdp() {
    const digits = String(this.media).length;
    const [low, high] = [10 ** (digits - 1), Math.min(10 ** digits - 1, 65535)];
    for (let tries = 0; tries < 50; tries += 1) {
      const port = low + 1 + Math.floor(Math.random() * (high - low - 1));
      if (port < 1024 || port === this.media) continue;
      const socket = createSocket("udp4");
      const bound = await new Promise((done) => {
        socket.once("error", () => done(false));
        socket.bind(port, "127.0.0.1", () => done(true));
      });
      if (!bound) continue;
      this.udp = socket;
      this.udpPort = port;
      socket.on("message", (packet, from) => this.#outwards(packet, from));
      return;
    }
    throw new Error("no UDP port is free");
  }

  #outwards(packet, from) {
    if (this.isCut) return;
    const key = `${from.address}:${from.port}`;
    let way = this.ways.get(key);
    if (!way) {
      way = createSocket("udp4");
      way.on("message", (answer) => {
        if (!this.isCut) this.udp.send(answer, from.port, from.address);
      });
      way.on("error", () => {}); // the server is away; its absence shows elsewhere
      this.ways.set(key, way);
    }
    way.send(packet, this.media, "127.0.0.1");
  }

  #listenTcp() {
    this.tcp = createServer((near) => {
      if (this.isCut) {
        this.links.add(near);
        near.on("close", () => this.links.delete(near)).on("error", () => {});
        return;
      }
      const far = connect(this.server, "127.0.0.1");
      this.#join(near, far, (chunk) => chunk);
      this.#join(far, near, (chunk) => this.#readdressed(chunk));
    });
    return new Promise((done) => {
      this.tcp.listen(0, "127.0.0.1", () => {
        this.port = this.tcp.address().port;
        done();
      });
    });
  }

  #join(from, to, change) {
    this.links.add(from);
    from.on("data", (chunk) => {
      if (!this.isCut) to.write(change(chunk));
    });
    from.on("close", () => {
      this.links.delete(from);
      to.destroy();
    });
    from.on("error", () => to.destroy());
  }

  #readdressed(chunk) {
    const text = chunk.toString("latin1");
    const candidate = ` ${this.media} typ host`;
    if (!text.includes(candidate)) return chunk;
    return Buffer.from(text.replaceAll(candidate, ` ${this.udpPort} typ host`), "latin1");
  }
}
