import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Callback, Reminder, Task } from "@/api/generated/wire";
import * as people from "@/mocks/people";
import { toLocalInput } from "@/lib/time";
import { renderPage } from "@/testing/page";

const AXE_TAKES = 30_000;
const HOUR = 3_600_000;
const now = Date.now();

const task = (id: string, dueMs: number | null, change: Partial<Task> = {}): Task => ({ ...(people.tasks[0] as Task), id, text: `Do ${id}`, due_at_ms: dueMs, lead_id: `lead-${id}`, lead_name: `Lead ${id}`, ...change });
const callback = (id: string, dueMs: number, change: Partial<Callback> = {}): Callback => ({ ...(people.callbacks[0] as Callback), id, due_at_ms: dueMs, remind_at_ms: dueMs, lead_id: `lead-${id}`, lead_name: `Lead ${id}`, zone: "Asia/Kolkata", ...change });

const answers = {
  "GET /tasks": () => ({ items: [task("t1", now - HOUR), task("t2", now + 2 * HOUR)], next: null }),
  "GET /callbacks": () => ({ items: [callback("c1", now + HOUR)], next: null }),
  "PATCH /tasks/t1": () => task("t1", now - HOUR, { status: "done" }),
  "POST /callbacks/c1/snooze": () => callback("c1", now + HOUR),
  "PATCH /callbacks/c1": () => callback("c1", now + HOUR),
  "POST /follow-ups/reassign": () => ({ tasks: 1, callbacks: 1 }),
  "GET /users": () => ({ items: people.NAMES.map((_, index) => people.user(index, "telecaller")), next: null }),
};
const rows = () => screen.getAllByTestId("follow-row").map((each) => each.getAttribute("data-id"));

describe("tasks and callbacks", () => {
  beforeEach(() => {
    HTMLDialogElement.prototype.showModal = vi.fn();
    HTMLDialogElement.prototype.close = vi.fn();
    Element.prototype.scrollIntoView = vi.fn();
  });
  afterEach(cleanup);

  it("stand together by their hour, and what is late says so", async () => {
    await renderPage("/follow-ups", answers);
    await waitFor(() => { expect(rows()).toEqual(["t1", "c1", "t2"]); });
    const [first, second] = screen.getAllByTestId("follow-row");
    expect(first?.textContent).toContain("late");
    expect(second?.textContent).toContain("Call Lead c1 back");
    expect(screen.queryByTestId("follow-who")).toBeNull();
  });

  it("are worked by keyboard alone: done, put off, given on", async () => {
    const { requests } = await renderPage("/follow-ups", answers);
    const list = await screen.findByTestId("follow-list");
    act(() => { fireEvent.keyDown(list, { key: "d" }); });
    await waitFor(() => { expect(requests.find((each) => each.path === "/tasks/t1")?.body).toEqual({ status: "done" }); });
    fireEvent.keyDown(list, { key: "ArrowDown" });
    act(() => { fireEvent.keyDown(list, { key: "s" }); });
    await waitFor(() => { expect(requests.find((each) => each.path === "/callbacks/c1/snooze")?.body).toEqual({ until: "ten_minutes" }); });
    fireEvent.keyDown(list, { key: " " });
    fireEvent.keyDown(list, { key: "ArrowUp" });
    fireEvent.keyDown(list, { key: " " });
    fireEvent.click(screen.getByTestId("follow-give-many"));
    fireEvent.change(await screen.findByTestId("reassign-to"), { target: { value: people.user(1, "telecaller").id } });
    act(() => { fireEvent.click(screen.getByTestId("reassign-give")); });
    await waitFor(() => { expect(requests.find((each) => each.path === "/follow-ups/reassign")?.body).toEqual({ tasks: ["t1"], callbacks: ["c1"], to: people.user(1, "telecaller").id }); });
  });

  it("of the team are asked for by supervisors only", async () => {
    const { requests } = await renderPage("/follow-ups?when=overdue", answers, "manager");
    fireEvent.change(await screen.findByTestId("follow-who"), { target: { value: "team" } });
    await waitFor(() => {
      const last = requests.filter((each) => each.path.startsWith("/tasks?")).at(-1)?.path ?? "";
      expect([last.includes("mine"), last.includes("due_before_ms")]).toEqual([false, true]);
    });
  });

  it("stand in a calendar that is walked by keyboard", async () => {
    const { requests, router } = await renderPage("/follow-ups?span=month", answers);
    const today = toLocalInput(now).slice(0, 10);
    await waitFor(() => { expect(screen.getAllByTestId("cal-item").length).toBeGreaterThan(0); });
    const cell = screen.getAllByTestId("cal-day").find((each) => each.getAttribute("data-day") === today);
    expect(cell?.getAttribute("aria-current")).toBe("date");
    act(() => { if (cell) fireEvent.keyDown(cell, { key: "PageDown" }); });
    await waitFor(() => { expect(router.state.location.search).toMatchObject({ span: "month" }); });
    await waitFor(() => { expect((router.state.location.search as { day?: string }).day?.slice(0, 7)).not.toBe(today.slice(0, 7)); });
    const chosen = screen.getAllByTestId("cal-day").find((each) => each.getAttribute("aria-selected") === "true");
    act(() => { if (chosen) fireEvent.keyDown(chosen, { key: "Enter" }); });
    await waitFor(() => { expect(router.state.location.search).toMatchObject({ span: "day" }); });
    expect(requests.some((each) => each.path.includes("due_from_ms") && each.path.includes("due_before_ms"))).toBe(true);
  });

  it("has no fault that axe finds, as a list and as a calendar", async () => {
    const { view } = await renderPage("/follow-ups", answers, "manager");
    await waitFor(() => { expect(rows()).toHaveLength(3); });
    const look = async () => (await axe.run(view.container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } })).violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`);
    expect(await look()).toEqual([]);
    fireEvent.click(screen.getByTestId("follow-look-week"));
    await screen.findByTestId("calendar");
    expect(await look()).toEqual([]);
  }, AXE_TAKES);

  it("that come due are shown with what can be done, and go once it is done", async () => {
    const { app, requests } = await renderPage("/follow-ups", answers);
    const due: Reminder = { kind: "callback", id: "c1", lead_id: "lead-c1", lead_name: "Asha", text: null, due_at_ms: now, zone: "Asia/Kolkata" };
    act(() => { app.reminders.add(due); });
    expect((await screen.findByTestId("reminder")).textContent).toContain("Call Asha back now");
    act(() => { fireEvent.click(screen.getByTestId("reminder-ten_minutes")); });
    await waitFor(() => { expect(screen.queryByTestId("reminder")).toBeNull(); });
    expect(requests.find((each) => each.path === "/callbacks/c1/snooze")?.body).toEqual({ until: "ten_minutes" });
  });
});
