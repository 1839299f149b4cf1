import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ApiFailure } from "@/api/failure";
import type { BulkAction, LeadCard, Role } from "@/api/generated/wire";
import { translator } from "@/i18n";
import * as assignment from "@/mocks/assignment";
import * as pages from "@/mocks/lead-pages";
import { actions } from "@/mocks/lead-sets";
import * as people from "@/mocks/people";
import type { Request } from "@/platform/types";
import { withDialogs } from "@/testing/dialogs";
import { renderPage } from "@/testing/page";
import { newsText } from "./board-page";
import { actionText, hasFile } from "./bulk-words";
import { firstPicks, rowsOf, takenOf } from "./merge-fields";

withDialogs();

const AXE_TAKES = 30_000;
const list = (items: unknown[]) => ({ items, next: null });
const lead = { ...people.lead, masked: false, phone: "+919812300021", email: "asha@x.example" };
const other = { ...lead, id: "lead-2", name: "Asha M.", phone: "+919812300099", email: null, stage: "new", fields: { bedrooms: "3 BHK", floor: "7" } };
const card = (of: typeof lead | typeof other): LeadCard => ({ ...people.card, lead: of });
const [done] = actions as [BulkAction];
const path = `/leads/${lead.id}`;

const answers = (change: Record<string, (request: Request) => unknown> = {}) => ({
  [`GET ${path}`]: () => card(lead), "GET /leads/lead-2": () => card(other), [`GET ${path}/changes`]: () => people.changes, [`GET ${path}/consents`]: () => [],
  [`GET ${path}/duplicates`]: () => [{ lead: other, because: "number" }], [`GET ${path}/merges`]: () => pages.merges, [`GET ${path}/notes`]: () => list(pages.notes), [`GET ${path}/files`]: () => pages.files,
  [`POST ${path}/merge`]: () => lead, "POST /leads/lead-2/merge": () => other, "POST /lead-merges/merge-1/undo": () => lead, [`POST ${path}/notes`]: () => pages.notes[0], "DELETE /lead-notes/note-1": () => null, "POST /lead-notes/note-1/restore": () => pages.notes[0],
  [`POST ${path}/files`]: () => pages.files[0], "GET /lead-files/file-1/url": () => ({ url: "/api/v1/files/signed/x", expires_at_ms: 0 }), "DELETE /lead-files/file-1": () => null, "POST /lead-files/file-1/restore": () => pages.files[0],
  "GET /assignments": () => list(assignment.given), "GET /tags": () => [], "GET /users": () => list([people.user(0, "telecaller"), people.user(1, "telecaller")]), "GET /campaigns": () => [{ id: "camp-1", name: "Spring" }], [`PATCH ${path}`]: () => lead, ...change,
});

const open = (role: Role = "manager", change = {}, at = path) => renderPage(at, answers(change), role);
const sent = (requests: Request[], what: string): unknown => requests.find((each) => `${each.method} ${each.path}` === what)?.body;
const asked = (requests: Request[], what: string): boolean => requests.some((each) => `${each.method} ${each.path}` === what);

describe("fields of two leads side by side", () => {
  const rows = rowsOf(card(lead), card(other), { t: translator("en"), campaigns: [{ id: "camp-1", name: "Spring" }] });
  it("those that differ come first, in words", () => {
    expect(rows.slice(0, 7).map((row) => [row.field, row.kept, row.other])).toEqual([
      ["name", "Asha Marigold", "Asha M."], ["phone", "+919812300021", "+919812300099"], ["email", "asha@x.example", ""], ["stage", "Interested", "New"],
      ["fields.bedrooms", "2 BHK", "3 BHK"], ["fields.preferred_location", "Old Canal Road, Harbour Ward", ""], ["fields.decision_maker", "Husband, both work", ""],
    ]);
    expect(rows.find((row) => row.field === "campaign")).toEqual({ field: "campaign", kept: "Spring", other: "Spring" });
  });

  it("nothing that is known is lost unless somebody says so", () => {
    const picks = firstPicks(rows);
    expect(takenOf(rows, picks)).toEqual(["fields.floor"]);
    expect(takenOf(rows, { ...picks, name: "other", email: "other", "fields.floor": "kept", campaign: "other" })).toEqual(["name", "email"]);
  });
});

