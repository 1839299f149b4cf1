import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { AgentStatus } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import type { Store } from "@/lib/store";
import type { Platform, Request } from "@/platform/types";
import type { Live } from "@/state/live";
import { agent, live } from "@/testing/make";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { StatusMenu } from "./status-menu";

const nothing = () => () => undefined;

function setUp(me: AgentStatus) {
  const sent: Request[] = [];
  let opened = 0;
  const platform = {
    kind: "web", window: "main", onLive: nothing, onResync: nothing, onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing,
    mediaSession: () => { opened += 1; return Promise.resolve("m1"); },
    request: (request: Request) => {
      sent.push(request);
      return Promise.resolve({ status: 200, body: me });
    },
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  (app.live.store as Store<Live>).set(live({ me }));
  render(<AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider><StatusMenu /></TipProvider></QueryClientProvider></AppProvider>);
  return { asked: () => sent.filter((each) => each.path === "/agents/me/state").map((each) => each.body), opened: () => opened };
}

describe("the agent's state", () => {
  afterEach(cleanup);

  it("is asked for at one's own telephone without a connection for sound", async () => {
    const { asked, opened } = setUp(agent({ kind: "offline" }));
    fireEvent.keyDown(screen.getByTestId("status-menu"), { key: "Enter" });
    fireEvent.click(await screen.findByTestId("state-by-telephone"));
    await waitFor(() => { expect(asked()).toEqual([{ kind: "available_by_telephone" }]); });
    expect(opened()).toBe(0);
  });

  it("says where one is available", () => {
    setUp(agent({ kind: "available" }, { by_telephone: true }));
    expect(screen.getByTestId("status-menu").textContent).toContain("Available at my telephone");
  });
});
