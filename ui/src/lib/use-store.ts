import { useCallback, useSyncExternalStore } from "react";
import type { Readable } from "./store";

/** Reads a part of a store. `select` must answer the same object as long as that part is the same. */
export function useStore<T, S>(store: Readable<T>, select: (value: T) => S): S {
  const read = useCallback(() => select(store.get()), [store, select]);
  return useSyncExternalStore(store.subscribe, read);
}

const whole = <T>(value: T): T => value;

export function useWhole<T>(store: Readable<T>): T {
  return useStore<T, T>(store, whole);
}