describe("why a lead is whose it is", () => {
  afterEach(cleanup);

  it("is said in a sentence for each time it was given", async () => {
    const { requests } = await open();
    const lines = await screen.findAllByTestId("why-whose-line");
    expect(lines.map((each) => each.textContent)).toEqual([
      expect.stringMatching(/^Leela Riverstone gave this lead to Farid Kettlewell\.\d/),
      expect.stringMatching(/^“Hot leads” \(version 14\) gave it to Mira Tamarind in turn: heat is hot\.\d/),
    ]);
    expect(requests.some((each) => each.path.startsWith("/assignments?") && each.path.includes(`lead_id=${lead.id}`))).toBe(true);
  });

  it("in Hindi too", async () => {
    const { app } = await open();
    await screen.findAllByTestId("why-whose-line");
    act(() => { app.prefs.set({ ...app.prefs.get(), locale: "hi" }); });
    expect(screen.getAllByTestId("why-whose-line").map((each) => each.textContent)).toEqual([
      expect.stringMatching(/^Leela Riverstone ने यह लीड Farid Kettlewell को दी।/),
      expect.stringMatching(/^“Hot leads” \(संस्करण 14\) ने यह लीड Mira Tamarind को दी, बारी से: रुचि गर्म है।/),
    ]);
  });

  it.each([["en", "Try now"], ["hi", "अभी कोशिश करें"]] as const)("says when it cannot be told, and asks again (%s)", async (locale, again) => {
    let fails = true;
    const { app } = await open("telecaller", {
      "GET /assignments": () => {
        if (fails) throw new ApiFailure({ code: "not_allowed", message: "", request_id: "t" }, 403);
        return list(assignment.given);
      },
    });
    act(() => { app.prefs.set({ ...app.prefs.get(), locale }); });
    const panel = within(await screen.findByTestId("why-whose"));
    expect((await panel.findByTestId("error-state")).textContent).toContain(translator(locale)("error.not_allowed.title"));
    fails = false;
    fireEvent.click(panel.getByText(again));
    expect(await panel.findAllByTestId("why-whose-line")).toHaveLength(2);
  });

  it("or that no rule gave it", async () => {
    await open("telecaller", { "GET /assignments": () => list([]) });
    expect(await within(await screen.findByTestId("why-whose")).findByText("No rule has given this lead.")).toBeTruthy();
  });
});

describe("merging", () => {
  afterEach(cleanup);

  it("is done field by field, from a suggestion", async () => {
    const { requests } = await open();
    expect((await screen.findByTestId("duplicate")).textContent).toContain("same number");
    fireEvent.click(await screen.findByTestId("merge-compare"));
    const dialog = await screen.findByTestId("merge-dialog");
    await waitFor(() => { expect(within(dialog).getAllByTestId("merge-row")).toHaveLength(8); });
    expect(within(dialog).getByTestId<HTMLInputElement>("merge-name-kept").checked).toBe(true);
    // The arrow keys of a radio group do the same as a click.
    fireEvent.click(within(dialog).getByTestId("merge-name-other"));
    expect(within(dialog).getByTestId("merge-name-other").getAttribute("aria-label")).toBe("Name, Goes into it: Asha M.");
    fireEvent.click(within(dialog).getByTestId("merge-do"));
    await waitFor(() => { expect(sent(requests, `POST ${path}/merge`)).toEqual({ other_id: "lead-2", take: ["name", "fields.floor"] }); });
    await waitFor(() => { expect(screen.queryByTestId("merge-dialog")).toBeNull(); });
  });

  it("the other may stay, with all that it has", async () => {
    const { requests, router } = await open();
    fireEvent.click(await screen.findByTestId("merge-compare"));
    fireEvent.click(await screen.findByTestId("merge-swap"));
    await waitFor(() => { expect(screen.getByTestId<HTMLInputElement>("merge-fields.floor-kept").checked).toBe(true); });
    fireEvent.click(screen.getByTestId("merge-all-kept"));
    fireEvent.click(screen.getByTestId("merge-do"));
    await waitFor(() => { expect(sent(requests, "POST /leads/lead-2/merge")).toEqual({ other_id: lead.id, take: [] }); });
    await waitFor(() => { expect(router.state.location.pathname).toBe("/leads/lead-2"); });
  });

  it("goes with any lead that is looked for, and can be undone", async () => {
    const { requests } = await open("manager", { "GET /leads": () => list([lead, other]) });
    fireEvent.click(await screen.findByTestId("merge-other"));
    fireEvent.change(await screen.findByTestId("merge-search"), { target: { value: "asha" } });
    fireEvent.click(await screen.findByTestId("merge-found"));
    expect(await screen.findByTestId("merge-dialog")).toBeTruthy();
    fireEvent.click(within(screen.getByTestId("merge-done")).getByTestId("merge-undo"));
    await waitFor(() => { expect(asked(requests, "POST /lead-merges/merge-1/undo")).toBe(true); });
  });

  it("a refusal is shown and nothing is closed; agents are only told of twins", async () => {
    await renderPage(path, Object.fromEntries(Object.entries(answers()).filter(([what]) => what !== `POST ${path}/merge`)), "manager");
    fireEvent.click(await screen.findByTestId("merge-compare"));
    fireEvent.click(await screen.findByTestId("merge-do"));
    expect(await screen.findByTestId("form-error")).toBeTruthy();
    cleanup();
    await open("telecaller");
    expect(await screen.findByTestId("duplicate")).toBeTruthy();
    expect(["merge-compare", "merge-other", "merge-undo"].map((each) => screen.queryByTestId(each))).toEqual([null, null, null]);
  });
});

