import type { CheckVerdict, DeviceCheck } from "@/api/generated/wire";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";
import type { CheckProgress, Platform, Stop } from "@/platform/types";

export interface CheckDriver {
  /** Null before the first. */
  store: Readable<CheckProgress | null>;
  /** False where the check is not made. */
  offered: boolean;
  start(): Stop;
  run(): Promise<void>;
}

const RUNNING: ReadonlySet<CheckProgress["phase"]> = new Set(["preparing", "speaking", "listening", "judging"]);

export const isRunning = (progress: CheckProgress | null): boolean => progress !== null && RUNNING.has(progress.phase);

/** `onStored`: supervisors and the own list can read a new check. */
export function createDeviceCheck(platform: Platform, onStored: () => void, onFailure: (cause: unknown) => void): CheckDriver {
  const store = createStore<CheckProgress | null>(null);
  return {
    store,
    offered: platform.startCheck !== null,
    start: () =>
      platform.onCheck((progress) => {
        // What comes late from a check before must not show a new one as done.
        store.set(progress);
        if (progress.result?.stored) onStored();
      }),
    run: async () => {
      if (!platform.startCheck || isRunning(store.get())) return;
      const before = store.get();
      store.set({ phase: "preparing", progress: 0, result: null });
      try {
        if (!(await platform.startCheck())) store.set(before);
      } catch (cause) {
        store.set(before);
        onFailure(cause);
      }
    },
  };
}

/** A check is as good as the day is young: after this long it says little. */
export const OLD_AFTER_MS = 16 * 3_600_000;

export type CheckMark = { kind: "none" } | { kind: CheckVerdict; ageMs: number; old: boolean };

/** What a supervisor sees of an agent's last check. */
export function checkMark(check: DeviceCheck | undefined, now: number): CheckMark {
  if (!check) return { kind: "none" };
  const ageMs = Math.max(0, now - check.at_ms);
  return { kind: check.verdict, ageMs, old: ageMs > OLD_AFTER_MS };
}
