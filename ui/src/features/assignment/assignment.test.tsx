import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiFailure } from "@/api/failure";
import type { AssignmentDryRun, AssignmentReason, AssignmentRules, SaveAssignmentRules } from "@/api/generated/wire";
import * as people from "@/mocks/people";
import type { Request } from "@/platform/types";
import { renderPage } from "@/testing/page";
import { comparisons, newRule, withoutGroup } from "./rule-set";

/** It walks the whole page, rule by rule. */
const AXE_TAKES = 30_000;

const rules = (change: Partial<AssignmentRules> = {}): AssignmentRules => ({
  set: {
    on: false, rules: [newRule("r1", "Hindi first"), newRule("r2", "Facebook"), newRule("r3", "Everybody")], groups: [], fallback: { kind: "shared" }, sticky: true, idle_days: null,
  },
  version: 3, made_at_ms: Date.now(), made_by: "Leela", warnings: [{ kind: "never_reached", rule: 2, because_of: 0 }], ...change,
});

const reason: AssignmentReason = { kind: "rule", rule: "Hindi first", version: 4, agent: "Farid", strategy: "round_robin", met: [{ field: "language", operator: "is", values: ["hi"] }], passed: [] };

const run: AssignmentDryRun = {
  looked_at: 10, changes: 4, unassigned: 1, by_fallback: 0, agents: [{ user_id: "a", name: "Farid", now: 2, then: 5 }], rules: [{ rule_id: "r1", name: "Hindi first", gives: 4, passes: 2 }],
  sample: [{ lead_id: "l1", name: "Asha", from: null, to: "Farid", sentence: "“Hindi first” (version 4) gave it to Farid in turn: language is hi.", reason }], warnings: [],
};

const answers = {
  "GET /assignment/rules": () => rules(),
  "PUT /assignment/rules": () => rules({ version: 4, warnings: [] }),
  "POST /assignment/dry-run": () => run,
  "GET /assignment/figures": () => ({ agents: [{ user_id: "a", name: "Farid", open: 5, today: 2, week: 9 }], rules: [], left_behind: [{ user_id: "gone", name: "Mira", leads: 5000 }] }),
  "POST /assignment/reassign": () => ({ leads: 5000, unassigned: 0 }),
  "GET /users": () => ({ items: people.NAMES.map((_, index) => people.user(index, "telecaller")), next: null }),
};

const open = () => renderPage("/settings/assignment", answers, "tenant_admin");
const names = () => screen.getAllByTestId("rule-item").map((each) => /\. ([^0-9]+?)(?:Off)?\d/.exec(each.textContent ?? "")?.[1]?.trim());

