import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { AppProvider } from "@/app-context";
import { createApp, mustAsk } from "@/app";
import { EditDialog } from "@/features/settings/edit-dialog";
import type { Platform } from "@/platform/types";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { createKept } from "./kept";
import { useForm } from "./use-form";

const nothing = () => () => undefined;
const platform = { kind: "web", window: "main", onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing, onLive: nothing, onResync: nothing } as unknown as Platform;

function Campaign({ onClose }: { onClose: () => void }) {
  const form = useForm({ script: "", password: "" }, { key: "campaign/1", open: (typed) => ({ ...typed, password: "" }) });
  return (
    <EditDialog title="c" form={form} off={null} onSave={() => Promise.resolve()} onClose={onClose}>
      <input aria-label="script" value={form.value.script} onChange={(event) => { form.set({ script: event.target.value }); }} />
      <input aria-label="password" value={form.value.password} onChange={(event) => { form.set({ password: event.target.value }); }} />
    </EditDialog>
  );
}

function setUp() {
  HTMLDialogElement.prototype.showModal = function show(this: HTMLDialogElement) { this.open = true; };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) { this.open = false; };
  const app = createApp(platform, createKept(testStorage()));
  let closed = 0;
  const open = () => render(<AppProvider value={app}><TipProvider><Campaign onClose={() => { closed += 1; }} /></TipProvider></AppProvider>);
  const type = (label: string, value: string): void => { fireEvent.change(screen.getByLabelText(label), { target: { value } }); };
  const value = (label: string): string => screen.getByLabelText<HTMLInputElement>(label).value;
  const escape = (): void => { fireEvent(screen.getByTestId("edit-dialog"), new Event("cancel", { cancelable: true })); };
  return { app, open, type, value, escape, closed: () => closed };
}

describe("a form that a call interrupts", () => {
  afterEach(cleanup);

  it("has what was typed again, without passwords, and the page asks before it is closed", () => {
    const { app, open, type, value } = setUp();
    const page = open();
    expect(mustAsk(app)).toBe(false);
    type("script", "Good morning");
    type("password", "secret");
    expect([mustAsk(app), JSON.stringify(app.forms.store.get()).includes("secret")]).toEqual([true, false]);
    page.unmount();
    open();
    expect([value("script"), value("password")]).toEqual(["Good morning", ""]);
  });

  it("Esc asks before it throws anything away, and again means go on", () => {
    const { app, open, type, value, escape, closed } = setUp();
    open();
    escape();
    expect(closed()).toBe(1);
    type("script", "Good morning");
    escape();
    expect([closed(), screen.getByTestId("discard-no").textContent]).toEqual([1, "Keep editing"]);
    escape();
    expect([closed(), screen.queryByTestId("discard-no"), value("script")]).toEqual([1, null, "Good morning"]);
    escape();
    fireEvent.click(screen.getByTestId("discard-yes"));
    expect([closed(), app.forms.store.get()]).toEqual([2, {}]);
  });

  it("is forgotten once it is saved", async () => {
    const { app, open, type } = setUp();
    open();
    type("script", "Good morning");
    fireEvent.click(screen.getByTestId("edit-save"));
    await Promise.resolve();
    await Promise.resolve();
    expect(app.forms.store.get()).toEqual({});
  });
});
