import type { Stop } from "../types";

export interface Topic<T> {
  on(listener: (value: T) => void): Stop;
  send(value: T): void;
}

export function createTopic<T>(): Topic<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (value) => {
      for (const listener of [...listeners]) listener(value);
    },
  };
}
