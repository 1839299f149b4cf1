import assert from "node:assert/strict";
import { test } from "node:test";
import { Impairment, isSound } from "../bench/link/impairment.mjs";

const COUNT = 20_000;
const fates = (options) => {
  const link = new Impairment(options);
  return Array.from({ length: COUNT }, (_, n) => link.arrival(n * 20, true));
};
const share = (all) => all.filter((at) => at === null).length / all.length;
const runs = (all) => all.filter((at, n) => at === null && all[n - 1] !== null).length;

test("a good link passes everything at once", () => {
  assert.deepEqual(fates({}).slice(0, 3), [0, 20, 40]);
});

test("as much is lost as is asked for, in bursts of three when that is asked for", () => {
  assert.ok(Math.abs(share(fates({ loss: 0.2 })) - 0.2) < 0.01);
  const bursty = fates({ loss: 0.2, bursty: true });
  assert.ok(Math.abs(share(bursty) - 0.2) < 0.02);
  const mean = (share(bursty) * COUNT) / runs(bursty);
  assert.ok(Math.abs(mean - 3) < 0.2, `${mean}`);
});

test("jitter has its mean, and nothing overtakes", () => {
  const all = fates({ delay: 20, jitter: 15 });
  assert.ok(all.every((at, n) => n === 0 || at >= all[n - 1]));
  const alone = Array.from({ length: 2_000 }, (_, seed) => new Impairment({ jitter: 15, seed }).arrival(0, true));
  const mean = alone.reduce((sum, at) => sum + at, 0) / alone.length;
  assert.ok(Math.abs(mean - 15) < 1, `${mean}`);
});

test("the same seed gives the same trace, whatever runs beside the sound", () => {
  const [plain, busy] = [new Impairment({ loss: 0.3, seed: 5 }), new Impairment({ loss: 0.3, seed: 5 })];
  for (let n = 0; n < 500; n += 1) {
    if (n % 3 === 0) busy.arrival(n, false);
    assert.equal(busy.arrival(n, true), plain.arrival(n, true));
  }
});

test("sound is told from checks, handshakes and reports", () => {
  const packet = (first, second) => Buffer.from([first, second, ...Array(20).fill(0)]);
  assert.ok(isSound(packet(0x80, 111)) && isSound(packet(0x90, 0x80 | 111)));
  for (const [first, second] of [[0, 1], [22, 254], [0x80, 200], [0x80, 206]]) assert.ok(!isSound(packet(first, second)));
});
