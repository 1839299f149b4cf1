// The peer: two Chromium browsers in a WebRTC call with each other, without a server between them.
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { Link } from "./link/link.mjs";

const path = () => [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"].find((each) => each && existsSync(each));

/** Runs in the page. */
const PAGE = `<!doctype html><title>call</title><script>
  let line;
  const gathered = () => new Promise((done) => {
    const look = () => line.iceGatheringState === "complete" && done(line.localDescription.sdp);
    line.onicegatheringstatechange = look;
    look();
  });
  async function open(raw) {
    const audio = raw ? { echoCancellation: false, noiseSuppression: false, autoGainControl: false } : true;
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    const player = new Audio();
    line = new RTCPeerConnection();
    for (const track of stream.getTracks()) line.addTrack(track, stream);
    line.ontrack = ({ streams }) => { player.srcObject = streams[0]; player.play(); };
  }
  async function offer() { await line.setLocalDescription(); return gathered(); }
  async function answer(sdp) { await line.setRemoteDescription({ type: "offer", sdp }); await line.setLocalDescription(); return gathered(); }
  async function connect(sdp) { await line.setRemoteDescription({ type: "answer", sdp }); }
  async function figures() {
    for (const each of (await line.getStats()).values()) {
      if (each.type === "inbound-rtp") return { packets: each.packetsReceived, concealed: each.concealedSamples, all: each.totalSamplesReceived };
    }
  }
  const connected = () => new Promise((done) => {
    const look = () => (line.connectionState === "connected" ? done(true) : setTimeout(look, 5));
    look();
  });
</script>`;

async function browser(env, url, raw) {
  const executablePath = path();
  if (!executablePath) throw new Error("no Chromium: apt-get install chromium, or set CHROMIUM to its path");
  const server = await chromium.launchServer({
    executablePath, env: { ...process.env, ...env }, ignoreDefaultArgs: ["--mute-audio"],
    args: ["--no-sandbox", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns"],
  });
  const page = await (await chromium.connect(server.wsEndpoint())).newPage();
  await page.goto(url);
  await page.evaluate(`open(${raw})`);
  return { server, page, pid: server.process().pid };
}

const CANDIDATE = /^a=candidate:\S+ \d+ udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host.*\r\n/gim;

/** A description without its own addresses; with `link`, the link's stands in their place. */
const elsewhere = (sdp, link) => {
  const [whole, address, port] = [...sdp.matchAll(CANDIDATE)][0];
  const there = link ? whole.replace(` ${address} ${port} `, ` ${link.address} ${link.port} `) : "";
  const bare = sdp.replace(/^a=candidate:.*\r\n/gim, "").replace(/^a=end-of-candidates\r\n/gim, "");
  return link ? bare.replace(/^(m=audio .*\r\n)/im, `$1${there}`) : bare;
};

/**
 * A call between two browsers on two headsets. `near` and `far` are the environments that choose the headsets; `onLink`: all
 * between them goes over a `Link`, whose only device is the near browser. `raw`: nothing is done to the microphone's sound.
 */
export class ChromiumCall {
  static async open({ near, far, onLink = false, raw = false }) {
    const call = new ChromiumCall();
    call.site = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(PAGE));
    await new Promise((done) => call.site.listen(0, "127.0.0.1", done));
    // The loopback address counts as secure, which a microphone needs.
    const url = `http://127.0.0.1:${call.site.address().port}/`;
    call.near = await browser(near, url, raw);
    call.far = await browser(far, url, raw);
    const [a, b] = [call.near.page, call.far.page];
    const offer = await a.evaluate("offer()");
    const answer = await b.evaluate(`answer(${JSON.stringify(onLink ? elsewhere(offer) : offer)})`);
    await a.evaluate(`connect(${JSON.stringify(onLink ? elsewhere(answer, await call.#overLink(answer)) : answer)})`);
    await Promise.all([a.evaluate("connected()"), b.evaluate("connected()")]);
    return call;
  }

  async #overLink(answer) {
    const [, address, port] = [...answer.matchAll(CANDIDATE)][0];
    this.link = await Link.open({ listen: { address, port: 0 }, to: { address, port: Number(port) } });
    return this.link.listens;
  }

  /** As seen by the far browser: packets, concealed samples and all samples so far. */
  figures() {
    return this.far.page.evaluate("figures()");
  }

  weather(weather) {
    return this.link.weather(1, weather);
  }

  async tally() {
    return (await this.link.tally())[0];
  }

  async close() {
    for (const one of [this.near, this.far]) await one?.server.close();
    this.link?.close();
    this.site.close();
  }
}
