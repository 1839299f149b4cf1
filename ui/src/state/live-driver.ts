import type { Notice, Reminder } from "@/api/generated/wire";
import type { Clock } from "@/lib/clock";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";
import type { Platform, Stop } from "@/platform/types";
import { applyMessage, applySnapshot, emptyLive } from "./live";
import type { Live } from "./live";

export interface LiveDriver {
  store: Readable<Live>;
  /** Reads the snapshot and follows the stream until stopped. */
  start(): Stop;
}

interface Deps {
  platform: Pick<Platform, "snapshot" | "onLive" | "onResync">;
  clock: Clock;
  onOutdated(keys: readonly (readonly unknown[])[]): void;
  onNotice(notice: Notice): void;
  onReminder(reminder: Reminder): void;
}

const RETRY_MS = 2000;

export function createLive({ platform, clock, onOutdated, onNotice, onReminder }: Deps): LiveDriver {
  const store = createStore<Live>(emptyLive);
  let running = false;
  let reading = false;
  let stale = false;

  /** One reading at a time; asked for again meanwhile, it is read once more. */
  const resync = async (): Promise<void> => {
    stale = true;
    if (reading) return;
    reading = true;
    while (stale && running) {
      stale = false;
      try {
        const snapshot = await platform.snapshot();
        if (running) store.set(applySnapshot(store.get(), snapshot, clock.now()));
      } catch {
        stale = true;
        await new Promise<void>((done) => { clock.after(RETRY_MS, done); });
      }
    }
    reading = false;
  };

  return {
    store,
    start: () => {
      running = true;
      const stops = [
        platform.onLive((message) => {
          const step = applyMessage(store.get(), message, clock.now());
          store.set(step.live);
          for (const effect of step.effects) {
            if (effect.kind === "outdated") onOutdated(effect.keys);
            else if (effect.kind === "notice") onNotice(effect.notice);
            else if (effect.kind === "reminder") onReminder(effect.reminder);
            else void resync();
          }
        }),
        platform.onResync(() => void resync()),
      ];
      void resync();
      return () => {
        running = false;
        for (const stop of stops) stop();
        store.set(emptyLive);
      };
    },
  };
}
