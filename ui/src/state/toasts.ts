import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";

export type ToastTone = "ok" | "warn" | "live" | "acc";

export interface Toast {
  id: number;
  tone: ToastTone;
  title: string;
  text: string | null;
  /** Stays until it is read: something was lost or waits. */
  stays: boolean;
  /** Page that the message is about, such as `/calls/…`. */
  link?: string;
}

export interface Toasts {
  store: Readable<readonly Toast[]>;
  show(toast: Omit<Toast, "id">): void;
  close(id: number): void;
  /** What is on the screen was for who was signed in. */
  clear(): void;
}

const MOST = 4;

export function createToasts(): Toasts {
  const store = createStore<readonly Toast[]>([]);
  let next = 1;
  return {
    store,
    show: (toast) => {
      const same = store.get().some((each) => each.title === toast.title && each.text === toast.text);
      if (same) return;
      const id = next;
      next += 1;
      store.update((all) => [...all, { ...toast, id }].slice(-MOST));
    },
    clear: () => { store.set([]); },
    close: (id) => {
      store.update((all) => all.filter((each) => each.id !== id));
    },
  };
}
