import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as settings from "@/mocks/settings";
import { renderPage } from "@/testing/page";
import { termsOf } from "./dnc-add";
import { addUp, partsOf } from "./dnc-parts";

const answers = {
  "GET /do-not-call": () => ({ items: settings.dnc, next: null }),
  "GET /campaigns": () => settings.campaigns,
  "POST /do-not-call": () => settings.dnc[0],
  "POST /do-not-call/upload": () => ({ added: 2, known: 1, wrong: 1, wrong_lines: [{ line: 4, problem: "too_short" }] }),
};

describe("the do-not-call list", () => {
  beforeEach(() => { HTMLDialogElement.prototype.showModal = vi.fn(); HTMLDialogElement.prototype.close = vi.fn(); });
  afterEach(cleanup);

  it("shows scope and time, and asks for what the filter says", async () => {
    const { requests } = await renderPage("/settings/do_not_call", answers, "tenant_admin");
    await waitFor(() => { expect(screen.getAllByTestId("dnc-row")).toHaveLength(2); });
    const [first, second] = screen.getAllByTestId("dnc-row").map((row) => row.textContent);
    expect(first).toContain("all campaigns");
    expect(first).toContain("for ever");
    expect(second).toContain("Juniper Heights");
    fireEvent.change(screen.getByTestId("dnc-state"), { target: { value: "over" } });
    await waitFor(() => { expect(requests.some((each) => each.path === "/do-not-call?state=over")).toBe(true); });
  });

  it("adds a number with its proof", async () => {
    const { requests } = await renderPage("/settings/do_not_call", answers, "tenant_admin");
    for (const [id, value] of [["dnc-number", "98123 00021"], ["dnc-reason", "asked"], ["dnc-scope", "camp-1"], ["dnc-proof", "a letter"]] as const) {
      fireEvent.change(await screen.findByTestId(id), { target: { value } });
    }
    act(() => { fireEvent.click(screen.getByTestId("dnc-add")); });
    await waitFor(() => { expect(requests.find((each) => each.method === "POST")?.body).toMatchObject({ number: "98123 00021", reason: "asked", campaign_id: "camp-1", proof: "a letter", source: "agent" }); });
  });

  it("sends a list and says which lines are wrong", async () => {
    await renderPage("/settings/do_not_call", answers, "tenant_admin");
    fireEvent.click(await screen.findByTestId("dnc-upload"));
    fireEvent.change(screen.getByTestId("dnc-upload-text"), { target: { value: "98123 00021\n98123 00022" } });
    fireEvent.change(screen.getByTestId("dnc-upload-reason"), { target: { value: "register" } });
    act(() => { fireEvent.click(screen.getByTestId("dnc-upload-send")); });
    expect((await screen.findByTestId("dnc-uploaded")).textContent).toBe("2 numbers added, 1 listed before, 1 wrong line.");
    expect(screen.getByText("Line 4: Too few digits for that country.")).toBeTruthy();
  });
});

describe("a list in parts", () => {
  it("keeps lines whole and counts them from the beginning", () => {
    expect(partsOf("a\nb\n\n\nc", 2)).toEqual([{ text: "a\nb", before: 0 }, { text: "c", before: 4 }]);
    const part = { added: 1, known: 2, wrong: 1, wrong_lines: [{ line: 1, problem: "too_short" as const }] };
    expect(addUp(part, part, 4)).toEqual({ added: 2, known: 4, wrong: 2, wrong_lines: [{ line: 1, problem: "too_short" }, { line: 5, problem: "too_short" }] });
  });

  it("an entry ends with its last day, or never", () => {
    const typed = { reason: "r", campaign_id: "", until: "", proof: " " };
    expect(termsOf(typed)).toEqual({ reason: "r" });
    expect(new Date(termsOf({ ...typed, until: "2030-01-05" }).until_ms ?? 0).getHours()).toBe(23);
  });
});
