// A link between devices and one UDP address, with the weather of bad networks on it. A process of its own, so that nothing
// else keeps its packets waiting. usage: node process.mjs '{"listen":{...},"to":{...}}'
// Devices are told apart by their ICE user name and numbered from 1 as they come. Standard input takes JSON lines:
//   {"device":1,"up":{...},"down":{...}}   the weather from now on, see impairment.mjs; up is towards `to`
//   {"tally":true}                         says what went over each device's link since the last time
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";
import { Impairment, isSound } from "./impairment.mjs";

const { listen, to } = JSON.parse(process.argv[2]);
const IDLE = 1_000;
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const now = () => performance.now();

/** The user name of a connectivity check (RFC 8489 section 14.3), `null` for other packets. */
function userName(packet) {
  if (packet.length < 20 || packet[0] > 3) return null;
  for (let at = 20; at + 4 <= packet.length; ) {
    const [type, length] = [packet.readUInt16BE(at), packet.readUInt16BE(at + 2)];
    if (type === 6) return packet.toString("utf8", at + 4, at + 4 + length);
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return null;
}

const devices = [];
const ways = new Map();
const waiting = [];
let timer;

const fresh = () => ({ packets: 0, lost: 0, bytes: 0 });

function device(name) {
  let known = devices.find((each) => each.name === name);
  if (!known) {
    known = { name, number: devices.length + 1, up: new Impairment(), down: new Impairment(), tally: { up: fresh(), down: fresh() } };
    devices.push(known);
    say({ device: known.number });
  }
  return known;
}

/** The way of one address of a device. */
function way(from, packet) {
  const key = `${from.address}:${from.port}`;
  const name = userName(packet);
  let known = ways.get(key);
  if (!known) {
    if (name === null) return null;
    const socket = createSocket("udp4");
    known = { from, socket, bound: false, early: [] };
    ways.set(key, known);
    socket.on("message", (back) => pass(known.device, "down", back, () => front.send(back, from.port, from.address)));
    socket.on("error", (error) => say({ error: error.message }));
    socket.bind(0, to.address, () => {
      known.bound = true;
      for (const send of known.early.splice(0)) send();
    });
  }
  if (name !== null) known.device = device(name);
  return known;
}

function pass(device_, direction, packet, send) {
  const sound = isSound(packet);
  const arrives = device_[direction].arrival(now(), sound);
  if (sound) {
    const tally = device_.tally[direction];
    tally.packets += 1;
    tally.bytes += packet.length;
    if (arrives === null) tally.lost += 1;
  }
  if (arrives === null) return;
  if (arrives <= now()) return send();
  // Nearly always the last place: no packet overtakes another of its way.
  let at = waiting.length;
  while (at > 0 && waiting[at - 1].arrives > arrives) at -= 1;
  waiting.splice(at, 0, { arrives, send });
  if (at === 0) wake();
}

function wake() {
  clearTimeout(timer);
  const wait = waiting.length > 0 ? waiting[0].arrives - now() : IDLE;
  timer = setTimeout(() => {
    while (waiting.length > 0 && waiting[0].arrives <= now() + 0.3) waiting.shift().send();
    wake();
  }, Math.max(0, wait));
}

const front = createSocket("udp4");
front.on("message", (packet, from) => {
  const known = way(from, packet);
  if (!known) return;
  const send = () => known.socket.send(packet, to.port, to.address);
  pass(known.device, "up", packet, () => (known.bound ? send() : known.early.push(send)));
});
front.bind(listen.port, listen.address, () => say({ listens: front.address() }));

const orders = createInterface({ input: process.stdin });
orders.on("line", (line) => {
  const order = JSON.parse(line);
  if (order.tally) {
    say({ tally: devices.map(({ number, tally }) => ({ device: number, ...tally })) });
    for (const each of devices) each.tally = { up: fresh(), down: fresh() };
    return;
  }
  const known = devices.find(({ number }) => number === order.device);
  if (!known) return say({ error: `no device ${order.device}` });
  for (const direction of ["up", "down"]) if (order[direction]) known[direction] = new Impairment(order[direction]);
  say({ weather: order.device });
});
orders.on("close", () => process.exit(0));
