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
  /** What was typed under a key and the server does not have yet. */
  unsaved(key: string): V | undefined;
  /** Something waits for its pause, or is on its way. */
  isOpen(): boolean;
  /** What was kept for later is with the server now. */
  allSent(): void;
  /** Sends now what still waits. */
  flush(): Promise<void>;
  /** Gives up what still waits, which goes to `keep`, and forgets how everything stood. */
  drain(keep: (key: string, value: V) => void): void;
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
  /** Up to the server's yes. */
  const unsaved = new Map<string, V>();
  const timers = new Map<string, () => void>();
  const sending = new Map<string, Promise<void>>();

  const mark = (key: string, state: SaveState): void => {
    store.update((all) => ({ ...all, [key]: state }));
  };

  /** Nothing newer was typed, and it was not drained meanwhile. */
  const isNewest = (key: string): boolean => !waiting.has(key) && store.get()[key] !== undefined;

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
      if (!isNewest(key)) return;
      if (stored === "saved") unsaved.delete(key);
      mark(key, stored === "saved" ? { kind: "saved", atMs: clock.now() } : { kind: "kept" });
    } catch (cause) {
      if (isNewest(key)) mark(key, { kind: "refused", cause });
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
      unsaved.set(key, value);
      mark(key, { kind: "typing" });
      timers.get(key)?.();
      timers.set(key, clock.after(pauseMs, () => void start(key)));
    },
    flushKey: start,
    unsaved: (key) => unsaved.get(key),
    isOpen: () => waiting.size > 0 || sending.size > 0,
    allSent: () => {
      for (const [key, state] of Object.entries(store.get())) {
        if (state.kind !== "kept") continue;
        unsaved.delete(key);
        mark(key, { kind: "saved", atMs: clock.now() });
      }
    },
    drain: (keep) => {
      for (const stop of timers.values()) stop();
      timers.clear();
      for (const [key, value] of waiting) keep(key, value);
      waiting.clear();
      unsaved.clear();
      store.set({});
    },
    flush: async () => {
      await Promise.all([...new Set([...waiting.keys(), ...sending.keys()])].map(start));
    },
  };
}
