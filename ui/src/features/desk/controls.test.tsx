import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { LiveCall } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import type { Platform, Request } from "@/platform/types";
import type { DeskCall } from "@/state/desk";
import { withDialogs } from "@/testing/dialogs";
import { call as liveCall } from "@/testing/make";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { Controls } from "./controls";

const nothing = () => () => undefined;

function setUp(change: Partial<LiveCall>) {
  const sent: Request[] = [];
  const platform = {
    kind: "web", window: "main", onLive: nothing, onResync: nothing, onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing,
    request: (request: Request) => {
      sent.push(request);
      return Promise.resolve({ status: 200, body: request.method === "GET" ? { message_id: "m1", when_machine: false } : null });
    },
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  const call = liveCall({ direction: "outbound", status: "in_progress", ...change });
  const deskCall: DeskCall = { id: call.id, lead: null, call, endedAtMs: null };
  render(<AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider><Controls deskCall={deskCall} customer="Asha" /></TipProvider></QueryClientProvider></AppProvider>);
  return { of: (method: string) => sent.filter((each) => each.method === method) };
}

describe("what an agent can do in a call", () => {
  afterEach(cleanup);

  it("leaves the message and sends keys in a conference at the carrier, too", async () => {
    withDialogs();
    const { of } = setUp({ sound_at: "conference" });
    fireEvent.click(screen.getByTestId("keypad"));
    fireEvent.click(await screen.findByTestId("keypad-5"));
    await waitFor(() => { expect(of("POST").map((each) => each.body)).toEqual([{ digits: "5" }]); });
    await waitFor(() => { expect(screen.getByTestId("leave-message").getAttribute("aria-disabled")).not.toBe("true"); });
    fireEvent.click(screen.getByTestId("leave-message"));
    await waitFor(() => { expect(of("POST").at(-1)?.path).toMatch(/\/voicemail$/); });
  });

  it("offers neither where the carrier has joined two telephones", async () => {
    const { of } = setUp({ sound_at: "carrier", unsupported: ["dtmf"] });
    await waitFor(() => { expect(of("GET").length).toBe(1); });
    fireEvent.click(await screen.findByTestId("leave-message"));
    fireEvent.click(screen.getByTestId("keypad"));
    expect(screen.queryByTestId("keypad-dialog")).toBeNull();
    expect(of("POST")).toEqual([]);
  });
});
