import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";
import type { DeviceKind, Levels, PhoneState, Platform, Processing, Stop } from "@/platform/types";

export interface PhoneDriver {
  store: Readable<PhoneState | null>;
  levels: Readable<Levels>;
  start(): Stop;
  toggleMute(): Promise<void>;
  chooseDevice(kind: DeviceKind, id: string | null): Promise<void>;
  orderDevices(kind: DeviceKind, ids: string[]): Promise<void>;
  alsoRingOn(id: string | null): Promise<void>;
  setProcessing(processing: Processing): Promise<void>;
  testRing(): Promise<void>;
}

/** Bars of a level meter that are lit, 0 to 4: below -60 dBFS none, from -18 all. */
export function bars(dbfs: number): 0 | 1 | 2 | 3 | 4 {
  if (dbfs < -60) return 0;
  if (dbfs < -45) return 1;
  if (dbfs < -32) return 2;
  return dbfs < -18 ? 3 : 4;
}

export function createPhone(platform: Platform, onFailure: (cause: unknown) => void): PhoneDriver {
  const store = createStore<PhoneState | null>(null);
  const levels = createStore<Levels>({ mic: -100, speaker: -100 });
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (cause) {
      onFailure(cause);
    }
  };
  return {
    store,
    levels,
    start: () => {
      const stops = [platform.onPhone(store.set), platform.onLevels(levels.set)];
      void attempt(async () => { store.set(await platform.phoneState()); });
      return () => {
        for (const stop of stops) stop();
      };
    },
    toggleMute: () =>
      attempt(async () => {
        const now = store.get();
        if (!now) return;
        // Shown at once; the phone confirms within its next state.
        store.set({ ...now, muted: !now.muted });
        await platform.setMuted(!now.muted);
      }),
    chooseDevice: (kind, id) => attempt(() => platform.chooseDevice(kind, id)),
    orderDevices: (kind, ids) => attempt(() => platform.orderDevices(kind, ids)),
    alsoRingOn: (id) => attempt(() => platform.alsoRingOn(id)),
    setProcessing: (processing) => attempt(() => platform.setProcessing(processing)),
    testRing: () => attempt(() => platform.testRing()),
  };
}
