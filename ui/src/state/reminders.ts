import type { Reminder, Snooze } from "@/api/generated/wire";
import type { Api } from "@/api/client";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";

export interface Reminders {
  /** The newest last; each task or callback once. */
  store: Readable<readonly Reminder[]>;
  add(reminder: Reminder): void;
  /** It has been seen. */
  close(reminder: Reminder): void;
  snooze(reminder: Reminder, until: Snooze): Promise<void>;
  done(reminder: Reminder): Promise<void>;
  clear(): void;
}

interface Deps {
  api: Pick<Api, "snoozeTask" | "snoozeCallback" | "updateTask" | "updateCallback">;
  onChanged(): void;
  onFailure(cause: unknown): void;
}

/** More at once are in the list anyway. */
const MOST = 3;
const same = (a: Reminder, b: Reminder): boolean => a.kind === b.kind && a.id === b.id;

/** What has come due and was not seen yet. */
export function createReminders({ api, onChanged, onFailure }: Deps): Reminders {
  const store = createStore<readonly Reminder[]>([]);
  const close = (reminder: Reminder): void => { store.update((all) => all.filter((each) => !same(each, reminder))); };
  /** It goes at once, and comes back when the server did not take it. */
  const act = async (reminder: Reminder, work: () => Promise<unknown>): Promise<void> => {
    close(reminder);
    try {
      await work();
      onChanged();
    } catch (cause) {
      store.update((all) => [...all, reminder]);
      onFailure(cause);
    }
  };
  return {
    store,
    add: (reminder) => { store.update((all) => [...all.filter((each) => !same(each, reminder)), reminder].slice(-MOST)); },
    close,
    snooze: (reminder, until) => act(reminder, () => (reminder.kind === "task" ? api.snoozeTask(reminder.id, { until }) : api.snoozeCallback(reminder.id, { until }))),
    done: (reminder) => act(reminder, () => (reminder.kind === "task" ? api.updateTask(reminder.id, { status: "done" }) : api.updateCallback(reminder.id, { status: "done" }))),
    clear: () => { store.set([]); },
  };
}
