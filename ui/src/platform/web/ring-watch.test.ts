import { describe, expect, it } from "vitest";
import type { ServerMessage } from "@/api/generated/wire";
import { testClock } from "@/testing/clock";
import { event, offer, snapshot } from "@/testing/make";
import { createRingWatch } from "./ring-watch";

function setUp() {
  const clock = testClock(0);
  let on = false;
  let starts = 0;
  const watch = createRingWatch({ start: () => { on = true; starts += 1; }, stop: () => { on = false; } }, clock);
  watch.heard({ type: "welcome", epoch: "e", seq: 1, resumed: false, server_time_ms: 0, ping_every_s: 5 } as unknown as ServerMessage);
  return { clock, watch, rings: () => on, starts: () => starts };
}
const now = { server_time_ms: 0, epoch: "e" };

describe("the browser's ring", () => {
  it("starts for an offer that only the snapshot has, as after a reload", () => {
    const { watch, rings } = setUp();
    watch.read(snapshot({ ...now, offer: offer() }));
    expect(rings()).toBe(true);
  });

  it("stops when the snapshot has none any more, as after a lost connection", () => {
    const { watch, rings } = setUp();
    watch.heard(event(2, { kind: "offer", offer: offer() }));
    watch.read(snapshot({ ...now, seq: 5, offer: null }));
    expect(rings()).toBe(false);
  });

  it("stops when the offer runs out, whatever is heard", async () => {
    const { clock, watch, rings } = setUp();
    watch.heard(event(2, { kind: "offer", offer: offer({ expires_at_ms: 20_000 }) }));
    await clock.pass(19_999);
    expect(rings()).toBe(true);
    await clock.pass(1);
    expect(rings()).toBe(false);
    watch.read(snapshot({ epoch: "e", server_time_ms: 20_001, seq: 5, offer: offer({ expires_at_ms: 20_000 }) }));
    expect(rings()).toBe(false);
  });

  it("a snapshot that is older than the last word on the offer changes nothing", () => {
    const { watch, rings } = setUp();
    watch.heard(event(8, { kind: "offer", offer: offer() }));
    watch.heard(event(9, { kind: "offer_ended", call_id: "c1", end: { kind: "caller_gone" } }));
    watch.read(snapshot({ ...now, seq: 8, offer: offer() }));
    expect(rings()).toBe(false);
  });

  it("the end of another call is not its end, and the same offer twice is one ring", () => {
    const { watch, rings, starts } = setUp();
    watch.heard(event(2, { kind: "offer", offer: offer() }));
    watch.heard(event(3, { kind: "call_ended", call_id: "other" } as never));
    watch.read(snapshot({ ...now, seq: 5, offer: offer() }));
    expect([rings(), starts()]).toEqual([true, 1]);
  });
});
