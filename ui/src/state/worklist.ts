import type { Api } from "@/api/client";
import type { AskNext, HeldLead, LeadId, NextLead } from "@/api/generated/wire";
import { asFailure } from "@/api/failure";
import { createStore } from "@/lib/store";
import type { Readable, Store } from "@/lib/store";
import type { Clock } from "@/lib/clock";
import type { Live } from "./live";

export type NothingNext = Extract<NextLead, { kind: "none" }>;

/** The leads that this agent holds: the one that is worked on, and the next. */
export interface Worklist {
  held: readonly HeldLead[];
  /** Why there was no next lead, when that was the last answer. */
  none: NothingNext | null;
  asking: boolean;
  /** The agent works the list: the next lead is fetched during wrap-up. */
  working: boolean;
}

export const emptyWorklist: Worklist = { held: [], none: null, asking: false, working: false };

/** Leads are held for minutes; half of the shortest lease. */
const RENEW_EVERY_MS = 30_000;

/** Those whose lease still stands, each once, the newest answer about each. */
export function merged(before: readonly HeldLead[], now: readonly HeldLead[], nowMs: number): HeldLead[] {
  const ids = new Set(now.map((each) => each.entry.lead.id));
  return [...before.filter((each) => !ids.has(each.entry.lead.id)), ...now].filter((each) => each.held_until_ms > nowMs);
}

/** Whether to fetch the next lead now: in wrap-up, when no other than the present one is held. */
export const prefetches = (worklist: Worklist, live: Live): boolean =>
  worklist.working && !worklist.asking && worklist.held.length < 2 && live.me?.state.kind === "wrap_up";

interface Parts {
  api: Pick<Api, "nextLead" | "heldLeads" | "renewLease" | "skipLead" | "placeCall">;
  live: Readable<Live>;
  clock: Clock;
  onFailure: (cause: unknown) => void;
  /** The lists are out of date. */
  onChanged: () => void;
}

export interface WorklistDriver {
  store: Store<Worklist>;
  start(): () => void;
  /** Shows the lead that is held, or fetches one. */
  next(ask?: AskNext): Promise<void>;
  call(lead: HeldLead): Promise<void>;
  skip(lead: HeldLead, minutes: number): Promise<void>;
  /** What is held, read again: an outcome was saved. */
  refresh(): Promise<void>;
}

/** Keeps the held leads held while the app runs, and fetches the next one before it is asked for. */
export function createWorklist({ api, live, clock, onFailure, onChanged }: Parts): WorklistDriver {
  const store = createStore<Worklist>(emptyWorklist);
  const serverNow = (): number => clock.now() + live.get().offsetMs;
  const drop = (id: LeadId): void => { store.update((now) => ({ ...now, held: now.held.filter((each) => each.entry.lead.id !== id) })); };

  const ask = async (body: AskNext, quiet: boolean): Promise<void> => {
    if (store.get().asking) return;
    store.update((now) => ({ ...now, asking: true }));
    try {
      const answer = await api.nextLead(body);
      store.update((now) => answer.kind === "lead"
        ? { ...now, asking: false, none: null, held: merged(now.held, [answer.lead], serverNow()) }
        : { ...now, asking: false, none: answer });
    } catch (cause) {
      store.update((now) => ({ ...now, asking: false }));
      if (!quiet) onFailure(cause);
    }
  };

  const refresh = async (): Promise<void> => {
    try {
      const held = await api.heldLeads();
      store.update((now) => ({ ...now, held }));
    } catch {
      // Read again with the next renewal.
    }
  };

  const renew = async (): Promise<void> => {
    for (const lead of store.get().held) {
      try {
        const state = await api.renewLease(lead.entry.lead.id, { fence: lead.fence });
        store.update((now) => ({ ...now, held: now.held.map((each) => each.fence === lead.fence ? { ...each, held_until_ms: state.held_until_ms } : each) }));
      } catch (cause) {
        if (asFailure(cause).code === "lease_over") drop(lead.entry.lead.id);
      }
    }
  };

  return {
    store,
    refresh,
    start: () => {
      void refresh();
      let cancel = (): void => undefined;
      const loop = (): void => {
        cancel = clock.after(RENEW_EVERY_MS, () => {
          void renew();
          loop();
        });
      };
      loop();
      const stop = live.subscribe(() => { if (prefetches(store.get(), live.get())) void ask({}, true); });
      return () => {
        cancel();
        stop();
        store.update(() => emptyWorklist);
      };
    },
    next: async (body = {}) => {
      store.update((now) => ({ ...now, working: true, none: null }));
      if (store.get().held.length === 0) await ask(body, false);
    },
    call: async (lead) => {
      const { id, campaign_id } = lead.entry.lead;
      try {
        await api.placeCall({ lead_id: id, fence: lead.fence, ...(campaign_id ? { campaign_id } : {}) });
      } catch (cause) {
        if (asFailure(cause).code === "lease_over") drop(lead.entry.lead.id);
        onFailure(cause);
      }
    },
    skip: async (lead, minutes) => {
      drop(lead.entry.lead.id);
      try {
        await api.skipLead(lead.entry.lead.id, { fence: lead.fence, again_in_minutes: minutes });
        onChanged();
        await ask({}, true);
      } catch (cause) {
        onFailure(cause);
      }
    },
  };
}
