import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as settings from "@/mocks/settings";
import { renderPage } from "@/testing/page";

const answers = {
  "GET /do-not-call": () => ({ items: settings.dnc, next: null }),
  "GET /campaigns": () => settings.campaigns,
  "GET /settings/registry": () => settings.registry,
  "PUT /settings/registry": () => ({ ...settings.registry, kind: "http" }),
  "POST /settings/registry/list": () => ({ ...settings.registry, listed: 2 }),
  "POST /settings/registry/test": () => ({ ok: true, took_ms: 3, message: "The number is listed: it will not be called." }),
};

describe("the national registry", () => {
  beforeEach(() => { HTMLDialogElement.prototype.showModal = vi.fn(); HTMLDialogElement.prototype.close = vi.fn(); });
  afterEach(cleanup);

  it("takes a list, and is asked about one number", async () => {
    const { requests } = await renderPage("/settings/do_not_call", answers, "tenant_admin");
    fireEvent.click(await screen.findByTestId("registry-open"));
    expect((await screen.findByTestId("registry-listed")).textContent).toContain("4120 numbers");
    fireEvent.change(screen.getByTestId("registry-text"), { target: { value: "98123 00021" } });
    act(() => { fireEvent.click(screen.getByTestId("registry-upload")); });
    await waitFor(() => { expect(requests.find((each) => each.path === "/settings/registry/list")?.body).toEqual({ text: "98123 00021", replace: true }); });
    fireEvent.change(screen.getByTestId("registry-number"), { target: { value: "98123 00021" } });
    act(() => { fireEvent.click(screen.getByTestId("registry-test")); });
    expect((await screen.findByTestId("registry-said")).textContent).toContain("The number is listed");
  });

  it("is changed to requests by address", async () => {
    const { requests } = await renderPage("/settings/do_not_call", answers, "tenant_admin");
    fireEvent.click(await screen.findByTestId("registry-open"));
    fireEvent.click(await screen.findByTestId("registry-http"));
    fireEvent.change(screen.getByTestId("registry-url"), { target: { value: "https://registry.example/check" } });
    act(() => { fireEvent.click(screen.getByTestId("registry-save")); });
    await waitFor(() => { expect(requests.find((each) => each.method === "PUT")?.body).toEqual({ kind: "http", url: "https://registry.example/check", valid_days: 30, token: null }); });
  });
});
