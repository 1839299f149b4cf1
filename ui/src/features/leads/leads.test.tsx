import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";
import type { BulkAction, Role } from "@/api/generated/wire";
import { translator } from "@/i18n";
import { actions, tags, views } from "@/mocks/lead-sets";
import * as people from "@/mocks/people";
import type { Request } from "@/platform/types";
import { withDialogs } from "@/testing/dialogs";
import { renderPage } from "@/testing/page";
import { chosenAction } from "./bulk-dialog";
import { actionText, hoursToUndo, isWorking } from "./bulk-words";
import { filterOf, listFilter, searchOf, viewOf } from "./lead-search";

withDialogs();

const AXE_TAKES = 30_000;
const page = (items: unknown[]) => ({ items, next: null });
const [done] = actions as [BulkAction];

const answers = (change: Record<string, (request: Request) => unknown> = {}) => ({
  "GET /leads": () => page(people.leads), "GET /tags": () => tags, "GET /lead-views": () => views, "GET /bulk-actions": () => page([]), "GET /campaigns": () => [{ id: "camp-1", name: "Spring" }],
  "GET /users": () => page([people.user(0, "telecaller"), people.user(1, "field_agent")]), "POST /bulk-actions": () => ({ ...done, state: "working" }), "POST /bulk-actions/bulk-1/undo": () => ({ ...done, state: "undoing" }),
  "POST /tags": () => tags[0], "POST /lead-views": () => views[0], ...change,
});

const open = (at = "/leads", role: Role = "tenant_admin", change = {}) => renderPage(at, answers(change), role);
const sent = (requests: Request[], what: string): unknown => requests.find((each) => `${each.method} ${each.path}` === what)?.body;

describe("many leads at once", () => {
  afterEach(cleanup);

  it("does something with the leads that are chosen, by name", async () => {
    const { requests } = await open();
    const picks = await screen.findAllByTestId<HTMLInputElement>("lead-pick");
    for (const pick of picks.slice(0, 2)) fireEvent.click(pick);
    expect(screen.getByTestId("bulk-chosen").textContent).toBe("2 leads chosen");
    fireEvent.click(screen.getByTestId("bulk-do-chosen"));
    const dialog = await screen.findByTestId("bulk-dialog");
    expect(within(dialog).getByTestId("bulk-start").getAttribute("aria-disabled")).toBe("true");
    expect(within(dialog).queryByText("Mira Tamarind")).toBeNull();
    fireEvent.change(within(dialog).getByTestId("bulk-kind"), { target: { value: "add_tag" } });
    fireEvent.change(within(dialog).getByTestId("bulk-subject"), { target: { value: "tag-vip" } });
    fireEvent.click(within(dialog).getByTestId("bulk-start"));
    await waitFor(() => { expect(sent(requests, "POST /bulk-actions")).toEqual({ action: { kind: "add_tag", tag_id: "tag-vip" }, filter: {}, lead_ids: people.leads.slice(0, 2).map((each) => each.id) }); });
    await waitFor(() => { expect(screen.queryByTestId("bulk-chosen")).toBeNull(); });
  });

  it("does something with all that fit the filter of the address", async () => {
    const { requests } = await open("/leads?heat=hot&tag=tag-visit");
    fireEvent.click(await screen.findByTestId("bulk-do-all"));
    fireEvent.change(await screen.findByTestId("bulk-kind"), { target: { value: "delete" } });
    fireEvent.click(screen.getByTestId("bulk-start"));
    await waitFor(() => { expect(sent(requests, "POST /bulk-actions")).toEqual({ action: { kind: "delete" }, filter: { heat: "hot", tag_id: "tag-visit" } }); });
  });

  it("shows what the last one came to, and undoes it", async () => {
    const { requests } = await open("/leads", "manager", { "GET /bulk-actions": () => page([done]) });
    const progress = await screen.findByTestId("bulk-progress");
    await waitFor(() => { expect(progress.textContent).toContain("Add “Site visit”"); });
    expect(screen.getByTestId("bulk-counts").textContent).toBe("310 changed · 30 were so already");
    fireEvent.click(screen.getByTestId("bulk-undo"));
    await waitFor(() => { expect(sent(requests, "POST /bulk-actions/bulk-1/undo")).toEqual({}); });
  });

  it("shows the leads as they are after an action that was over before anybody looked", async () => {
    let all: BulkAction[] = [];
    const { requests } = await open("/leads", "manager", { "GET /bulk-actions": () => page(all), "POST /bulk-actions": () => { all = [done]; return done; } });
    await screen.findAllByTestId("lead-row");
    const lists = () => requests.filter((each) => each.method === "GET" && each.path.split("?")[0] === "/leads").length;
    const before = lists();
    fireEvent.click(screen.getByTestId("bulk-do-all"));
    fireEvent.change(await screen.findByTestId("bulk-kind"), { target: { value: "delete" } });
    fireEvent.click(screen.getByTestId("bulk-start"));
    await screen.findByTestId("bulk-counts");
    await waitFor(() => { expect(lists()).toBe(before + 1); });
  });

  it("offers nothing of it to an agent", async () => {
    const { requests } = await open("/leads", "telecaller");
    await screen.findAllByTestId("lead-row");
    expect(["lead-pick", "bulk-bar", "manage-tags"].map((each) => screen.queryByTestId(each))).toEqual([null, null, null]);
    expect(requests.some((each) => each.path.startsWith("/bulk-actions"))).toBe(false);
  });

  it("has no fault that axe finds", async () => {
    const { view } = await open("/leads", "tenant_admin", { "GET /bulk-actions": () => page([done]) });
    await screen.findAllByTestId("lead-row");
    await screen.findByTestId("bulk-progress");
    const { violations } = await axe.run(view.container, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((each) => `${each.id}: ${each.nodes[0]?.html ?? ""}`)).toEqual([]);
  }, AXE_TAKES);
});