describe("notes of a lead", () => {
  afterEach(cleanup);

  it("are written, removed, and brought back", async () => {
    const { requests } = await open("telecaller");
    expect(await screen.findAllByTestId("lead-note")).toHaveLength(2);
    expect(screen.getAllByTestId("note-remove")).toHaveLength(1);
    fireEvent.change(screen.getByTestId("note-text"), { target: { value: " call at noon " } });
    fireEvent.click(screen.getByTestId("note-add"));
    await waitFor(() => { expect(sent(requests, `POST ${path}/notes`)).toEqual({ text: "call at noon" }); });
    await waitFor(() => { expect(screen.getByTestId<HTMLTextAreaElement>("note-text").value).toBe(""); });
    fireEvent.click(screen.getByTestId("note-remove"));
    const undo = await screen.findByTestId("removed-undo");
    expect(document.activeElement).toBe(undo);
    fireEvent.click(undo);
    await waitFor(() => { expect(asked(requests, "POST /lead-notes/note-1/restore")).toBe(true); });
    await waitFor(() => { expect(screen.queryByTestId("removed")).toBeNull(); });
  });
});

describe("files of a lead", () => {
  afterEach(cleanup);

  it("are added by choice and by dropping; what is too large is said before it is sent", async () => {
    const { requests } = await open("telecaller");
    const input = await screen.findByTestId("file-input");
    fireEvent.change(input, { target: { files: [new File(["hello"], "a.txt")] } });
    await waitFor(() => { expect(sent(requests, `POST ${path}/files`)).toEqual({ name: "a.txt", data: "aGVsbG8=" }); });
    const large = new File(["x"], "b.txt");
    Object.defineProperty(large, "size", { value: 11 * 1024 * 1024 });
    fireEvent.drop(screen.getByTestId("lead-files"), { dataTransfer: { files: [large] } });
    expect((await within(screen.getByTestId("lead-files")).findByRole("alert")).textContent).toContain("10 MB");
    expect(requests.filter((each) => each.path === `${path}/files` && each.method === "POST")).toHaveLength(1);
  });

  it("are downloaded by a signed address, removed and brought back", async () => {
    const { requests, app } = await open("telecaller");
    const bytes = vi.fn(() => Promise.resolve(new ArrayBuffer(2)));
    Object.assign(app.platform, { bytes });
    URL.createObjectURL = vi.fn(() => "blob:x");
    URL.revokeObjectURL = vi.fn();
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    fireEvent.click(await screen.findByTestId("file-download"));
    await waitFor(() => { expect(bytes).toHaveBeenCalledWith("/api/v1/files/signed/x"); });
    await waitFor(() => { expect(click).toHaveBeenCalledOnce(); });
    click.mockRestore();
    fireEvent.click(screen.getByTestId("file-remove"));
    fireEvent.click(await screen.findByTestId("removed-undo"));
    await waitFor(() => { expect(asked(requests, "POST /lead-files/file-1/restore")).toBe(true); });
  });

  it("are not there for who takes no calls", async () => {
    const { requests } = await open("viewer");
    await screen.findByTestId("lead-notes");
    expect(screen.queryByTestId("lead-files")).toBeNull();
    expect(requests.some((each) => each.path.endsWith("/files"))).toBe(false);
    expect(screen.queryByTestId("note-text")).toBeNull();
  });
});

