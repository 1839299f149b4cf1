import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CrmConnectorInput } from "@/api/generated/wire";
import * as settings from "@/mocks/settings";
import { renderPage } from "@/testing/page";
import { choiceOf, inputOf, isMoving, keyOf, withField } from "./crm-parts";

const [connector] = settings.crmConnectors;
if (!connector) throw new Error("no connector");

const answers = {
  "GET /crm-connectors": () => settings.crmConnectors,
  "GET /campaigns": () => settings.campaigns,
  [`GET /crm-connectors/${connector.id}/problems`]: () => ({ items: settings.crmProblems, next: null }),
  [`POST /crm-connectors/${connector.id}/sync`]: () => connector,
  [`PUT /crm-connectors/${connector.id}/pause`]: () => connector,
  [`PUT /crm-connectors/${connector.id}`]: () => connector,
  [`POST /crm-connectors/${connector.id}/test`]: () => ({ ok: true, took_ms: 40, message: "98 of 100 records of the first page can be taken in" }),
  "POST /crm-connectors": () => connector,
};

describe("CRMs", () => {
  beforeEach(() => { HTMLDialogElement.prototype.showModal = vi.fn(); HTMLDialogElement.prototype.close = vi.fn(); });
  afterEach(cleanup);

  it("show how far behind they are, what failed, and what is not in step and why", async () => {
    await renderPage("/settings/crm", answers, "tenant_admin");
    const status = await screen.findByTestId("crm-status");
    expect(status.dataset["state"]).toBe("backing_off");
    expect(status.textContent).toContain("12,480");
    expect(screen.getByTestId("crm-failure").textContent).toContain("out of order");
    await waitFor(() => { expect(screen.getAllByTestId("crm-problem")).toHaveLength(3); });
    const [number, twin, refused] = screen.getAllByTestId("crm-problem");
    expect(number?.textContent).toContain("Too few digits");
    expect(twin?.textContent).toContain("record 4 ");
    expect(refused?.textContent).toContain("422");
  });

  it("are looked at at once, read anew after a second press, paused, and tested", async () => {
    const { requests } = await renderPage("/settings/crm", answers, "tenant_admin");
    const sent = (path: string) => requests.filter((each) => each.path.endsWith(path)).map((each) => each.body);
    fireEvent.click(await screen.findByTestId("crm-sync"));
    fireEvent.click(screen.getByTestId("crm-full"));
    await waitFor(() => { expect(sent("/sync")).toEqual([{ full: false }]); });
    fireEvent.click(screen.getByTestId("crm-full"));
    await waitFor(() => { expect(sent("/sync")).toEqual([{ full: false }, { full: true }]); });
    fireEvent.click(screen.getByTestId("crm-pause"));
    await waitFor(() => { expect(sent("/pause")).toEqual([{ paused: true }]); });
    fireEvent.click(screen.getByTestId("crm-test"));
    await waitFor(() => { expect(screen.getByTestId("crm-test-result").textContent).toContain("98 of 100"); });
  });

  it("a new one has the usual fields and Laravel's paths", async () => {
    const { requests } = await renderPage("/settings/crm", { ...answers, "GET /crm-connectors": () => [] }, "tenant_admin");
    fireEvent.click((await screen.findAllByTestId("crm-new"))[0] ?? document.body);
    for (const [field, text] of [["name", "Portal"], ["base_url", "https://crm.example.org"], ["secret", "a token"]] as const) {
      fireEvent.change(screen.getByTestId(`crm-${field}`), { target: { value: text } });
    }
    fireEvent.click(screen.getByTestId("crm-rule-add"));
    expect(screen.getAllByTestId("crm-rule")).toHaveLength(6);
    act(() => { fireEvent.click(screen.getByTestId("edit-save")); });
    await waitFor(() => { expect(requests.some((each) => each.method === "POST")).toBe(true); });
    const body = requests.find((each) => each.method === "POST")?.body as CrmConnectorInput;
    expect(body).toMatchObject({ name: "Portal", base_url: "https://crm.example.org", secret: "a token", auth: "bearer", push: "known", every_minutes: 5 });
    expect(body.api).toMatchObject({ list_path: "/api/leads", items_path: "data", updated_path: "updated_at" });
    expect(body.plan.rules[1]).toEqual({ path: "phone", to: "phone", flow: "both" });
  });

  it("a change keeps the secret that is stored", async () => {
    const { requests } = await renderPage("/settings/crm", answers, "tenant_admin");
    fireEvent.click(await screen.findByTestId("crm-change"));
    fireEvent.change(screen.getByTestId("crm-name"), { target: { value: "Portal 2" } });
    act(() => { fireEvent.click(screen.getByTestId("edit-save")); });
    await waitFor(() => { expect(requests.find((each) => each.method === "PUT")?.body).toMatchObject({ name: "Portal 2", secret: null, new_hook: false }); });
  });

  it("nobody but an admin sees the page", async () => {
    await renderPage("/settings/crm", answers, "telecaller");
    expect(screen.queryByTestId("crm-connector")).toBeNull();
  });
});

describe("fields of a CRM", () => {
  it("become choices and come back, with the key of a fact from the end of its path", () => {
    const budget = { path: "details.budget", to: "field", key: "budget", dates: "day_month_year", flow: "pull" } as const;
    expect(choiceOf(budget)).toBe("field:budget");
    expect(withField(budget, "field:price")).toEqual({ ...budget, key: "price" });
    expect(withField(budget, "email")).toEqual({ path: "details.budget", flow: "pull", to: "email" });
    expect([keyOf("details.Max Price"), keyOf("")]).toEqual(["max_price", "field"]);
  });

  it("settings are sent back whole, without the secret and the status", () => {
    const input = inputOf(connector);
    expect(input.secret).toBeNull();
    expect(Object.keys(input)).not.toContain("status");
  });

  it("what moves is looked at often", () => {
    const paused = { ...connector, status: { ...connector.status, state: "paused" as const, waiting_out: 3, waiting_in: 0 } };
    expect([isMoving(undefined), isMoving([paused]), isMoving([{ ...paused, status: { ...paused.status, state: "syncing" } }])]).toEqual([false, false, true]);
  });
});
