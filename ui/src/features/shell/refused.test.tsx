import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import { createTopic } from "@/platform/web/topic";
import type { OutboxState, Platform, RefusedEntry } from "@/platform/types";
import { settle } from "@/testing/clock";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { OutboxMark } from "./outbox-mark";

const nothing = () => () => undefined;
const refused: RefusedEntry = {
  entry: {
    id: "a", userId: "u1", method: "POST", path: "/calls/c1/disposition", madeAtMs: 1,
    body: { code: "callback", notes: "Wants the corner plot", callback: { local_time: "2026-11-25T11:30", zone: "Asia/Kolkata" }, fields: { budget: "60 lakh" }, then: "available", made_at_ms: 1 },
  },
  status: 422, code: "invalid_fields", reason: "the result is not complete: callback.local_time: that moment has passed; fields.budget: this outcome needs it",
};

function setUp() {
  HTMLDialogElement.prototype.showModal = function show(this: HTMLDialogElement) { this.open = true; };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) { this.open = false; };
  const topic = createTopic<OutboxState>();
  const acts: string[] = [];
  const platform = {
    kind: "web", window: "main", app: null, onSession: nothing, onPhone: nothing, onLevels: nothing, onLive: nothing, onResync: nothing,
    outboxState: () => Promise.resolve({ waiting: 0, refused: [] }), onOutbox: topic.on,
    outboxAgain: (id: string) => {
      acts.push(`again ${id}`);
      return Promise.resolve();
    },
    outboxDiscard: (id: string) => {
      acts.push(`discard ${id}`);
      return Promise.resolve();
    },
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  app.outbox.start();
  render(<AppProvider value={app}><TipProvider><OutboxMark /></TipProvider></AppProvider>);
  return { app, topic, acts };
}

describe("a result that the server would not have", () => {
  afterEach(cleanup);

  it("is said in the bar instead of “all sent”, and by a message that stays", async () => {
    const { app, topic } = setUp();
    await act(settle);
    expect(screen.getByTestId("outbox-state").textContent).toContain("All sent");
    act(() => { topic.send({ waiting: 0, refused: [refused] }); });
    expect([screen.getByTestId("outbox-refused").textContent.trim(), screen.queryByTestId("outbox-state")]).toEqual(["1 not accepted", null]);
    expect(app.toasts.store.get()).toMatchObject([{ stays: true, title: "The server did not accept something you saved." }]);
  });

  it("can be read whole with the reason, sent again, and discarded by a second press", async () => {
    const { topic, acts } = setUp();
    await act(settle);
    act(() => { topic.send({ waiting: 0, refused: [refused] }); });
    fireEvent.click(screen.getByTestId("outbox-refused"));
    const text = screen.getByTestId("refused-item").textContent;
    expect(["Outcome of a call", "Call back", "Wants the corner plot", "60 lakh", "Time to call back2026-11-25 11:30, Asia/Kolkata", "Some fields need a change.", "Time to call back: That is over already."].filter((each) => !text.includes(each))).toEqual([]);
    fireEvent.click(screen.getByTestId("refused-again"));
    await act(settle);
    fireEvent.click(screen.getByTestId("refused-discard"));
    expect(acts).toEqual(["again a"]);
    fireEvent.click(screen.getByTestId("refused-discard"));
    await act(settle);
    expect(acts).toEqual(["again a", "discard a"]);
  });
});
