// What a bad network does to packets: loss, delay, jitter. Seeded: the same seed and the same packets fare the same.

/** Numbers from 0 to 1 by mulberry32, a public-domain generator of 32 bits. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A normal deviate by Box and Muller. */
const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** A gamma deviate of this shape (1 and more) and scale 1 by Marsaglia and Tsang. */
function gamma(next, shape) {
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(next);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - next()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

const SHAPE = 1.5;
/** Packets of a burst of losses, on average. */
const BURST = 3;

/** RFC 7983 section 7 and RFC 5761 section 4: sound, as against connectivity checks, handshakes and reports. */
export const isSound = (packet) => packet.length > 12 && packet[0] >= 128 && packet[0] <= 191 && (packet[1] < 192 || packet[1] > 223);

/**
 * One direction of a link. `loss`: share of packets, 0 to 1; `bursty`: lost three in a row on average (Gilbert's two states)
 * instead of one by one; `delay`: milliseconds for each packet; `jitter`: milliseconds on average on top of it, by a gamma
 * law, and no packet overtakes another.
 */
export class Impairment {
  constructor({ loss = 0, bursty = false, delay = 0, jitter = 0, seed = 1 } = {}) {
    Object.assign(this, { loss, bursty, delay, jitter });
    // Three, so that the fate of the sound does not hang on how many checks and reports run beside it.
    [this.ofSound, this.ofOthers, this.ofDelay] = [random(seed), random(seed + 7_919), random(seed + 15_485)];
    this.bad = false;
    this.last = -Infinity;
  }

  #isLost(sound) {
    if (!sound) return this.ofOthers() < this.loss;
    const drawn = this.ofSound();
    if (!this.bursty) return drawn < this.loss;
    const [leave, enter] = [1 / BURST, this.loss / BURST / (1 - this.loss)];
    this.bad = this.bad ? drawn >= leave : drawn < enter;
    return this.bad;
  }

  /** When a packet that is sent at `now` (milliseconds) arrives; `null` when it does not. */
  arrival(now, sound) {
    if (this.#isLost(sound)) return null;
    const extra = this.jitter > 0 ? (gamma(this.ofDelay, SHAPE) * this.jitter) / SHAPE : 0;
    this.last = Math.max(this.last, now + this.delay + extra);
    return this.last;
  }
}
