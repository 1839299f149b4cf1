import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as settings from "@/mocks/settings";
import { renderPage } from "@/testing/page";

const answers = {
  "GET /intake-keys": () => settings.intakeKeys,
  "GET /campaigns": () => settings.campaigns,
  "GET /settings/lead-webhook": () => ({ ...settings.leadWebhook, has_secret: false }),
  "GET /webhook-deliveries": () => ({ items: settings.deliveries, next: null }),
  "PUT /settings/lead-webhook": () => ({ ...settings.leadWebhook, secret: "whsec_of-a-test" }),
  "POST /jobs/j-4/retry": () => settings.jobs[0],
  "POST /intake-keys": () => ({ key: settings.intakeKeys[0], secret: "swb_secret-of-a-test" }),
};

describe("keys of lead intake", () => {
  beforeEach(() => { HTMLDialogElement.prototype.showModal = vi.fn(); HTMLDialogElement.prototype.close = vi.fn(); });
  afterEach(cleanup);

  it("are listed without their secrets", async () => {
    await renderPage("/settings/intake", answers, "tenant_admin");
    const [row] = await screen.findAllByTestId("intake-row");
    expect(row?.textContent).toContain("Juniper Heights");
    expect(row?.textContent).toContain("…k7Qx");
  });

  it("a new one is made with the usual fields, and its secret is shown once", async () => {
    const { requests } = await renderPage("/settings/intake", answers, "tenant_admin");
    fireEvent.click(await screen.findByTestId("intake-new"));
    fireEvent.change(screen.getByTestId("intake-name"), { target: { value: "Site" } });
    fireEvent.change(screen.getByTestId("intake-source"), { target: { value: "Website" } });
    fireEvent.click(screen.getByTestId("intake-rule-add"));
    expect(screen.getAllByTestId("intake-rule")).toHaveLength(8);
    act(() => { fireEvent.click(screen.getByTestId("edit-save")); });
    await waitFor(() => { expect(screen.getByTestId("intake-secret").textContent).toContain("swb_secret-of-a-test"); });
    const body = requests.find((each) => each.method === "POST")?.body as { plan: { columns: unknown[] } };
    expect(body).toMatchObject({ name: "Site", source: "Website", campaign_id: null, on: true });
    expect(body.plan.columns[4]).toEqual({ column: "utm_source", to: "source_detail" });
  });

  it("the program of the organisation is named, and what was told it can be told again", async () => {
    const { requests } = await renderPage("/settings/intake", answers, "tenant_admin");
    await waitFor(() => { expect(screen.getAllByTestId("webhook-delivery")).toHaveLength(2); });
    expect(screen.getAllByTestId("webhook-delivery")[0]?.textContent).toContain("the answer was HTTP 503");
    fireEvent.change(await screen.findByTestId("lead-webhook-url"), { target: { value: "https://crm.example.org/in" } });
    act(() => { fireEvent.click(screen.getByTestId("lead-webhook-save")); });
    await waitFor(() => { expect(requests.find((each) => each.method === "PUT")?.body).toEqual({ url: "https://crm.example.org/in", on: true, new_secret: false }); });
    act(() => { fireEvent.click(screen.getByRole("button", { name: "Tell it again", hidden: true })); });
    await waitFor(() => { expect(requests.some((each) => each.path === "/jobs/j-4/retry")).toBe(true); });
  });
});
