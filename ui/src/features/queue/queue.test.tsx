import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WorklistEntry } from "@/api/generated/wire";
import { translator } from "@/i18n";
import { entry, heldLead, lead } from "@/testing/worklist";
import { renderPage } from "@/testing/page";
import { movedTo } from "./grid-keys";
import { reasonWords } from "./words";

const NOW = Date.now();
/** It walks the whole page, rule by rule. */
const AXE_TAKES = 30_000;

const people: WorklistEntry[] = Array.from({ length: 60 }, (_, index) => entry({
  lead: lead({ id: `l${index}`, name: `Person ${index}`, created_at_ms: NOW - 4 * 60_000 }),
  reasons: [{ kind: "hot" }, { kind: "fresh", since_at_ms: NOW - 4 * 60_000 }],
  hindrance: index === 1 ? { kind: "held", by: "Mira", until_ms: NOW + 60_000 } : null,
}));

const answers = {
  "GET /worklist": () => ({ items: people, next: null }),
  "GET /worklist/counts": () => ({ fresh: 60, callback: 0, retry: 0, due: 59 }),
  "GET /worklist/held": () => [],
  "POST /worklist/next": () => ({ kind: "lead", lead: heldLead({ id: "l0", fence: 5, held_until_ms: NOW + 300_000 }) }),
  "POST /calls": () => ({ id: "c1" }),
};

describe("the queue", () => {
  beforeEach(() => {
    // Nothing is laid out here; the list needs a height to know which rows can be seen.
    vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
    vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
  });
  afterEach(() => {
    cleanup();
    vi.restoreAllMocks();
  });

  it("shows the rows that can be seen, each with its reason, and why one may not be called", async () => {
    await renderPage("/queue", answers);
    const rows = await screen.findAllByTestId("queue-row");
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.length).toBeLessThan(people.length);
    expect(rows[0]?.textContent).toContain("hot · came in 4 min ago");
    expect(rows[1]?.textContent).toContain("Mira works on it");
    expect(screen.getByTestId("queue-tab-fresh").textContent).toContain("60");
  });

  it("is walked and dialled by keyboard alone, but never who may not be called", async () => {
    const { requests } = await renderPage("/queue", answers);
    const list = await screen.findByTestId("queue-list");
    const calls = () => requests.filter((each) => each.path === "/calls");
    fireEvent.keyDown(list, { key: "ArrowDown" });
    fireEvent.keyDown(list, { key: "Enter" });
    expect(calls()).toEqual([]);
    fireEvent.keyDown(list, { key: "ArrowDown" });
    fireEvent.keyDown(list, { key: "Enter" });
    await waitFor(() => { expect(calls()[0]).toMatchObject({ method: "POST", body: { lead_id: "l2" } }); });
    expect(list.getAttribute("aria-activedescendant")).toBe("queue-l2");
  });

  it("takes the next lead by one key and dials it by another, with the fence it was held under", async () => {
    const { app, requests } = await renderPage("/queue", answers);
    await screen.findByTestId("next-ask");
    await act(async () => {
      app.keyRouter.press("F8");
      await Promise.resolve();
    });
    await screen.findByTestId("next-lead");
    act(() => { app.keyRouter.press("F9"); });
    await waitFor(() => { expect(requests.find((each) => each.path === "/calls")?.body).toMatchObject({ lead_id: "l0", fence: 5 }); });
  });

  it("says what to do when nobody is there, and when a filter finds nobody", async () => {
    const none = { ...answers, "GET /worklist": () => ({ items: [], next: null }) };
    await renderPage("/queue", none);
    expect(await screen.findByTestId("queue-empty")).toBeTruthy();
    cleanup();
    await renderPage("/queue?heat=hot", none);
    expect(await screen.findByText("Clear filters")).toBeTruthy();
  });

  it("has no fault that axe finds", async () => {
    const { view } = await renderPage("/queue", answers);
    await screen.findAllByTestId("queue-row");
    const { violations } = await axe.run(view.container, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((each) => `${each.id}: ${each.nodes[0]?.html ?? ""}`)).toEqual([]);
  }, AXE_TAKES);

  it.each([["en", "came in just now", "came in 2 min ago"], ["hi", "अभी-अभी आई", "2 मिनट पहले आई"]] as const)("says how long a lead is here (%s)", (locale, first, later) => {
    const here = (ms: number) => reasonWords({ kind: "fresh", since_at_ms: NOW - ms }, { t: translator(locale), nowMs: NOW, locale });
    expect([here(5_000), here(130_000)]).toEqual([first, later]);
  });

  it.each([["ArrowDown", 0, 1], ["ArrowUp", 0, 0], ["End", 3, 9], ["PageDown", 8, 9], ["x", 1, null]] as const)("%s from %i goes to %s", (key, at, to) => {
    expect(movedTo(key, at, 10, 5)).toBe(to);
  });
});
