import { describe, expect, it } from "vitest";
import type { ServerMessage, Snapshot } from "@/api/generated/wire";
import { createTopic } from "@/platform/web/topic";
import { event, call, snapshot } from "@/testing/make";
import { settle, testClock } from "@/testing/clock";
import { createLive } from "./live-driver";

function setUp(answers: (() => Promise<Snapshot>)[]) {
  const live = createTopic<ServerMessage>();
  const resync = createTopic<undefined>();
  const clock = testClock();
  const outdated: unknown[] = [];
  let reads = 0;
  const driver = createLive({
    clock,
    platform: {
      snapshot: () => {
        const read = answers[Math.min(reads, answers.length - 1)];
        reads += 1;
        return read ? read() : Promise.reject(new Error("none"));
      },
      onLive: live.on, onResync: (listener) => resync.on(listener),
    },
    onOutdated: (keys) => { outdated.push(...keys); },
    onNotice: () => undefined, onReminder: () => undefined,
  });
  return { driver, live, resync, clock, outdated, reads: () => reads };
}

describe("following the live stream", () => {
  it("reads the snapshot, then applies events", async () => {
    const { driver, live } = setUp([() => Promise.resolve(snapshot())]);
    driver.start();
    await settle();
    live.send(event(6, { kind: "call", call: call() }));
    expect(Object.keys(driver.store.get().calls)).toEqual(["c1"]);
  });

  it("tries again until the snapshot can be read", async () => {
    const fail = () => Promise.reject(new Error("down"));
    const { driver, clock } = setUp([fail, fail, () => Promise.resolve(snapshot())]);
    driver.start();
    await settle();
    expect(driver.store.get().ready).toBe(false);
    await clock.pass(4000);
    expect(driver.store.get().ready).toBe(true);
  });

  it("reads once more when a hole is reported during a reading", async () => {
    let finish: (value: Snapshot) => void = () => undefined;
    const first = () => new Promise<Snapshot>((done) => { finish = done; });
    const { driver, resync, reads } = setUp([first, () => Promise.resolve(snapshot({ seq: 9 }))]);
    driver.start();
    resync.send(undefined);
    resync.send(undefined);
    finish(snapshot());
    await settle();
    expect([reads(), driver.store.get().seq]).toEqual([2, 9]);
  });

  it("forgets everything when stopped", async () => {
    const { driver } = setUp([() => Promise.resolve(snapshot({ calls: [call()] }))]);
    const stop = driver.start();
    await settle();
    stop();
    expect(driver.store.get()).toMatchObject({ ready: false, calls: {} });
  });
});
