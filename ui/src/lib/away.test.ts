import { describe, expect, it } from "vitest";
import { call as liveCall } from "@/testing/make";
import { awayMs } from "./away";

const now = { server: 100_000, here: 50_000 };

describe("how long the device is away", () => {
  it("is nothing while sound flows", () => {
    expect(awayMs(liveCall({}), { reconnectingSinceMs: null }, now)).toBeNull();
    expect(awayMs(liveCall({}), null, now)).toBeNull();
  });

  it("is counted by the phone while the server cannot be reached", () => {
    expect(awayMs(liveCall({}), { reconnectingSinceMs: 46_000 }, now)).toBe(4_000);
    expect(awayMs(liveCall({}), { reconnectingSinceMs: 46_000 }, { server: 101_000, here: 51_000 })).toBe(5_000);
  });

  it("is the longer of what phone and server say, each by its own clock", () => {
    const away = liveCall({ reconnecting_since_ms: 93_000 });
    expect(awayMs(away, { reconnectingSinceMs: 46_000 }, now)).toBe(7_000);
    expect(awayMs(away, { reconnectingSinceMs: 51_000 }, { server: 92_000, here: 50_000 })).toBe(0);
  });
});
