import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OfferEnd, ServerMessage } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import type { Platform, Request } from "@/platform/types";
import { createTopic } from "@/platform/web/topic";
import { event, offer, snapshot } from "@/testing/make";
import { settle } from "@/testing/clock";
import { createKept } from "@/lib/kept";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { RingLayer } from "./ring-layer";

const nothing = () => () => undefined;

function setUp() {
  const live = createTopic<ServerMessage>();
  const requests: Request[] = [];
  const platform = {
    kind: "web", window: "main", snapshot: () => Promise.resolve(snapshot()), onLive: live.on, onResync: nothing, mediaSession: () => Promise.resolve("m1"),
    request: (request: Request) => {
      requests.push(request);
      return Promise.resolve({ status: 200, body: null });
    },
    onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing,
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  return { app, live, requests };
}

async function ringing() {
  const set = setUp();
  set.app.live.start();
  set.app.desk.start("me");
  await act(settle);
  render(<AppProvider value={set.app}><TipProvider><input aria-label="typing here" /><RingLayer /></TipProvider></AppProvider>);
  const field = screen.getByLabelText("typing here");
  field.focus();
  const now = Date.now() + set.app.live.store.get().offsetMs;
  act(() => { set.live.send(event(6, { kind: "offer", offer: offer({ offered_at_ms: now, expires_at_ms: now + 20_000 }) })); });
  const end = (how: OfferEnd): void => { act(() => { set.live.send(event(7, { kind: "offer_ended", call_id: "c1", end: how })); }); };
  return { ...set, field, end };
}

describe("the ring card", () => {
  beforeEach(() => { vi.useFakeTimers({ shouldAdvanceTime: true }); });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it("leaves the focus where it was and is announced at once", async () => {
    const { field } = await ringing();
    expect(screen.getByTestId("ring-card")).toBeTruthy();
    expect(document.activeElement).toBe(field);
    expect(document.querySelector("[aria-live=assertive]")?.textContent).toContain("Incoming call from +1 415");
  });

  it("shows the time left", async () => {
    await ringing();
    expect(screen.getByTestId("ring-card").textContent).toContain("20 s left");
    act(() => { vi.advanceTimersByTime(5000); });
    expect(screen.getByTestId("ring-card").textContent).toMatch(/1[45] s left/);
  });

  it("answers by its keys from anywhere", async () => {
    const { app, requests } = await ringing();
    await act(async () => {
      app.keyRouter.press("Mod+Shift+A");
      await settle();
    });
    expect(requests.at(-1)).toMatchObject({ path: "/calls/c1/answer", body: { fence: 3, media_session_id: "m1" } });
  });

  it("a click just after the end does nothing, then it says what became of the call", async () => {
    const { end, requests, app } = await ringing();
    end({ kind: "taken_by", name: "Mira" });
    fireEvent.click(screen.getByTestId("answer"));
    expect(app.keyRouter.press("Mod+Shift+A")).toBe(false);
    expect(requests.filter((each) => each.path.includes("answer"))).toEqual([]);
    act(() => { vi.advanceTimersByTime(450); });
    expect(screen.queryByTestId("ring-card")).toBeNull();
    expect(screen.getByTestId("after-ring").textContent).toContain("Mira took the call");
  });

  it("goes without words when the agent declined", async () => {
    const { end } = await ringing();
    end({ kind: "declined" });
    act(() => { vi.advanceTimersByTime(450); });
    expect([screen.queryByTestId("ring-card"), screen.queryByTestId("after-ring")]).toEqual([null, null]);
  });
});
