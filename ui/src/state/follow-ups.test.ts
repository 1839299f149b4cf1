import { describe, expect, it } from "vitest";
import { filterOf, inOrder, isLate, together } from "./follow-ups";
import type { FollowUp } from "./follow-ups";

const item = (id: string, dueMs: number | null, kind: FollowUp["kind"] = "task"): FollowUp => ({
  kind, id, dueMs, leadId: null, leadName: null, text: null, remindMs: null, zone: null, ownerId: null, ownerName: null, status: "open",
});
const ids = (items: readonly FollowUp[]): string => items.map((each) => each.id).join("");

describe("tasks and callbacks together", () => {
  it("stand by their hour, a promised call before a task, those without an hour last", () => {
    expect(ids(inOrder([item("a", null), item("b", 5), item("c", 5, "callback"), item("d", 1)]))).toBe("dcba");
  });

  it("leave nothing out between: behind the end of a list that goes on nothing is shown", () => {
    const tasks = [item("a", 1), item("b", 4)];
    const callbacks = [item("c", 2, "callback"), item("d", 9, "callback")];
    expect(ids(together(tasks, false, callbacks, false))).toBe("acbd");
    expect(ids(together(tasks, true, callbacks, false))).toBe("acb");
  });

  it("are late once their hour has passed, and only while they are open", () => {
    expect([isLate(item("a", 5), 6), isLate(item("a", 5), 5), isLate({ ...item("a", 5), status: "done" }, 6), isLate(item("a", null), 6)]).toEqual([true, false, false, false]);
  });
});

describe("filters", () => {
  const now = Date.parse("2026-11-20T12:45:00Z");
  const midnight = Date.parse("2026-11-20T18:30:00Z");

  it("end the day at midnight of our own clock", () => {
    expect(filterOf("today", "mine", now, "Asia/Kolkata")).toEqual({ status: "open", due_from_ms: now, due_before_ms: midnight, mine: true, limit: 100 });
    expect(filterOf("later", "team", now, "Asia/Kolkata")).toEqual({ status: "open", due_from_ms: midnight, limit: 100 });
    expect(filterOf("overdue", "u1", now, "Asia/Kolkata")).toEqual({ status: "open", due_before_ms: now, owner_id: "u1", limit: 100 });
    expect(filterOf("done", "mine", now, "Asia/Kolkata")).toEqual({ status: "done", mine: true, limit: 100 });
  });
});
