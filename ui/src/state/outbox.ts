import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";
import type { OutboxState, Platform, RefusedEntry, Stop } from "@/platform/types";

export interface OutboxDriver {
  store: Readable<OutboxState>;
  start(): Stop;
  again(id: string): Promise<void>;
  discard(id: string): Promise<void>;
}

interface Deps {
  platform: Pick<Platform, "outboxState" | "onOutbox" | "outboxAgain" | "outboxDiscard">;
  /** What waited is with the server, or was refused by it. */
  onAllSent(): void;
  /** Something was refused that was not on the list before. */
  onRefused(entry: RefusedEntry): void;
  onFailure(cause: unknown): void;
}

const EMPTY: OutboxState = { waiting: 0, refused: [] };

/** What waits to be sent, and what the server would not have, of the person who is signed in. */
export function createOutboxStore({ platform, onAllSent, onRefused, onFailure }: Deps): OutboxDriver {
  const store = createStore<OutboxState>(EMPTY);
  const take = (state: OutboxState): void => {
    const before = store.get();
    const known = new Set(before.refused.map((each) => each.entry.id));
    store.set(state);
    if (before.waiting > 0 && state.waiting === 0) onAllSent();
    for (const each of state.refused) if (!known.has(each.entry.id)) onRefused(each);
  };
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (cause) {
      onFailure(cause);
    }
  };
  return {
    store,
    start: () => {
      let running = true;
      let told = false;
      const stop = platform.onOutbox((state) => {
        told = true;
        take(state);
      });
      void attempt(async () => {
        const state = await platform.outboxState();
        if (running && !told) take(state);
      });
      return () => {
        running = false;
        stop();
        store.set(EMPTY);
      };
    },
    again: (id) => attempt(() => platform.outboxAgain(id)),
    discard: (id) => attempt(() => platform.outboxDiscard(id)),
  };
}

/** What a refused entry was about; null for a kind that no screen sends. */
export type About = { kind: "outcome" | "notes"; callId: string } | { kind: "lead"; leadId: string };

export function aboutOf(path: string): About | null {
  const call = /^\/calls\/([^/]+)\/(disposition|notes)$/.exec(path);
  if (call?.[1]) return { kind: call[2] === "notes" ? "notes" : "outcome", callId: call[1] };
  const lead = /^\/leads\/([^/]+)$/.exec(path);
  return lead?.[1] ? { kind: "lead", leadId: lead[1] } : null;
}

const callbackText = (at: object): string => {
  const { local_time, zone } = at as { local_time: string; zone?: string };
  return [local_time.replace("T", " "), zone].filter(Boolean).join(", ");
};

/** What a person typed into a body, as rows of key and text; nested fields stand beside the others. */
export function typedIn(body: unknown): { key: string; text: string }[] {
  if (typeof body !== "object" || body === null) return [];
  return Object.entries(body as Record<string, unknown>).flatMap(([key, value]) => {
    if (key === "revision" || key === "made_at_ms" || key === "then" || value === null || value === "") return [];
    if (key === "callback" && typeof value === "object" && "local_time" in value) return [{ key, text: callbackText(value) }];
    if (typeof value === "object") return typedIn(value);
    return [{ key: key === "text" ? "notes" : key, text: String(value as string | number | boolean) }];
  });
}
