import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { Relay } from "../lib/relay.mjs";

async function world() {
  const media = createSocket("udp4");
  media.on("message", (packet, from) => media.send(`heard ${packet}`, from.port, from.address));
  await new Promise((done) => media.bind(0, "127.0.0.1", done));
  const port = media.address().port;
  const http = createServer((_, answer) => answer.end(`a=candidate:1 1 udp 1 127.0.0.1 ${port} typ host`));
  await new Promise((done) => http.listen(0, "127.0.0.1", done));
  const relay = await Relay.start({ server: http.address().port, media: port });
  return { relay, end: () => { relay.close(); media.close(); http.closeAllConnections(); http.close(); } };
}

test("answers come through with the relay's own media port in them", async () => {
  const { relay, end } = await world();
  const text = await (await fetch(relay.url)).text();
  assert.match(text, new RegExp(` ${relay.udpPort} typ host$`));
  end();
});

test("a cut stops requests and packets, and mending lets new ones through", async () => {
  const { relay, end } = await world();
  const phone = createSocket("udp4");
  const hear = async () => {
    phone.send("x", relay.udpPort, "127.0.0.1");
    return Promise.race([once(phone, "message").then(([packet]) => String(packet)), new Promise((done) => setTimeout(done, 300, "nothing"))]);
  };
  assert.equal(await hear(), "heard x");
  relay.cut();
  assert.equal(await hear(), "nothing");
  await assert.rejects(fetch(relay.url, { signal: AbortSignal.timeout(300) }));
  relay.mend();
  assert.equal(await hear(), "heard x");
  assert.equal((await fetch(relay.url)).status, 200);
  phone.close();
  end();
});
