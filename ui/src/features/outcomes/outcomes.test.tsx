import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiFailure } from "@/api/failure";
import type { DispositionSetInput, TryDispositions } from "@/api/generated/wire";
import * as settings from "@/mocks/settings";
import { renderPage } from "@/testing/page";
import { tryInput } from "./outcome-preview";

const AXE_TAKES = 30_000;
const first = settings.dispositionSets[0];

const answers = {
  "GET /disposition-sets": () => settings.dispositionSets,
  "GET /disposition-templates": () => settings.dispositionTemplates,
  "GET /campaigns": () => settings.campaigns,
  "PUT /disposition-sets/ds-1": () => ({ ...first, version: 4 }),
  "POST /disposition-sets/ds-1/copy": () => ({ ...first, id: "ds-9", name: "Copy of Homes" }),
  "POST /disposition-sets/ds-2/archive": () => ({ ...settings.dispositionSets[1], archived_at_ms: 1 }),
  "POST /disposition-sets/try": () => [{ kind: "callback", due_at_ms: Date.now() + 86_400_000, local_time: "2026-11-21T15:30", zone: "Asia/Kolkata" }, { kind: "leaves_retries" }],
};
const open = () => renderPage("/settings/outcomes", answers, "tenant_admin");
const names = () => screen.getAllByTestId("outcome-item").map((each) => each.querySelector("b")?.textContent);

