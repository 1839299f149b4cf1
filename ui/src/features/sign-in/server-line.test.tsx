import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { AppProvider } from "@/app-context";
import { ApiFailure } from "@/api/failure";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import type { AppInfo, Platform } from "@/platform/types";
import { settle } from "@/testing/clock";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { ServerLine } from "./server-line";
import { Unreachable } from "./starting";

const nothing = () => () => undefined;
const here: AppInfo = { serverUrl: null, serverIsFixed: false, logs: "/logs", autostart: false, demo: null };

function setUp(info: AppInfo = here, answer: () => Promise<void> = () => Promise.resolve()) {
  const asked: (string | null)[] = [];
  const acts: string[] = [];
  const platform = {
    kind: "desktop", window: "main", onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing, onLive: nothing, onResync: nothing,
    app: {
      info: () => Promise.resolve(info),
      chooseServer: (address: string | null) => {
        asked.push(address);
        return answer();
      },
      restart: () => {
        acts.push("restart");
        return Promise.resolve();
      },
      quit: () => {
        acts.push("quit");
        return Promise.resolve();
      },
    },
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  const show = async (page: ReactNode): Promise<void> => {
    render(<AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider>{page}</TipProvider></QueryClientProvider></AppProvider>);
    await screen.findByTestId("server-line", {}, { timeout: 10_000 });
  };
  return { asked, acts, show };
}

describe("which server", () => {
  afterEach(cleanup);

  it("is said, and another is chosen by its address", async () => {
    const { asked, show } = setUp();
    await show(<ServerLine />);
    expect(screen.getByTestId("server-line").textContent).toContain("Server: this computer");
    fireEvent.click(screen.getByTestId("server-change"));
    fireEvent.change(screen.getByTestId("server-address"), { target: { value: " desk.example.org " } });
    fireEvent.submit(screen.getByTestId("server-chooser"));
    await act(settle);
    expect(asked).toEqual(["desk.example.org"]);
  });

  it("an address where nothing answers is said, and what was typed stays", async () => {
    const problem = "nothing answers at this address: timed out";
    const failure = new ApiFailure({ code: "invalid_fields", message: problem, request_id: "", fields: [{ field: "address", problem }] }, 0);
    const { show } = setUp({ ...here, serverUrl: "https://old.example/" }, () => Promise.reject(failure));
    await show(<ServerLine />);
    fireEvent.click(screen.getByTestId("server-change"));
    fireEvent.change(screen.getByTestId("server-address"), { target: { value: "desk.example.org" } });
    fireEvent.submit(screen.getByTestId("server-chooser"));
    await act(settle);
    expect(screen.getByRole("alert").textContent).toContain("Nothing answers at this address.");
    expect([screen.getByTestId<HTMLInputElement>("server-address").value, screen.getByTestId("server-built-in").textContent]).toEqual(["desk.example.org", "Use this computer"]);
  });

  it("one that was named at the start cannot be changed", async () => {
    const { show } = setUp({ ...here, serverUrl: "https://desk.example/", serverIsFixed: true });
    await show(<ServerLine />);
    expect([screen.getByTestId("server-line").textContent, screen.queryByTestId("server-change")]).toEqual([expect.stringContaining("desk.example"), null]);
  });
});

describe("a start that failed", () => {
  afterEach(cleanup);

  it("says why, where the log is, and that no call goes on; restart and quit are there", async () => {
    const { acts, show } = setUp();
    const failure = new ApiFailure({ code: "start_failed", message: "desktop.json is not valid", request_id: "", details: { logs: "/home/asha/logs" } }, 0);
    await show(<Unreachable failure={failure} />);
    const text = document.body.textContent;
    expect(["desktop.json is not valid", "/home/asha/logs", "No call can come or go"].filter((each) => !text.includes(each))).toEqual([]);
    expect(text).not.toContain("Calls go on");
    fireEvent.click(screen.getByTestId("app-restart"));
    fireEvent.click(screen.getByTestId("app-quit"));
    expect(acts).toEqual(["restart", "quit"]);
  });
});
