import type { Clock } from "@/lib/clock";

export interface TestClock extends Clock {
  /** Lets time pass and runs what became due, in order; then what that set off. */
  pass(ms: number): Promise<void>;
}

/** Lets promises that are settled run their continuations. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

export function testClock(start = 1_000_000): TestClock {
  let now = start;
  let timers: { at: number; action: () => void }[] = [];
  return {
    now: () => now,
    after: (ms, action) => {
      const timer = { at: now + ms, action };
      timers.push(timer);
      return () => { timers = timers.filter((each) => each !== timer); };
    },
    pass: async (ms) => {
      const end = now + ms;
      for (;;) {
        const next = timers.filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = next.at;
        timers = timers.filter((each) => each !== next);
        next.action();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}
