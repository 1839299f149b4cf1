import type { Clock } from "@/lib/clock";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";

/** How a value that a person types stands. `kept`: on this computer, to be sent when the server is back. */
export type SaveState =
  | { kind: "typing" }
  | { kind: "saving" }
  | { kind: "saved"; atMs: number }
  | { kind: "kept" }
  | { kind: "refused"; cause: unknown };

export type SaveStates = Readonly<Record<string, SaveState>>;

export interface Autosave<V> {
  store: Readable<SaveStates>;
  /** The newest value of a key; sent after a pause in typing. */
  put(key: string, value: V): void;
  /** Sends now what still waits. */
  flush(): Promise<void>;
  /** Sends one key now. */
  flushKey(key: string): Promise<void>;
}

/** What came of a sending: stored by the server, or kept here to be sent later. */
export type Stored = "saved" | "kept";

interface Deps<V> {
  clock: Clock;
  /** Pause in typing after which the value is sent, ms. */
  pauseMs: number;
  send(key: string, value: V): Promise<Stored>;
}

/** Saves values as they are typed: one sending at a time for each key, the newest value last. */
export function createAutosave<V>({ clock, pauseMs, send }: Deps<V>): Autosave<V> {
  const store = createStore<SaveStates>({});
  const waiting = new Map<string, V>();
  const timers = new Map<string, () => void>();
  const sending = new Map<string, Promise<void>>();

  const mark = (key: string, state: SaveState): void => {
    store.update((all) => ({ ...all, [key]: state }));
  };

  const run = async (key: string): Promise<void> => {
    timers.get(key)?.();
    timers.delete(key);
    await sending.get(key);
    const value = waiting.get(key);
    if (value === undefined) return;
    waiting.delete(key);
    mark(key, { kind: "saving" });
    try {
      const stored = await send(key, value);
      if (!waiting.has(key)) mark(key, stored === "saved" ? { kind: "saved", atMs: clock.now() } : { kind: "kept" });
    } catch (cause) {
      if (!waiting.has(key)) mark(key, { kind: "refused", cause });
    }
  };

  const start = (key: string): Promise<void> => {
    const running = run(key).finally(() => {
      if (sending.get(key) === running) sending.delete(key);
    });
    sending.set(key, running);
    return running;
  };

  return {
    store,
    put: (key, value) => {
      waiting.set(key, value);
      mark(key, { kind: "typing" });
      timers.get(key)?.();
      timers.set(key, clock.after(pauseMs, () => void start(key)));
    },
    flushKey: start,
    flush: async () => {
      await Promise.all([...waiting.keys()].map(start));
    },
  };
}
