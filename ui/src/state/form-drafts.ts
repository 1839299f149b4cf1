import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";

/** What is typed into forms and not saved yet, by the form's key. It outlives the page, since a call may open the desk
 *  at any moment; it ends with the session, and is never written to disk. */
export interface FormDrafts {
  store: Readable<Readonly<Record<string, object>>>;
  get(key: string): object | null;
  put(key: string, value: object): void;
  drop(key: string): void;
  clear(): void;
}

export function createFormDrafts(): FormDrafts {
  const store = createStore<Readonly<Record<string, object>>>({});
  return {
    store,
    get: (key) => store.get()[key] ?? null,
    put: (key, value) => { store.update((all) => ({ ...all, [key]: value })); },
    drop: (key) => {
      store.update((all) => (key in all ? Object.fromEntries(Object.entries(all).filter(([each]) => each !== key)) : all));
    },
    clear: () => { store.set({}); },
  };
}