describe("lead page", () => {
  afterEach(cleanup);

  it("shows every number, changes owner and language, and has no fault that axe finds", async () => {
    const change = { ...people.changes[0], id: "ch-9", field: "owner", from: null, to: people.agentId(1) };
    const { requests, view } = await open("manager", { [`GET ${path}/changes`]: () => [change] });
    const page = (await screen.findByTestId("lead-page")).textContent;
    expect(page).toContain("+91 40••••••89 (12)");
    expect(page).toContain("came by Facebook ad › 2 BHK, Juniper Heights");
    await waitFor(() => { expect(screen.getByTestId("change-row").textContent).toContain("Mira Tamarind"); });
    fireEvent.change(screen.getByTestId("lead-language"), { target: { value: "hi" } });
    await waitFor(() => { expect(sent(requests, `PATCH ${path}`)).toEqual({ language: "hi" }); });
    fireEvent.change(screen.getByTestId("lead-owner"), { target: { value: people.agentId(1) } });
    await waitFor(() => { expect(requests.filter((each) => each.method === "PATCH").at(-1)?.body).toEqual({ owner_id: people.agentId(1) }); });
    fireEvent.click(screen.getByTestId("merge-compare"));
    await screen.findByTestId("merge-dialog");
    const { violations } = await axe.run(view.container, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((each) => `${each.id}: ${each.nodes[0]?.html ?? ""}`)).toEqual([]);
  }, AXE_TAKES);
});

describe("board", () => {
  beforeAll(() => {
    Element.prototype.scrollIntoView = () => undefined;
    globalThis.CSS = { ...globalThis.CSS, escape: (text: string) => text } as typeof CSS;
  });
  afterEach(cleanup);
  const byStage = (request: Request) => list(people.leads.filter((each) => request.path.includes(`stage=${each.stage}`)));
  const board = (role: Role = "telecaller", change = {}) => open(role, {
    "GET /leads/board": () => pages.board, "GET /leads": byStage, "PATCH /leads/lead-asha": () => people.lead, "GET /leads/lead-asha/changes": () => [{ ...people.changes[1], id: "it", to: "qualified" }],
    "POST /leads/lead-asha/changes/it/undo": () => people.lead, ...change,
  }, "/board");
  const cards = (): HTMLElement[] => screen.getAllByTestId("board-card");
  const asha = async (): Promise<HTMLElement> => (await screen.findByText("Asha Marigold")).closest<HTMLElement>("[data-card]") ?? document.body;
  const press = (key: string): void => { act(() => { fireEvent.keyDown(document.activeElement ?? document.body, { key }); }); };
  const news = (): string => screen.getByTestId("board-news").textContent ?? "";

  it("has a column for each stage with its count, and pages of cards", async () => {
    const { requests } = await board();
    await asha();
    expect(screen.getAllByTestId("board-column").map((each) => each.getAttribute("aria-label"))).toEqual([
      "New, 2000 leads", "Contacted, 2 leads", "Interested, 3 leads", "Qualified, 2 leads", "Visit booked, 0 leads", "Negotiation, 0 leads", "Won, 0 leads", "Lost, 0 leads",
    ]);
    expect(screen.getAllByTestId("board-count")[0]?.textContent).toBe("2000+");
    expect(requests.some((each) => each.path === "/leads?stage=interested&limit=20")).toBe(true);
    expect(requests.some((each) => each.path.includes("stage=won"))).toBe(false);
  });

  it("a card is carried by keys alone, told to who does not see it, and the move undone", async () => {
    const { requests } = await board();
    const card = await asha();
    act(() => { card.focus(); });
    press(" ");
    expect(news()).toBe("Asha Marigold is picked up.");
    press("ArrowRight");
    expect(news()).toBe("Over Qualified, 2 leads.");
    press("Escape");
    expect(news()).toBe("Put back.");
    expect(requests.some((each) => each.method === "PATCH")).toBe(false);
    press(" ");
    press("ArrowRight");
    press(" ");
    await waitFor(() => { expect(sent(requests, "PATCH /leads/lead-asha")).toEqual({ stage: "qualified" }); });
    await waitFor(() => { expect(news()).toBe("Asha Marigold is in “Qualified” now."); });
    fireEvent.click(screen.getByTestId("board-undo"));
    await waitFor(() => { expect(asked(requests, "POST /leads/lead-asha/changes/it/undo")).toBe(true); });
    await waitFor(() => { expect(news()).toBe("The move is undone."); });
  });

  it("arrows walk over the cards with one tab stop, Enter opens", async () => {
    const { router } = await board();
    const card = await asha();
    act(() => { card.focus(); });
    expect(cards().filter((each) => each.tabIndex === 0)).toEqual([card]);
    press("ArrowDown");
    expect(document.activeElement?.closest("[data-stage]")?.getAttribute("data-stage")).toBe("interested");
    expect(document.activeElement).not.toBe(card);
    press("ArrowLeft");
    expect(document.activeElement?.closest("[data-stage]")?.getAttribute("data-stage")).toBe("contacted");
    press("ArrowRight");
    press("ArrowUp");
    press("Enter");
    await waitFor(() => { expect(router.state.location.pathname).toMatch(/^\/leads\/lead-/); });
  });

  it("a card is dragged by the mouse", async () => {
    const { requests } = await board();
    const card = await asha();
    const dataTransfer = { setData: () => undefined, effectAllowed: "" };
    fireEvent.dragStart(card, { dataTransfer });
    const column = screen.getAllByTestId("board-column").find((each) => each.dataset["stage"] === "won") ?? card;
    fireEvent.dragOver(column, { dataTransfer });
    fireEvent.drop(column, { dataTransfer });
    fireEvent.dragEnd(card, { dataTransfer });
    await waitFor(() => { expect(sent(requests, "PATCH /leads/lead-asha")).toEqual({ stage: "won" }); });
  });

  it("keeps whose leads are shown, and lets nobody carry who may not", async () => {
    const { requests, app } = await board("viewer");
    const card = await asha();
    act(() => { card.focus(); });
    press(" ");
    expect(news()).toBe("");
    fireEvent.change(screen.getByTestId("board-campaign"), { target: { value: "camp-1" } });
    await waitFor(() => { expect(requests.some((each) => each.path === "/leads/board?campaign_id=camp-1")).toBe(true); });
    expect(app.board.store.get().choice).toEqual({ owner: "", campaign: "camp-1" });
  });

  it("has no fault that axe finds", async () => {
    const { view } = await board();
    await asha();
    const { violations } = await axe.run(view.container, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((each) => `${each.id}: ${each.nodes[0]?.html ?? ""}`)).toEqual([]);
  }, AXE_TAKES);

  it("tells its news in Hindi too", () => {
    const move = { lead: { id: "l", name: "Asha" }, from: "new", to: "won" };
    const state = { choice: { owner: "", campaign: "" }, held: move, moved: move, busy: false };
    const said = (["picked", "over", "put_back", "moved", "undone"] as const).map((news) => newsText({ ...state, news }, pages.board, translator("hi")));
    expect(said.every((each) => /[\u0900-\u097f]/.test(each))).toBe(true);
  });
});

