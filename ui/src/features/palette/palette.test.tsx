import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";
import type { Role } from "@/api/generated/wire";
import { translator } from "@/i18n";
import * as calls from "@/mocks/calls";
import * as people from "@/mocks/people";
import { settle } from "@/testing/clock";
import { withDialogs } from "@/testing/dialogs";
import { renderPage } from "@/testing/page";
import { commands, fitting } from "./commands";

withDialogs();

const page = (items: unknown[]) => ({ items, next: null });

async function open(role: Role = "tenant_admin") {
  const found = await renderPage("/calls", {
    "GET /leads": () => page(people.leads), "GET /calls": () => page(calls.rows), "GET /tags": () => [], "GET /lead-views": () => [], "GET /bulk-actions": () => page([]), "GET /users": () => page([]), "GET /campaigns": () => [],
  }, role);
  fireEvent.click(screen.getByTestId("find-lead"));
  return { ...found, input: await screen.findByTestId<HTMLInputElement>("find-input") };
}

const active = (input: HTMLElement): string | undefined => document.getElementById(input.getAttribute("aria-activedescendant") ?? "")?.textContent ?? undefined;

async function type(input: HTMLInputElement, text: string): Promise<void> {
  fireEvent.change(input, { target: { value: text } });
  await act(settle);
}

describe("the palette", () => {
  afterEach(cleanup);

  it("is a combobox whose active option follows the arrows, around both ends", async () => {
    const { input } = await open();
    expect(input.getAttribute("role")).toBe("combobox");
    const listed = within(screen.getByTestId("find-dialog"));
    const labels = listed.getAllByRole("option", { hidden: true }).map((each) => each.textContent);
    expect(active(input)).toBe(labels[0]);
    fireEvent.keyDown(input, { key: "ArrowDown" });
    expect(active(input)).toBe(labels[1]);
    fireEvent.keyDown(input, { key: "ArrowUp" });
    fireEvent.keyDown(input, { key: "ArrowUp" });
    expect(active(input)).toBe(labels.at(-1));
    expect(listed.getAllByRole("option", { hidden: true, selected: true })).toHaveLength(1);
  });

  it("goes to a page by its name and Enter, and closes", async () => {
    const { input, router } = await open();
    await type(input, "settings aud");
    fireEvent.keyDown(input, { key: "End", ctrlKey: true });
    expect(active(input)).toContain("Audit");
    fireEvent.keyDown(input, { key: "Enter" });
    await waitFor(() => { expect(router.state.location.pathname).toBe("/settings/audit"); });
    expect(screen.queryByTestId("find-dialog")).toBeNull();
  });

  it("finds people and calls, and opens the chosen one", async () => {
    const { input, requests, router } = await open();
    await type(input, "asha");
    const leads = await screen.findAllByTestId("palette-lead");
    expect(leads[0]?.textContent).toContain("Asha Marigold");
    expect((await screen.findAllByTestId("palette-call")).length).toBeGreaterThan(0);
    expect(requests.filter((each) => each.path.includes("search=asha")).map((each) => each.path.split("?")[0]).sort()).toEqual(["/calls", "/leads"]);
    fireEvent.keyDown(input, { key: "Enter" });
    await waitFor(() => { expect(router.state.location.pathname).toBe("/leads/lead-asha"); });
  });

  it("closes at the first Esc, whatever was typed", async () => {
    const { input } = await open();
    await type(input, "asha");
    fireEvent.keyDown(input, { key: "Escape" });
    await waitFor(() => { expect(screen.queryByTestId("find-dialog")).toBeNull(); });
  });

  it("keeps nothing that was typed", async () => {
    const { app, input } = await open();
    await type(input, "asha");
    await screen.findAllByTestId("palette-lead");
    fireEvent.keyDown(input, { key: "Enter" });
    await waitFor(() => { expect(screen.queryByTestId("find-dialog")).toBeNull(); });
    await act(settle);
    await waitFor(() => { expect(app.queries.getQueryCache().findAll({ queryKey: ["palette"] })).toEqual([]); });
    expect(JSON.stringify({ ...localStorage })).not.toContain("asha");
    fireEvent.click(screen.getByTestId("find-lead"));
    expect((await screen.findByTestId<HTMLInputElement>("find-input")).value).toBe("");
  });

  it("says how many results there are, and that nothing fits", async () => {
    const { input } = await open("viewer");
    await type(input, "x");
    expect(within(screen.getByTestId("find-dialog")).getByText("Nothing fits.")).toBeTruthy();
    expect(screen.getByText("0 results")).toBeTruthy();
  });

  it("has no fault that axe finds", async () => {
    const { input } = await open();
    await type(input, "asha");
    await screen.findAllByTestId("palette-lead");
    const { violations } = await axe.run(screen.getByTestId("find-dialog"), { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((each) => `${each.id}: ${each.nodes[0]?.html ?? ""}`)).toEqual([]);
  }, 30_000);
});

describe("commands", () => {
  it("are those of the role", () => {
    const ids = (role: Role): string[] => commands(role, translator("en")).map((each) => each.id);
    expect(ids("tenant_admin")).toEqual(expect.arrayContaining(["page-monitor", "page-imports", "settings-carrier", "do-new"]));
    expect(ids("telecaller").filter((each) => ["page-monitor", "page-imports", "settings-carrier"].includes(each))).toEqual([]);
    expect(ids("viewer")).not.toContain("do-next");
  });

  it("fit by the beginnings of their words, in Hindi too", () => {
    const all = commands("tenant_admin", translator("hi"));
    expect(fitting(all, "").some((each) => each.goal.kind === "settings")).toBe(false);
    const first = all.find((each) => each.goal.kind === "page" && each.goal.to === "/leads");
    expect(fitting(all, first?.label.slice(0, 2) ?? "?").map((each) => each.id)).toContain("page-leads");
    expect(fitting(all, "zzz")).toEqual([]);
  });
});
