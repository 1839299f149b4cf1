import { useSyncExternalStore } from "react";

interface Beat {
  subscribe(listener: () => void): () => void;
  now(): number;
}

/** One interval for all timers of a page, so that they change together. */
function createBeat(ms: number): Beat {
  const listeners = new Set<() => void>();
  let stamp = Date.now();
  let id: ReturnType<typeof setInterval> | undefined;
  return {
    subscribe: (listener) => {
      if (listeners.size === 0) {
        stamp = Date.now();
        id = setInterval(() => {
          stamp = Date.now();
          for (const each of [...listeners]) each();
        }, ms);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearInterval(id);
      };
    },
    now: () => {
      // Unwatched, it still has to answer the same within one drawing.
      if (listeners.size === 0 && Date.now() - stamp > ms) stamp = Date.now();
      return stamp;
    },
  };
}

const halfSecond = createBeat(500);
const tenth = createBeat(100);

/** This computer's time, refreshed twice a second. */
export const useNow = (): number => useSyncExternalStore(halfSecond.subscribe, halfSecond.now);

/** As `useNow`, ten times a second, for bars that fall. */
export const useFastNow = (): number => useSyncExternalStore(tenth.subscribe, tenth.now);
