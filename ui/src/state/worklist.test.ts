import { describe, expect, it } from "vitest";
import { ApiFailure } from "@/api/failure";
import type { HeldLead, NextLead, PlaceCall } from "@/api/generated/wire";
import { createStore } from "@/lib/store";
import { agent, live } from "@/testing/make";
import { createWorklist, merged, prefetches } from "./worklist";
import { heldLead } from "@/testing/worklist";

const NOW = 1_000_000;

function setUp(answers: NextLead[]) {
  const asked: unknown[] = [];
  const placed: PlaceCall[] = [];
  const timers: (() => void)[] = [];
  const failures: unknown[] = [];
  let renewal: () => Promise<{ lead_id: string; fence: number; held_until_ms: number }> = () => Promise.resolve({ lead_id: "l1", fence: 1, held_until_ms: NOW + 900_000 });
  const liveStore = createStore(live());
  const driver = createWorklist({
    api: {
      nextLead: (body) => {
        asked.push(body);
        return Promise.resolve(answers.shift() ?? { kind: "none", closed: 0, campaign_not_active: 0, do_not_call: 0, tries_used: 0, opens_at_ms: null });
      },
      heldLeads: () => Promise.resolve<HeldLead[]>([]),
      renewLease: () => renewal(),
      skipLead: () => Promise.resolve(null),
      placeCall: (body) => {
        placed.push(body);
        return Promise.reject(new ApiFailure({ code: "lease_over", message: "", request_id: "" }, 409));
      },
    },
    live: liveStore, clock: { now: () => NOW, after: (_, action) => {
      timers.push(action);
      return () => undefined;
    } }, onFailure: (cause) => failures.push(cause), onChanged: () => undefined,
  });
  return { driver, asked, placed, timers, failures, liveStore, setRenewal: (next: typeof renewal) => { renewal = next; } };
}

const lead = (id: string, fence: number): NextLead => ({ kind: "lead", lead: heldLead({ id, fence, held_until_ms: NOW + 300_000 }) });
const settle = () => new Promise((done) => { setTimeout(done, 0); });

describe("the worklist", () => {
  it("fetches once, and shows what is held without asking again", async () => {
    const { driver, asked } = setUp([lead("l1", 1), lead("l2", 2)]);
    await driver.next();
    await driver.next();
    expect(asked).toHaveLength(1);
    expect(driver.store.get().held.map((each) => each.entry.lead.id)).toEqual(["l1"]);
  });

  it("fetches the next lead in wrap-up, and only when the list is being worked", async () => {
    const { driver, asked, liveStore } = setUp([lead("l1", 1), lead("l2", 2)]);
    const stop = driver.start();
    await settle();
    liveStore.set(live({ me: agent({ kind: "wrap_up", call_id: "c", ends_at_ms: NOW }) }));
    await settle();
    expect(asked).toHaveLength(0);
    await driver.next();
    liveStore.set(live({ me: agent({ kind: "wrap_up", call_id: "c", ends_at_ms: NOW + 1 }) }));
    await settle();
    expect(driver.store.get().held.map((each) => each.entry.lead.id)).toEqual(["l1", "l2"]);
    expect(prefetches(driver.store.get(), liveStore.get())).toBe(false);
    stop();
  });

  it("shows its fence when it dials, and lets a lead go whose lease is over", async () => {
    const { driver, placed, failures } = setUp([lead("l1", 7)]);
    await driver.next();
    const held = driver.store.get().held[0];
    if (held) await driver.call(held);
    expect(placed[0]).toMatchObject({ lead_id: "l1", fence: 7 });
    expect([driver.store.get().held, failures.length]).toEqual([[], 1]);
  });

  it("renews what is held, and forgets what is held by somebody else by now", async () => {
    const { driver, timers, setRenewal } = setUp([lead("l1", 1)]);
    const stop = driver.start();
    await settle();
    await driver.next();
    timers[0]?.();
    await settle();
    expect(driver.store.get().held[0]?.held_until_ms).toBe(NOW + 900_000);
    setRenewal(() => Promise.reject(new ApiFailure({ code: "lease_over", message: "", request_id: "" }, 409)));
    timers[1]?.();
    await settle();
    expect(driver.store.get().held).toEqual([]);
    stop();
  });

  it("says why there is nobody to call", async () => {
    const { driver } = setUp([{ kind: "none", closed: 3, campaign_not_active: 0, do_not_call: 0, tries_used: 1, opens_at_ms: NOW }]);
    await driver.next();
    expect(driver.store.get().none).toMatchObject({ closed: 3, tries_used: 1 });
  });

  it("keeps each lead once and none whose lease has run out", () => {
    const one = heldLead({ id: "a", fence: 1, held_until_ms: NOW + 1 });
    const again = heldLead({ id: "a", fence: 2, held_until_ms: NOW + 5 });
    const old = heldLead({ id: "b", fence: 1, held_until_ms: NOW });
    expect(merged([one, old], [again], NOW)).toEqual([again]);
  });
});
