import type { Api } from "@/api/client";
import { ApiFailure } from "@/api/failure";
import type { BoardColumn, BoardFilter, Lead } from "@/api/generated/wire";
import { isRecord } from "@/lib/kept";
import type { Kept } from "@/lib/kept";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";

/** Stages in the order in which a sale goes; an organisation may have others. */
export const STAGES = ["new", "contacted", "interested", "qualified", "visit_booked", "negotiation", "won", "lost"];

/** Whose leads are shown; an empty text is everybody's. */
export interface BoardChoice {
  owner: string;
  campaign: string;
}

export interface Move {
  lead: Pick<Lead, "id" | "name">;
  from: string;
  to: string;
}

export interface Board {
  choice: BoardChoice;
  /** The card that is picked up, and the column over which it is. */
  held: Move | null;
  /** The last move, as long as it can be undone from here. */
  moved: Move | null;
  /** What happened last, to be said. */
  news: "picked" | "over" | "put_back" | "moved" | "undone" | null;
  busy: boolean;
}

export interface BoardDriver {
  store: Readable<Board>;
  choose(change: Partial<BoardChoice>): void;
  pick(lead: Pick<Lead, "id" | "name">, stage: string): void;
  /** Carries the card that is picked up to the next column on that side. */
  carry(stages: readonly string[], by: 1 | -1): void;
  over(stage: string): void;
  putBack(): void;
  drop(): Promise<void>;
  undo(): Promise<void>;
}

/** Columns of the board: the usual stages, then those that only leads have. */
export const stagesOf = (columns: readonly BoardColumn[]): string[] =>
  [...STAGES, ...columns.map((each) => each.stage).filter((each) => !STAGES.includes(each)).sort()];

export const filterOf = ({ owner, campaign }: BoardChoice): BoardFilter =>
  ({ ...(owner ? { owner_id: owner } : {}), ...(campaign ? { campaign_id: campaign } : {}) });

const KEY = "switchboard.board";
const text = (value: unknown): string => (typeof value === "string" ? value : "");

interface Parts {
  api: Pick<Api, "updateLead" | "leadChanges" | "undoChange">;
  kept: Kept;
  /** The lists are out of date. */
  onChanged: () => Promise<unknown>;
  onFailure: (cause: unknown) => void;
}

/** The board of stages: what it shows, and the card on its way. */
export function createBoard({ api, kept, onChanged, onFailure }: Parts): BoardDriver {
  const before = kept.read(KEY, isRecord);
  const store = createStore<Board>({
    choice: { owner: text(before?.["owner"]), campaign: text(before?.["campaign"]) }, held: null, moved: null, news: null, busy: false,
  });
  const change = (part: Partial<Board>): void => { store.update((now) => ({ ...now, ...part })); };
  const over = (stage: string): void => {
    const { held } = store.get();
    if (held && held.to !== stage) change({ held: { ...held, to: stage }, news: "over" });
  };
  const act = async (what: () => Promise<Partial<Board>>): Promise<void> => {
    change({ busy: true });
    try {
      const done = await what();
      await onChanged();
      change(done);
    } catch (cause) {
      onFailure(cause);
    } finally {
      change({ busy: false });
    }
  };
  return {
    store, over,
    choose: (part) => {
      const choice = { ...store.get().choice, ...part };
      kept.write(KEY, choice);
      change({ choice, held: null, moved: null, news: null });
    },
    pick: ({ id, name }, stage) => { change({ held: { lead: { id, name }, from: stage, to: stage }, news: "picked" }); },
    carry: (stages, by) => {
      const { held } = store.get();
      const next = held ? stages[stages.indexOf(held.to) + by] : undefined;
      if (next !== undefined) over(next);
    },
    putBack: () => { if (store.get().held) change({ held: null, news: "put_back" }); },
    drop: async () => {
      const { held, busy } = store.get();
      if (!held || busy) return;
      change({ held: null });
      if (held.to === held.from) {
        change({ news: "put_back" });
        return;
      }
      await act(async () => {
        await api.updateLead(held.lead.id, { stage: held.to });
        return { moved: held, news: "moved" };
      });
    },
    undo: async () => {
      const { moved, busy } = store.get();
      if (!moved || busy) return;
      await act(async () => {
        const changes = await api.leadChanges(moved.lead.id);
        const found = changes.find((each) => each.field === "stage" && each.to === moved.to && each.can_undo);
        if (!found) throw new ApiFailure({ code: "conflict", message: "the field has been changed again since", request_id: "" }, 409);
        await api.undoChange(moved.lead.id, found.id);
        return { moved: null, news: "undone" };
      });
    },
  };
}
