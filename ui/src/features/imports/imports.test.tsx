import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";
import type { Import, ImportPlan, ImportPreview } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import type { Platform } from "@/platform/types";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { QueryClientProvider } from "@tanstack/react-query";
import { Mapping } from "./mapping";
import { Outcome } from "./outcome";
import { StoredPreview } from "./stored-preview";
import { choiceOf, keyOf, targetOf } from "./words";

const nothing = () => () => undefined;
const platform = {
  kind: "web", window: "main", onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing, onLive: nothing, onResync: nothing,
  request: () => Promise.resolve({ status: 200, body: { items: [{ row: 7, column: "Mobile", reason: "number_shortened", left_out: true }], next: null } }),
} as unknown as Platform;

const plan: ImportPlan = {
  reading: { encoding: "utf-8", separator: ",", header: true }, country: "IN", campaign_id: null, source: null,
  duplicates: "skip", known_within: "campaign", listed: "leave_out",
  columns: [{ column: "Phone", to: "phone" }, { column: "phone", to: "leave_out" }, { column: "Met", to: "field", key: "met" }],
};
const column = (name: string, samples: string[]) => ({ name, samples, filled: samples.length, looked_at: 2 });
const preview: ImportPreview = {
  plan, remembered: null, problems: [], columns: [column("Phone", ["98123 00021"]), column("PHONE", []), column("Met", ["3/11/2026"]), column("New", ["x"])],
  rows: [{ row: 2, problems: [{ row: 2, column: "Mail", reason: "email_doubtful", left_out: false }], lead: { name: "Asha", phones: ["+919812300021"], email: null, language: null, priority: 0, source: null, zone: "Asia/Kolkata", do_not_call: true, fields: { met: "2026-11-03" } } }],
};
const done: Import = {
  id: "i1", file_name: "fair.csv", source: null, state: "rehearsed", bytes: 9, received: 9, plan,
  counts: { rows: 10, new: 6, updated: 1, known: 1, twice: 0, listed: 1, invalid: 1, doubtful: 2 },
  progress: null, failure: null, made_by: "Asha", created_at_ms: 0, begun_at_ms: 1, finished_at_ms: 2, undo_until_ms: null,
};

function show(children: React.ReactNode) {
  const app = createApp(platform, createKept(testStorage()));
  return render(<QueryClientProvider client={app.queries}><AppProvider value={app}><TipProvider><main>{children}</main></TipProvider></AppProvider></QueryClientProvider>);
}

async function accessible(container: Element): Promise<void> {
  const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  expect(found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}

describe("the mapping of a file", () => {
  afterEach(cleanup);

  it("shows each column with where it goes; of twins the second rule means the second", async () => {
    let changed: ImportPlan | null = null;
    const { container } = show(<Mapping preview={preview} plan={plan} onChange={(next) => { changed = next; }} />);
    const targets = screen.getAllByTestId<HTMLSelectElement>("import-target").map((each) => each.value);
    expect(targets).toEqual(["phone", "leave_out", "field:met", "leave_out"]);
    fireEvent.change(screen.getByLabelText("Where “New” goes"), { target: { value: "source" } });
    expect((changed as ImportPlan | null)?.columns.map((rule) => [rule.column, rule.to])).toEqual([["Phone", "phone"], ["PHONE", "leave_out"], ["Met", "field"], ["New", "source"]]);
    fireEvent.change(screen.getByLabelText("How dates of “Met” are written"), { target: { value: "day_month_year" } });
    expect((changed as ImportPlan | null)?.columns[2]).toEqual({ column: "Met", to: "field", key: "met", dates: "day_month_year" });
    await accessible(container);
  });

  it("keeps how dates are written when a fact gets another name", () => {
    expect(targetOf("field:day", { to: "field", key: "met", dates: "day_month_year" })).toEqual({ to: "field", key: "day", dates: "day_month_year" });
    expect([choiceOf({ to: "field", key: "met" }), keyOf(" Stall no. "), keyOf("बजट")]).toEqual(["field:met", "stall_no", "बजट"]);
  });
});

describe("what a file comes to", () => {
  afterEach(cleanup);

  it("says each count, and the rows with their reasons", async () => {
    const { container } = show(<Outcome found={done} stale={false} onAct={() => undefined} />);
    const counts = within(screen.getByTestId("import-counts")).getAllByRole("definition").map((each) => each.textContent);
    expect(counts).toEqual(["6", "1", "1", "0", "1", "1"]);
    expect(await screen.findByText("A spreadsheet shortened it. Format the column as text and enter it again.")).toBeTruthy();
    await accessible(container);
  });

  it("asks for another rehearsal when the columns were changed since", () => {
    show(<Outcome found={done} stale onAct={() => undefined} />);
    expect(screen.getByTestId("import-stale")).toBeTruthy();
  });

  it("offers the undo while it is possible", () => {
    show(<Outcome found={{ ...done, state: "done", undo_until_ms: Date.now() + 3_600_000 }} stale={false} onAct={() => undefined} />);
    expect(screen.getByTestId("import-undo")).toBeTruthy();
    cleanup();
    show(<Outcome found={{ ...done, state: "done", undo_until_ms: Date.now() - 1 }} stale={false} onAct={() => undefined} />);
    expect(screen.queryByTestId("import-undo")).toBeNull();
  });

  it("shows the first rows as they will be stored", async () => {
    const { container } = show(<StoredPreview preview={preview} />);
    expect(container.textContent).toContain("met: 2026-11-03");
    expect(container.textContent).toContain("Mail: This is no e-mail address. Kept as given.");
    await accessible(container);
  });
});
