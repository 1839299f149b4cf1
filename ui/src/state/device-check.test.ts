import { describe, expect, it } from "vitest";
import type { DeviceCheck } from "@/api/generated/wire";
import type { CheckProgress, Platform } from "@/platform/types";
import { OLD_AFTER_MS, checkMark, createDeviceCheck, isRunning } from "./device-check";

const done = (stored: boolean): CheckProgress => ({
  phase: "done", progress: 1,
  result: { verdict: "fair", lines: [{ subject: "echo", verdict: "fair", finding: "echo_left" }], figures: { microphone: null, speaker: null, echo: null, network: null, audio_loop: null }, stored },
});

function world(startCheck: Platform["startCheck"]) {
  let listener: (progress: CheckProgress) => void = () => undefined;
  const platform = { startCheck, onCheck: (to: typeof listener) => { listener = to; return () => undefined; } } as unknown as Platform;
  const seen = { stored: 0, failures: [] as unknown[] };
  const driver = createDeviceCheck(platform, () => { seen.stored += 1; }, (cause) => { seen.failures.push(cause); });
  driver.start();
  return { driver, seen, say: (progress: CheckProgress) => { listener(progress); } };
}

describe("the check before a shift", () => {
  it("shows at once that it runs, and what it found", async () => {
    const { driver, seen, say } = world(() => Promise.resolve(true));
    await driver.run();
    expect(isRunning(driver.store.get())).toBe(true);
    say({ phase: "speaking", progress: 0.3, result: null });
    expect(driver.store.get()?.phase).toBe("speaking");
    say(done(true));
    expect(isRunning(driver.store.get())).toBe(false);
    expect(seen.stored).toBe(1);
  });

  it("is not started twice", async () => {
    let starts = 0;
    const { driver } = world(() => { starts += 1; return Promise.resolve(true); });
    await driver.run();
    await driver.run();
    expect(starts).toBe(1);
  });

  it("says when it could not start, and shows the one before", async () => {
    const { driver, seen, say } = world(() => Promise.reject(new Error("away")));
    say(done(false));
    await driver.run();
    expect(driver.store.get()).toEqual(done(false));
    expect(seen.failures).toHaveLength(1);
    expect(seen.stored).toBe(0);
  });

  it("is not offered where it is not made", async () => {
    const { driver } = world(null);
    expect(driver.offered).toBe(false);
    await driver.run();
    expect(driver.store.get()).toBeNull();
  });
});

describe("what a supervisor sees", () => {
  const check = (at_ms: number): DeviceCheck => ({ user_id: "u", user_name: "Asha", at_ms, app: "desktop", verdict: "good", lines: [], figures: { microphone: null, speaker: null, echo: null, network: null, audio_loop: null } });

  it("is the verdict with its age, and that it is old", () => {
    expect(checkMark(undefined, 5)).toEqual({ kind: "none" });
    expect(checkMark(check(1_000), 61_000)).toEqual({ kind: "good", ageMs: 60_000, old: false });
    expect(checkMark(check(0), OLD_AFTER_MS + 1)).toMatchObject({ old: true });
    expect(checkMark(check(9_000), 1_000)).toMatchObject({ ageMs: 0 });
  });
});
