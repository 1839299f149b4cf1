import type { ApiFailure } from "@/api/failure";
import { isList } from "@/lib/kept";
import type { Kept } from "@/lib/kept";
import { NoAnswer } from "../types";
import type { OutboxEntry, OutboxState, RefusedEntry } from "../types";

const KEY = "switchboard.outbox";
const REFUSED = `${KEY}.refused`;

/** What became of one try to send. */
export type Sent = "done" | "later" | ApiFailure;

export interface Outbox {
  /** Throws when this browser cannot keep it: the person has to know. */
  put(entry: OutboxEntry): void;
  state(): OutboxState;
  /** Sends what waits of the signed-in person, in order, stopping at the first that has to wait on. */
  flush(): Promise<void>;
  /** Sends once more what was refused. */
  again(id: string): Promise<void>;
  discard(id: string): void;
}

interface Deps {
  kept: Kept;
  /** Who is signed in: nothing of anybody else is sent. */
  user(): string | null;
  newId(): string;
  send(entry: OutboxEntry): Promise<Sent>;
  onChange(state: OutboxState): void;
}

/** Results kept in the browser's storage until the server has them. */
export function createOutbox({ kept, user, newId, send, onChange }: Deps): Outbox {
  let flushing: Promise<void> | null = null;

  const waiting = (): OutboxEntry[] => (kept.read(KEY, isList) ?? []) as OutboxEntry[];
  const refused = (): RefusedEntry[] => (kept.read(REFUSED, isList) ?? []) as RefusedEntry[];
  const state = (): OutboxState => {
    const me = user();
    return {
      waiting: waiting().filter((each) => each.userId === me).length,
      refused: refused().filter((each) => each.entry.userId === me),
    };
  };
  const write = (key: string, list: readonly unknown[]): void => {
    if (!kept.write(key, list)) throw new NoAnswer("this browser has no room to keep it");
    onChange(state());
  };
  const without = (id: string): OutboxEntry[] => waiting().filter((each) => each.id !== id);

  const run = async (): Promise<void> => {
    for (;;) {
      const me = user();
      const head = waiting().find((each) => each.userId === me);
      if (me === null || !head) return;
      const sent = await send(head);
      if (sent === "later") return;
      if (sent !== "done") {
        // Nothing that a person typed is thrown away, even when the server will not have it.
        const refusal: RefusedEntry = { entry: head, status: sent.status, code: sent.code, reason: sent.message };
        write(REFUSED, [...refused().filter((each) => each.entry.id !== head.id), refusal]);
      }
      write(KEY, without(head.id));
    }
  };
  const flush = (): Promise<void> => {
    flushing ??= run().finally(() => { flushing = null; });
    return flushing;
  };

  return {
    put: (entry) => { write(KEY, [...without(entry.id), entry]); },
    state,
    flush,
    again: async (id) => {
      const found = refused().find((each) => each.entry.id === id && each.entry.userId === user());
      if (!found) return;
      // The server keeps its answer to the old key. Written first, so that no moment is without the text.
      write(KEY, [...waiting(), { ...found.entry, id: newId() }]);
      write(REFUSED, refused().filter((each) => each.entry.id !== id));
      await flush();
    },
    discard: (id) => {
      write(REFUSED, refused().filter((each) => each.entry.id !== id || each.entry.userId !== user()));
    },
  };
}