describe("tags", () => {
  afterEach(cleanup);

  it("narrow the list by the address", async () => {
    const { requests } = await open("/leads", "telecaller");
    fireEvent.change(await screen.findByTestId("leads-tag"), { target: { value: "tag-loan" } });
    await waitFor(() => { expect(requests.some((each) => each.path.includes("tag_id=tag-loan"))).toBe(true); });
    expect((await screen.findAllByTestId("tag")).some((each) => each.textContent === "Home loan")).toBe(true);
  });

  it("are added with a word and a colour", async () => {
    const { requests } = await open();
    fireEvent.click(await screen.findByTestId("manage-tags"));
    fireEvent.change(await screen.findByTestId("tag-word"), { target: { value: "Investor" } });
    fireEvent.change(screen.getByTestId("tag-colour"), { target: { value: "green" } });
    fireEvent.click(screen.getByTestId("tag-save"));
    await waitFor(() => { expect(sent(requests, "POST /tags")).toEqual({ word: "Investor", colour: "green" }); });
  });

  it("are given to a lead and taken off it", async () => {
    const lead = { ...people.lead, tags: ["tag-visit"] };
    const { requests } = await open(`/leads/${lead.id}`, "telecaller", {
      [`GET /leads/${lead.id}`]: () => ({ ...people.card, lead }), [`GET /leads/${lead.id}/changes`]: () => [], [`PUT /leads/${lead.id}/tags/tag-vip`]: () => lead, [`DELETE /leads/${lead.id}/tags/tag-visit`]: () => lead,
    });
    fireEvent.change(await screen.findByTestId("tag-give"), { target: { value: "tag-vip" } });
    await waitFor(() => { expect(requests.some((each) => each.method === "PUT" && each.path.endsWith("/tags/tag-vip"))).toBe(true); });
    fireEvent.click(await screen.findByLabelText("Take off: Site visit"));
    await waitFor(() => { expect(requests.some((each) => each.method === "DELETE" && each.path.endsWith("/tags/tag-visit"))).toBe(true); });
  });
});

describe("views", () => {
  afterEach(cleanup);

  it("are opened with their filter and order", async () => {
    const { requests } = await open("/leads", "telecaller");
    fireEvent.change(await screen.findByTestId("view-pick"), { target: { value: "view-visit" } });
    await waitFor(() => { expect(requests.some((each) => each.path.includes("tag_id=tag-visit") && each.path.includes("sort=oldest"))).toBe(true); });
    await waitFor(() => { expect(screen.getByTestId<HTMLSelectElement>("view-pick").value).toBe("view-visit"); });
    expect(screen.queryByTestId("view-change")).toBeNull();
  });

  it("keep the present filter; only supervisors share", async () => {
    const { requests } = await open("/leads?heat=cold", "telecaller");
    fireEvent.click(await screen.findByTestId("view-save"));
    expect(screen.queryByTestId("view-shared")).toBeNull();
    fireEvent.change(await screen.findByTestId("view-name"), { target: { value: "Cold ones" } });
    fireEvent.click(screen.getByTestId("edit-save"));
    await waitFor(() => { expect(sent(requests, "POST /lead-views")).toEqual({ name: "Cold ones", shared: false, filter: { heat: "cold" }, sort: "newest" }); });
  });

  it("and the address say the same", () => {
    const [hot, visit] = views as [(typeof views)[number], (typeof views)[number]];
    expect(searchOf(hot, people.agentId(0))).toEqual({ heat: "hot", mine: "1" });
    expect(searchOf(hot, "other")).toEqual({ heat: "hot", owner: people.agentId(0) });
    expect(filterOf(searchOf(hot, "other"), "other")).toEqual(hot.filter);
    expect(listFilter(searchOf(visit, "x"), "x")).toEqual({ limit: 50, tag_id: "tag-visit", sort: "oldest" });
    expect(viewOf(views, { sort: "oldest", tag: "tag-visit" }, "x")?.id).toBe("view-visit");
    expect(viewOf(views, { tag: "tag-visit" }, "x")).toBeUndefined();
  });
});

describe("words of an action", () => {
  it("name what it does, in both languages", () => {
    const names = { tags, people: [{ id: "a", name: "Farid" }], campaigns: [{ id: "c", name: "Spring" }] };
    const t = translator("en");
    expect(actionText({ kind: "assign", to: "a" }, names, t)).toBe("Give to Farid");
    expect(actionText({ kind: "assign", to: null }, names, t)).toBe("Take from their owners");
    expect(actionText({ kind: "move_to_campaign", campaign_id: "c" }, names, translator("hi"))).toContain("Spring");
    expect(actionText({ kind: "remove_tag", tag_id: "x" }, names, t)).toContain("gone");
  });

  it("know what is chosen and until when it can be undone", () => {
    expect([chosenAction("delete", ""), chosenAction("assign", ""), chosenAction("assign", "none")]).toEqual([{ kind: "delete" }, null, { kind: "assign", to: null }]);
    expect([chosenAction("add_tag", "none"), chosenAction("move_to_campaign", "c")]).toEqual([null, { kind: "move_to_campaign", campaign_id: "c" }]);
    expect(hoursToUndo(done, people.NOW)).toBe(23);
    expect(hoursToUndo({ ...done, state: "working" }, people.NOW)).toBe(0);
    expect(hoursToUndo({ ...done, counts: { ...done.counts, undone: 310 } }, people.NOW)).toBe(0);
    expect([isWorking("gathering"), isWorking("undone")]).toEqual([true, false]);
  });
});
