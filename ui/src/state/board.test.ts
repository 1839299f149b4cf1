import { describe, expect, it, vi } from "vitest";
import type { LeadChange } from "@/api/generated/wire";
import { createKept } from "@/lib/kept";
import * as people from "@/mocks/people";
import { testStorage } from "@/testing/storage";
import { createBoard, filterOf, STAGES, stagesOf } from "./board";

const change = (part: Partial<LeadChange>): LeadChange => ({ id: "c", lead_id: "l", field: "stage", from: "new", to: "qualified", by: { kind: "import" }, at_ms: 0, undone_at_ms: null, can_undo: true, ...part });

function ground(changes: LeadChange[] = [change({})]) {
  const api = { updateLead: vi.fn(() => Promise.resolve(people.lead)), leadChanges: vi.fn(() => Promise.resolve(changes)), undoChange: vi.fn(() => Promise.resolve(people.lead)) };
  const kept = createKept(testStorage());
  const [onChanged, onFailure] = [vi.fn(() => Promise.resolve()), vi.fn()];
  return { api, kept, onChanged, onFailure, board: createBoard({ api, kept, onChanged, onFailure }) };
}

const lead = { id: "l", name: "Asha" };

describe("board of stages", () => {
  it("has the usual columns, then what only leads have", () => {
    const column = (stage: string) => ({ stage, leads: 1, more: false, hot: 0, attempts: 0 });
    expect(stagesOf([column("won"), column("zzz"), column("booked")])).toEqual([...STAGES, "booked", "zzz"]);
  });

  it("remembers whose leads it shows", () => {
    const { kept, board, ...rest } = ground();
    board.choose({ owner: "u1" });
    board.choose({ campaign: "c1" });
    const again = createBoard({ kept, ...rest });
    expect(again.store.get().choice).toEqual({ owner: "u1", campaign: "c1" });
    expect(filterOf(again.store.get().choice)).toEqual({ owner_id: "u1", campaign_id: "c1" });
    expect(filterOf({ owner: "", campaign: "" })).toEqual({});
  });

  it("carries a card over columns and drops it", async () => {
    const { board, api, onChanged } = ground();
    board.pick(lead, "interested");
    board.carry(STAGES, 1);
    board.carry(STAGES, 1);
    expect(board.store.get()).toMatchObject({ held: { from: "interested", to: "visit_booked" }, news: "over" });
    board.carry(STAGES, -1);
    await board.drop();
    expect(api.updateLead).toHaveBeenCalledExactlyOnceWith("l", { stage: "qualified" });
    expect(board.store.get()).toMatchObject({ held: null, moved: { from: "interested", to: "qualified" }, news: "moved", busy: false });
    expect(onChanged).toHaveBeenCalledOnce();
  });

  it("stays at the ends, and puts back what is dropped where it was", async () => {
    const { board, api } = ground();
    board.pick(lead, "new");
    board.carry(STAGES, -1);
    expect(board.store.get().held?.to).toBe("new");
    await board.drop();
    expect(board.store.get()).toMatchObject({ held: null, moved: null, news: "put_back" });
    board.pick(lead, "lost");
    board.carry(STAGES, 1);
    board.putBack();
    await board.drop();
    expect(api.updateLead).not.toHaveBeenCalled();
  });

  it("undoes the move by the change that is in the history", async () => {
    const { board, api } = ground([change({ id: "other", field: "heat" }), change({ id: "old", can_undo: false }), change({ id: "it" })]);
    board.pick(lead, "new");
    board.over("qualified");
    await board.drop();
    await board.undo();
    expect(api.undoChange).toHaveBeenCalledExactlyOnceWith("l", "it");
    expect(board.store.get()).toMatchObject({ moved: null, news: "undone" });
    await board.undo();
    expect(api.undoChange).toHaveBeenCalledOnce();
  });

  it("says when somebody has moved it since, and when the server refuses", async () => {
    const { board, api, onFailure } = ground([change({ can_undo: false })]);
    board.pick(lead, "new");
    board.over("qualified");
    await board.drop();
    await board.undo();
    expect(onFailure).toHaveBeenCalledWith(expect.objectContaining({ code: "conflict" }));
    expect(board.store.get().moved).not.toBeNull();
    api.updateLead.mockRejectedValueOnce(new Error("away"));
    board.pick(lead, "won");
    board.over("lost");
    await board.drop();
    expect(onFailure).toHaveBeenCalledTimes(2);
    expect(board.store.get()).toMatchObject({ busy: false, moved: { to: "qualified" } });
  });
});
