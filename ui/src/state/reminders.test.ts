import { describe, expect, it, vi } from "vitest";
import type { Reminder } from "@/api/generated/wire";
import { createReminders } from "./reminders";

const reminder = (id: string, kind: Reminder["kind"] = "callback"): Reminder => ({ kind, id, lead_id: "l1", lead_name: "Asha", text: null, due_at_ms: 5, zone: "Asia/Kolkata" });

function setting(fails = false) {
  const said = vi.fn<(id: string, body: unknown) => Promise<never>>(() => (fails ? Promise.reject(new Error("away")) : Promise.resolve({} as never)));
  const onFailure = vi.fn();
  const onChanged = vi.fn();
  const reminders = createReminders({ api: { snoozeTask: said, snoozeCallback: said, updateTask: said, updateCallback: said }, onChanged, onFailure });
  return { reminders, said, onFailure, onChanged };
}

describe("reminders", () => {
  it("stand once each, the newest last, and at most three", () => {
    const { reminders } = setting();
    for (const id of ["a", "b", "a", "c", "d"]) reminders.add(reminder(id));
    expect(reminders.store.get().map((each) => each.id)).toEqual(["a", "c", "d"]);
  });

  it("go when they are put off or done", async () => {
    const { reminders, said, onChanged } = setting();
    reminders.add(reminder("a"));
    await reminders.snooze(reminder("a"), "tomorrow_morning");
    expect(said).toHaveBeenLastCalledWith("a", { until: "tomorrow_morning" });
    reminders.add(reminder("t", "task"));
    await reminders.done(reminder("t", "task"));
    expect(said).toHaveBeenLastCalledWith("t", { status: "done" });
    expect([reminders.store.get(), onChanged.mock.calls.length]).toEqual([[], 2]);
  });

  it("come back when the server did not take it", async () => {
    const { reminders, onFailure, onChanged } = setting(true);
    reminders.add(reminder("a"));
    await reminders.snooze(reminder("a"), "ten_minutes");
    expect(reminders.store.get()).toHaveLength(1);
    expect([onFailure.mock.calls.length, onChanged.mock.calls.length]).toEqual([1, 0]);
  });
});