describe("export of many leads", () => {
  afterEach(cleanup);
  const exported: BulkAction = { ...done, action: { kind: "export" }, counts: { changed: 0, same: 0, kept: 0, undone: 0, exported: 340 }, undo_until_ms: null, file_until_ms: people.NOW + 3_600_000 };

  it("is one of the actions, and its file is downloaded as long as it is kept", async () => {
    const { requests, app } = await open("manager", {
      "GET /leads": () => list(people.leads), "GET /lead-views": () => [], "GET /bulk-actions": () => list([exported]), "POST /bulk-actions": () => exported, "GET /bulk-actions/bulk-1/file": () => ({ url: "/api/v1/files/signed/y", expires_at_ms: 0 }),
    }, "/leads?heat=hot");
    const bytes = vi.fn(() => Promise.resolve(new ArrayBuffer(2)));
    Object.assign(app.platform, { bytes });
    URL.createObjectURL = vi.fn(() => "blob:x");
    URL.revokeObjectURL = vi.fn();
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    expect((await screen.findByTestId("bulk-counts")).textContent).toBe("340 leads in the file");
    expect(screen.queryByTestId("bulk-undo")).toBeNull();
    fireEvent.click(screen.getByTestId("bulk-file"));
    await waitFor(() => { expect(bytes).toHaveBeenCalledWith("/api/v1/files/signed/y"); });
    await waitFor(() => { expect(click).toHaveBeenCalledOnce(); });
    click.mockRestore();
    fireEvent.click(await screen.findByTestId("bulk-do-all"));
    fireEvent.change(await screen.findByTestId("bulk-kind"), { target: { value: "export" } });
    fireEvent.click(screen.getByTestId("bulk-start"));
    await waitFor(() => { expect(sent(requests, "POST /bulk-actions")).toEqual({ action: { kind: "export" }, filter: { heat: "hot" } }); });
  });

  it("knows when its file is gone, and says what it is in both languages", () => {
    expect([hasFile(exported, people.NOW), hasFile(exported, people.NOW + 3_600_000), hasFile(done, people.NOW)]).toEqual([true, false, false]);
    const names = { tags: [], people: [], campaigns: [] };
    expect([actionText({ kind: "export" }, names, translator("en")), /[\u0900-\u097f]/.test(actionText({ kind: "export" }, names, translator("hi")))]).toEqual(["Export to a file", true]);
  });
});
