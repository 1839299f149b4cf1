import type { OutboxEntry } from "../types";

const KEY = "switchboard.outbox";

/** What became of one try to send. */
export type Sent = "done" | "later" | "refused";

export interface Outbox {
  put(entry: OutboxEntry): void;
  waiting(): number;
  /** Sends what waits, in order, stopping at the first that has to wait on. */
  flush(): Promise<void>;
}

/** Results kept in the browser's storage until the server has them. */
export function createOutbox(
  storage: Storage,
  send: (entry: OutboxEntry) => Promise<Sent>,
  onChange: (waiting: number) => void,
): Outbox {
  let flushing: Promise<void> | null = null;

  const read = (): OutboxEntry[] => {
    const text = storage.getItem(KEY);
    return text ? (JSON.parse(text) as OutboxEntry[]) : [];
  };
  const write = (entries: OutboxEntry[]): void => {
    storage.setItem(KEY, JSON.stringify(entries));
    onChange(entries.length);
  };

  const run = async (): Promise<void> => {
    for (;;) {
      const head = read()[0];
      if (!head) return;
      const sent = await send(head);
      if (sent === "later") return;
      if (sent === "refused") park(storage, head);
      write(read().filter((each) => each.id !== head.id));
    }
  };

  return {
    put: (entry) => {
      write([...read().filter((each) => each.id !== entry.id), entry]);
    },
    waiting: () => read().length,
    flush: () => {
      flushing ??= run().finally(() => { flushing = null; });
      return flushing;
    },
  };
}

/** Nothing that a person typed is thrown away, even when the server will not have it. */
function park(storage: Storage, entry: OutboxEntry): void {
  const key = `${KEY}.refused`;
  const before = storage.getItem(key);
  const list = before ? (JSON.parse(before) as OutboxEntry[]) : [];
  storage.setItem(key, JSON.stringify([...list, entry].slice(-100)));
}