describe("sets of outcomes", () => {
  beforeEach(() => { HTMLDialogElement.prototype.showModal = vi.fn(); HTMLDialogElement.prototype.close = vi.fn(); });
  afterEach(cleanup);

  it("are ordered by keyboard and by dragging, and saved over the version that was read", async () => {
    const { requests } = await open();
    const items = await screen.findAllByTestId("outcome-item");
    const button = items[2]?.querySelector("button");
    if (button) fireEvent.keyDown(button, { key: "ArrowUp", altKey: true });
    expect(names().slice(0, 3)).toEqual(["Interested", "Call back", "Not interested"]);
    expect(screen.getByText("Call back is now 2 of 12")).toBeTruthy();
    const [top, , third] = screen.getAllByTestId("outcome-item");
    if (top && third) {
      fireEvent.dragStart(third, { dataTransfer: { setData: () => undefined } });
      fireEvent.dragOver(top);
      fireEvent.drop(top);
    }
    expect(names().slice(0, 3)).toEqual(["Not interested", "Interested", "Call back"]);
    act(() => { fireEvent.click(screen.getByTestId("set-save")); });
    await waitFor(() => { expect(requests.find((each) => each.method === "PUT")).toBeTruthy(); });
    const body = requests.find((each) => each.method === "PUT")?.body as DispositionSetInput;
    expect([body.version, body.dispositions[0]?.code]).toEqual([3, "not_interested"]);
  });

  it("that somebody else saved meanwhile neither lose the draft nor are written over", async () => {
    let now = settings.dispositionSets;
    const sent: DispositionSetInput[] = [];
    await renderPage("/settings/outcomes", {
      ...answers, "GET /disposition-sets": () => now,
      "PUT /disposition-sets/ds-1": ({ body }) => {
        sent.push(body as DispositionSetInput);
        if (now === settings.dispositionSets) {
          now = settings.dispositionSets.map((each) => (each.id === "ds-1" ? { ...each, name: "Houses", version: 4, made_by: "Leela" } : each));
          throw new ApiFailure({ code: "conflict", message: "", request_id: "t" }, 409);
        }
        return { ...first, version: 5 };
      },
    }, "tenant_admin");
    fireEvent.change(await screen.findByTestId("set-name"), { target: { value: "Homes and land" } });
    fireEvent.click(screen.getByTestId("set-save"));
    expect((await screen.findByTestId("draft-newer")).textContent).toContain("Leela saved version 4");
    fireEvent.click(screen.getByTestId("draft-take-theirs"));
    expect(screen.getByTestId<HTMLInputElement>("set-name").value).toBe("Houses");
    fireEvent.click(screen.getByTestId("draft-back-to-mine"));
    expect(screen.getByTestId<HTMLInputElement>("set-name").value).toBe("Homes and land");
    fireEvent.click(screen.getByTestId("set-save"));
    await waitFor(() => { expect(sent.map((each) => [each.name, each.version])).toEqual([["Homes and land", 3], ["Homes and land", 4]]); });
  });

  it("keep the code of an outcome that calls may have, and make one for a new outcome out of its name", async () => {
    await open();
    const code = () => screen.getByTestId<HTMLInputElement>("outcome-code").value;
    fireEvent.change(await screen.findByTestId("outcome-label"), { target: { value: "Wants to see it" } });
    expect([names()[0], code()]).toEqual(["Wants to see it", "interested"]);
    fireEvent.click(screen.getByTestId("outcome-add"));
    for (const value of ["Interested", "Interested later"]) fireEvent.change(screen.getByTestId("outcome-label"), { target: { value } });
    expect(code()).toBe("interested_later");
  });

  it("refuse two keys that are alike, in words", async () => {
    await open();
    const key = async (at: number, value: string) => {
      const button = (await screen.findAllByTestId("outcome-item"))[at]?.querySelector("button");
      if (button) fireEvent.click(button);
      fireEvent.change(screen.getByTestId("outcome-key"), { target: { value } });
    };
    await key(0, "i");
    await key(1, "i");
    expect(screen.getByText("“Interested” has this key already. Choose another.")).toBeTruthy();
    expect(screen.getByTestId("set-save").getAttribute("aria-disabled")).toBe("true");
    await key(1, "n");
    expect(screen.getByTestId("set-save").getAttribute("aria-disabled")).toBeNull();
  });

  it("show what the agent will see, and what follows, by the server's own rule", async () => {
    const { requests } = await open();
    await waitFor(() => { expect(screen.getByTestId("preview-effects").textContent).toMatch(/^On save: callback .*; she leaves the retry list\.$/); });
    const asked = requests.find((each) => each.path === "/disposition-sets/try")?.body as TryDispositions;
    expect([asked.input.code, asked.input.sub_code]).toEqual(["interested", "wants_details"]);
    fireEvent.click(screen.getByTestId("preview-callback"));
    await waitFor(() => { expect(requests.filter((each) => each.path === "/disposition-sets/try").at(-1)?.body).toMatchObject({ input: { code: "callback", callback: { zone: expect.any(String) as unknown } } }); });
  });

  it("are copied, and put away only when no campaign has them", async () => {
    const { requests } = await open();
    await screen.findByTestId("set-editor");
    expect(screen.getByTestId("set-archive").getAttribute("aria-disabled")).toBe("true");
    act(() => { fireEvent.click(screen.getByTestId("set-copy")); });
    await waitFor(() => { expect(requests.find((each) => each.path.endsWith("/copy"))?.body).toEqual({ name: "Copy of Homes" }); });
    const second = screen.getAllByTestId("set-item")[1];
    if (second) fireEvent.click(second);
    act(() => { fireEvent.click(screen.getByTestId("set-archive")); });
    await waitFor(() => { expect(requests.find((each) => each.path.endsWith("/archive"))?.body).toEqual({ archived: true }); });
  });

  it("ask the rule with everything that an outcome needs", () => {
    const callback = settings.dispositions.find((each) => each.code === "callback");
    const language = settings.dispositions.find((each) => each.code === "language_barrier");
    const now = Date.parse("2026-11-20T12:45:00Z");
    expect(callback && tryInput(callback, now, "Asia/Kolkata").callback).toEqual({ local_time: "2026-11-21T10:00", zone: "Asia/Kolkata" });
    expect(language && tryInput(language, now, "Asia/Kolkata").fields).toEqual({ language: "-" });
  });

  it("has no fault that axe finds", async () => {
    const { view } = await open();
    await screen.findByTestId("outcome-fields");
    const found = await axe.run(view.container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
    expect(found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  }, AXE_TAKES);
});
