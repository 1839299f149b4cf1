import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";
import type { AssignmentDryRun, AssignmentRules, SaveAssignmentRules } from "@/api/generated/wire";
import * as people from "@/mocks/people";
import { renderPage } from "@/testing/page";
import { comparisons, movedRule, newRule, withoutGroup } from "./rule-set";

/** It walks the whole page, rule by rule. */
const AXE_TAKES = 30_000;

const rules = (change: Partial<AssignmentRules> = {}): AssignmentRules => ({
  set: {
    on: false, rules: [newRule("r1", "Hindi first"), newRule("r2", "Facebook"), newRule("r3", "Everybody")], groups: [], fallback: { kind: "shared" }, sticky: true, idle_days: null,
  },
  version: 3, made_at_ms: Date.now(), made_by: "Leela", warnings: [{ kind: "never_reached", rule: 2, because_of: 0 }], ...change,
});

const run: AssignmentDryRun = {
  looked_at: 10, changes: 4, unassigned: 1, by_fallback: 0, agents: [{ user_id: "a", name: "Farid", now: 2, then: 5 }], rules: [{ rule_id: "r1", name: "Hindi first", gives: 4, passes: 2 }],
  sample: [{ lead_id: "l1", name: "Asha", from: null, to: "Farid", sentence: "“Hindi first” (version 4) gave it to Farid in turn: language is hi." }], warnings: [],
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

  it("builds conditions with and, or, and lists of values", async () => {
    const { requests } = await open();
    await screen.findByTestId("rule-editor");
    fireEvent.click(screen.getByTestId("condition-add"));
    fireEvent.change(screen.getByTestId("condition-values"), { target: { value: "Facebook, Web form" } });
    fireEvent.click(screen.getByTestId("dry-run"));
    expect(await screen.findByTestId("dry-run-result")).toBeTruthy();
    const sent = requests.find((each) => each.path === "/assignment/dry-run")?.body as { set: AssignmentRules["set"] };
    expect(sent.set.rules[0]?.when).toEqual({ kind: "all", of: [{ kind: "field", field: "source", operator: "is", values: ["Facebook", "Web form"] }] });
    expect(screen.getByTestId("dry-run-result").textContent).toContain("gave it to Farid in turn: language is hi.");
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
  it("keeps every rule when one is moved, and forgets a group that is gone", () => {
    expect(movedRule(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(movedRule(["a", "b"], 0, 5)).toEqual(["a", "b"]);
    const set = { ...rules().set, groups: [{ id: "g", name: "Sales", agent_ids: [] }], rules: [{ ...newRule("r", "R"), group_ids: ["g"] }] };
    expect(withoutGroup(set, "g")).toMatchObject({ groups: [], rules: [{ group_ids: [] }] });
    expect(comparisons({ kind: "any", of: [{ kind: "all", of: [{ kind: "field", field: "source", operator: "is_set", values: [] }] }] })).toBe(1);
  });
});