describe("the rules page", () => {
  afterEach(cleanup);

  it("says what will not work as one may think", async () => {
    await open();
    expect((await screen.findByTestId("assign-warnings")).textContent).toContain("“Everybody” is never reached: “Hindi first” takes every lead.");
  });

  it("keeps the open rule and the focus when it saves, and takes up what somebody else saved", async () => {
    let now = rules();
    const { app } = await renderPage("/settings/assignment", {
      ...answers, "GET /assignment/rules": () => now,
      "PUT /assignment/rules": ({ body }) => { now = rules({ set: (body as SaveAssignmentRules).set, version: 4, warnings: [] }); return now; },
    }, "tenant_admin");
    fireEvent.click(await screen.findByText("2. Facebook"));
    fireEvent.change(screen.getByTestId("rule-name"), { target: { value: "Instagram" } });
    const save = screen.getByTestId("assign-save");
    save.focus();
    fireEvent.click(save);
    await screen.findByText(/^Version 4, by/);
    expect(screen.getByTestId<HTMLInputElement>("rule-name").value).toBe("Instagram");
    expect(document.activeElement).toBe(screen.getByTestId("assign-save"));
    now = rules({ version: 5, set: { ...now.set, rules: now.set.rules.map((each) => (each.id === "r2" ? { ...each, name: "Telegram" } : each)) } });
    await app.queries.invalidateQueries({ queryKey: ["assignment"] });
    await waitFor(() => { expect(screen.getByTestId<HTMLInputElement>("rule-name").value).toBe("Telegram"); });
  });

  /** Somebody else saves version 4 while the second rule is being renamed. */
  const overtaken = async (locale: "en" | "hi" = "en") => {
    let now = rules();
    const page = await renderPage("/settings/assignment", {
      ...answers, "GET /assignment/rules": () => now,
      "PUT /assignment/rules": ({ body }) => {
        const typed = body as SaveAssignmentRules;
        if (typed.version !== now.version) throw new ApiFailure({ code: "conflict", message: "", request_id: "t" }, 409);
        now = rules({ set: typed.set, version: now.version + 1, warnings: [] });
        return now;
      },
    }, "tenant_admin");
    act(() => { page.app.prefs.set({ ...page.app.prefs.get(), locale }); });
    fireEvent.click(await screen.findByText("2. Facebook"));
    fireEvent.change(screen.getByTestId("rule-name"), { target: { value: "Instagram" } });
    const theirs = () => {
      now = rules({ version: 4, made_by: "Mira", set: { ...now.set, rules: now.set.rules.map((each) => (each.id === "r2" ? { ...each, name: "Telegram" } : each)) } });
    };
    const learn = () => act(() => page.app.queries.invalidateQueries({ queryKey: ["assignment"] }));
    return { ...page, theirs, learn };
  };
  const ruleName = () => screen.getByTestId<HTMLInputElement>("rule-name").value;
  const saves = (requests: Request[]) => requests.filter((each) => each.method === "PUT").map((each) => { const { version, set } = each.body as SaveAssignmentRules; return [version, set.rules[1]?.name]; });

  it.each([["en", /^Mira saved version 4 .* while you were editing\..*version 3/], ["hi", /Mira ने संस्करण 4 सहेजा.*संस्करण 3/]] as const)("says that somebody saved while one edited, and saves nothing over it unasked (%s)", async (locale, words) => {
    const { requests, theirs, learn } = await overtaken(locale);
    theirs();
    await learn();
    expect((await screen.findByTestId("draft-newer")).textContent).toMatch(words);
    expect([ruleName(), screen.getByTestId("assign-save").getAttribute("aria-disabled")]).toEqual(["Instagram", "true"]);
    fireEvent.click(screen.getByTestId("assign-save"));
    expect(saves(requests)).toEqual([]);
  });

  it("goes on with the draft over the newer version when that is chosen", async () => {
    const { requests, theirs, learn } = await overtaken();
    theirs();
    await learn();
    fireEvent.click(await screen.findByTestId("draft-keep-mine"));
    expect(ruleName()).toBe("Instagram");
    fireEvent.click(screen.getByTestId("assign-save"));
    await screen.findByText(/^Version 5, by/);
    expect([saves(requests), screen.queryByTestId("draft-newer")]).toEqual([[[4, "Instagram"]], null]);
  });

  it("or takes the newer one, with the draft put aside and a way back to it", async () => {
    const { theirs, learn } = await overtaken();
    theirs();
    await learn();
    fireEvent.click(await screen.findByTestId("draft-take-theirs"));
    expect([ruleName(), screen.queryByTestId("draft-newer")]).toEqual(["Telegram", null]);
    fireEvent.click(screen.getByTestId("draft-back-to-mine"));
    expect([ruleName(), screen.queryByTestId("draft-aside"), screen.getByTestId("assign-save").getAttribute("aria-disabled")]).toEqual(["Instagram", null, null]);
  });

  it("shows the choice when the server refuses the older version", async () => {
    const { requests, theirs } = await overtaken();
    theirs();
    fireEvent.click(screen.getByTestId("assign-save"));
    fireEvent.click(await screen.findByTestId("draft-keep-mine"));
    expect(screen.queryByTestId("form-error")).toBeNull();
    fireEvent.click(screen.getByTestId("assign-save"));
    await screen.findByText(/^Version 5, by/);
    expect(saves(requests)).toEqual([[3, "Instagram"], [4, "Instagram"]]);
  });

  it("knows after the page was left of which version the draft was made", async () => {
    const { router, theirs } = await overtaken();
    await act(() => router.navigate({ to: "/settings/$page", params: { page: "users" } }));
    theirs();
    await act(() => router.navigate({ to: "/settings/$page", params: { page: "assignment" } }));
    expect((await screen.findByTestId("draft-newer")).textContent).toContain("version 3");
    fireEvent.click(screen.getByText("2. Instagram"));
    expect(ruleName()).toBe("Instagram");
  });

  it("counts who got what at most every half minute, and when it is asked to", async () => {
    vi.useFakeTimers();
    try {
      const { requests } = await open();
      const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
      const counted = () => requests.filter((each) => each.path === "/assignment/figures").length;
      await pass(0);
      expect(counted()).toBe(1);
      await pass(29_000);
      expect(counted()).toBe(1);
      await pass(2_000);
      expect(counted()).toBe(2);
      fireEvent.click(screen.getByTestId("figures-again"));
      await pass(100);
      expect(counted()).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it("moves a rule by keyboard and by dragging, says where it went, and saves the order over the version that was read", async () => {
    const { requests } = await open();
    const items = await screen.findAllByTestId("rule-item");
    const button = items[2]?.querySelector("button");
    if (button) fireEvent.keyDown(button, { key: "ArrowUp", altKey: true });
    expect(names()).toEqual(["Hindi first", "Everybody", "Facebook"]);
    expect(screen.getByText("Everybody is now 2 of 3")).toBeTruthy();
    const [first, , third] = screen.getAllByTestId("rule-item");
    if (first && third) {
      fireEvent.dragStart(third, { dataTransfer: { setData: () => undefined } });
      fireEvent.dragOver(first);
      fireEvent.drop(first);
    }
    expect(names()).toEqual(["Facebook", "Hindi first", "Everybody"]);
    fireEvent.click(screen.getByTestId("assign-save"));
    await waitFor(() => { expect(requests.find((each) => each.method === "PUT")).toBeTruthy(); });
    const body = requests.find((each) => each.method === "PUT")?.body as SaveAssignmentRules;
    expect([body.version, body.set.rules.map((each) => each.id)]).toEqual([3, ["r2", "r1", "r3"]]);
  });

  it("has a campaign chosen by its name", async () => {
    const sent: SaveAssignmentRules[] = [];
    await renderPage("/settings/assignment", {
      ...answers, "GET /campaigns": () => [{ id: "camp-1", name: "Spring" }],
      "PUT /assignment/rules": ({ body }) => { sent.push(body as SaveAssignmentRules); return rules({ version: 4 }); },
    }, "tenant_admin");
    fireEvent.click(await screen.findByText("1. Hindi first"));
    fireEvent.click(screen.getByTestId("condition-add"));
    fireEvent.change(screen.getByLabelText("Field"), { target: { value: "campaign" } });
    await screen.findByText("Spring");
    fireEvent.change(screen.getByTestId("condition-campaign"), { target: { value: "camp-1" } });
    fireEvent.click(screen.getByTestId("assign-save"));
    await waitFor(() => { expect(sent).toHaveLength(1); });
    expect(sent[0]?.set.rules[0]?.when).toMatchObject({ of: [{ field: "campaign", operator: "is", values: ["camp-1"] }] });
  });

  it("builds conditions with and, or, and lists of values", async () => {
    const { requests } = await open();
    await screen.findByTestId("rule-editor");
    fireEvent.click(screen.getByTestId("condition-add"));
    fireEvent.change(screen.getByTestId("condition-values"), { target: { value: "Facebook, Web form" } });
    fireEvent.click(screen.getByTestId("dry-run"));
    expect(await screen.findByTestId("dry-run-result")).toBeTruthy();
    const sent = requests.find((each) => each.path === "/assignment/dry-run")?.body as { set: AssignmentRules["set"] };
    expect(sent.set.rules[0]?.when).toEqual({ kind: "all", of: [{ kind: "field", field: "source", operator: "is", values: ["Facebook", "Web form"] }] });
    expect(screen.getByTestId("dry-run-result").textContent).toContain("“Hindi first” (version 4) gave it to Farid in turn: language is Hindi.");
  });

  it("offers to give on the leads of somebody who has left", async () => {
    const { requests } = await open();
    expect((await screen.findByTestId("left-behind")).textContent).toContain("5000 leads");
    fireEvent.click(screen.getByTestId("reassign"));
    await waitFor(() => { expect(requests.find((each) => each.path === "/assignment/reassign")?.body).toEqual({ from: "gone" }); });
  });

  it("has no fault that axe finds", async () => {
    const { view } = await open();
    await screen.findByTestId("left-behind");
    const { violations } = await axe.run(view.container, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((each) => `${each.id}: ${each.nodes[0]?.html ?? ""}`)).toEqual([]);
  }, AXE_TAKES);
});

describe("a set of rules", () => {
  it("forgets a group that is gone, and counts its comparisons", () => {
    const set = { ...rules().set, groups: [{ id: "g", name: "Sales", agent_ids: [] }], rules: [{ ...newRule("r", "R"), group_ids: ["g"] }] };
    expect(withoutGroup(set, "g")).toMatchObject({ groups: [], rules: [{ group_ids: [] }] });
    expect(comparisons({ kind: "any", of: [{ kind: "all", of: [{ kind: "field", field: "source", operator: "is_set", values: [] }] }] })).toBe(1);
  });
});
