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
          // In equal steps, or a timer would now and then leave out a second; unless the computer was held up.
          const [next, now] = [stamp + ms, Date.now()];
          stamp = Math.abs(now - next) < ms / 4 ? next : now;
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

const second = createBeat(1000);
const tenth = createBeat(100);

/** This computer's time, refreshed once a second: each time, the whole desk is drawn anew. */
export const useNow = (): number => useSyncExternalStore(second.subscribe, second.now);

/** As `useNow`, ten times a second, for bars that fall. */
export const useFastNow = (): number => useSyncExternalStore(tenth.subscribe, tenth.now);
