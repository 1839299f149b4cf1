import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { MaskingMapping, MaskingPool } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import { numbers } from "@/mocks/settings";
import type { Platform, Request } from "@/platform/types";
import { testStorage } from "@/testing/storage";
import { withDialogs } from "@/testing/dialogs";
import { TipProvider } from "@/ui/tip";
import { MaskingPage } from "./masking-page";

const pool: MaskingPool = { id: "p1", name: "Site visits", number_ids: ["n-1"], lasts_s: 604_800, on: true, mappings: 1, takes_messages: true };
const mapping: MaskingMapping = { id: "m1", number: "+91 40 4810 0142", lead_id: "l1", lead_name: "Asha Marigold", agent_id: "a1", agent_name: "Mira Tamarind", created_at_ms: 0, expires_at_ms: 86_400_000 };

const nothing = () => () => undefined;

function setUp(pools: MaskingPool[], mappings: MaskingMapping[]) {
  const sent: Request[] = [];
  const platform = {
    kind: "web", window: "main", onLive: nothing, onResync: nothing, onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing,
    request: (request: Request) => {
      sent.push(request);
      const at = (path: string): boolean => request.path.startsWith(path);
      const body = at("/numbers") ? numbers : at("/masking/mappings") ? { items: mappings, next: null } : request.method === "GET" ? pools : pool;
      return Promise.resolve({ status: 200, body });
    },
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  render(<AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider><MaskingPage /></TipProvider></QueryClientProvider></AppProvider>);
  return { of: (method: string) => sent.filter((each) => each.method === method) };
}

describe("virtual numbers", () => {
  afterEach(cleanup);

  it("makes a pool of numbers that no other pool has", async () => {
    withDialogs();
    const { of } = setUp([pool], []);
    fireEvent.click(await screen.findByTestId("pool-new"));
    fireEvent.change(await screen.findByTestId("pool-name"), { target: { value: "Loans" } });
    const free = await screen.findAllByRole("checkbox");
    expect(free.length).toBe(numbers.length - 1);
    const [first] = free;
    if (first) fireEvent.click(first);
    fireEvent.click(screen.getByTestId("edit-save"));
    await waitFor(() => { expect(of("POST").map((each) => each.body)).toEqual([{ name: "Loans", number_ids: ["n-2"], lasts_s: 604_800, on: true }]); });
  });

  it("shows who reaches whom, and ends it with a press", async () => {
    const { of } = setUp([pool], [mapping]);
    expect(await screen.findByText("Asha Marigold")).toBeTruthy();
    fireEvent.click(screen.getByLabelText("End the mapping of Asha Marigold and Mira Tamarind"));
    await waitFor(() => { expect(of("DELETE").map((each) => each.path)).toEqual(["/masking/mappings/m1"]); });
  });

  it("says whether text messages go on, and shows no address to copy", async () => {
    setUp([pool, { ...pool, id: "p2", name: "Loans", takes_messages: false }], []);
    expect(await screen.findByText("Passed on, once its numbers are connected")).toBeTruthy();
    expect(screen.getByText("No number of Twilio's")).toBeTruthy();
    expect(screen.queryByTestId("copy-webhook")).toBeNull();
  });

  it("says that there is none yet", async () => {
    setUp([], []);
    expect(await screen.findByText("No pool yet")).toBeTruthy();
  });
});
