import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CarrierNumber, CarrierNumbers as Answer } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import type { Platform, Request } from "@/platform/types";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { CarrierNumbers } from "./carrier-numbers";

const number = (change: Partial<CarrierNumber>): CarrierNumber => ({ id: "PN1", number: "+918045550111", label: "Sales", route: "here", voice_url: "https://calls.example/voice", messages: "here", message_url: "https://calls.example/message", in_list: true, ...change });

const nothing = () => () => undefined;

function setUp(answer: Answer, connected: Answer = answer) {
  const sent: Request[] = [];
  const platform = {
    kind: "web", window: "main", onLive: nothing, onResync: nothing, onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing,
    request: (request: Request) => {
      sent.push(request);
      return Promise.resolve({ status: 200, body: request.method === "POST" ? connected : answer });
    },
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  render(<AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider><CarrierNumbers /></TipProvider></QueryClientProvider></AppProvider>);
  return { posted: () => sent.filter((each) => each.method === "POST").map((each) => each.body) };
}

describe("the numbers of the carrier account", () => {
  beforeAll(() => {
    HTMLDialogElement.prototype.showModal = function show(this: HTMLDialogElement) { this.open = true; };
    HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) { this.open = false; };
  });
  afterEach(cleanup);

  it("says where each sends its calls; one that comes here needs no press", async () => {
    setUp({ problem: null, numbers: [number({}), number({ id: "PN2", number: "+918045550112", route: "here", in_list: false })] });
    expect((await screen.findAllByText("Here")).length).toBe(4);
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText(/Not in your list of numbers/)).toBeTruthy();
  });

  it("connects one that goes nowhere on one press, and shows what is so now", async () => {
    const idle = number({ route: "nowhere", voice_url: "", messages: "nowhere", message_url: "" });
    const { posted } = setUp({ problem: null, numbers: [idle] }, { problem: null, numbers: [number({})] });
    fireEvent.click(await screen.findByRole("button", { name: "Connect this number: +918045550111" }));
    await waitFor(() => { expect(screen.getAllByText("Here").length).toBe(2); });
    expect(posted()).toEqual([{ id: "PN1", messages: true }]);
  });

  it("asks before it takes one over from somebody else", async () => {
    const theirs = number({ route: "elsewhere", voice_url: "https://old.example/voice" });
    const { posted } = setUp({ problem: null, numbers: [theirs] });
    fireEvent.click(await screen.findByRole("button", { name: "Connect this number: +918045550111" }));
    expect(screen.getByText(/go to https:\/\/old.example\/voice now/)).toBeTruthy();
    expect(posted()).toEqual([]);
    fireEvent.click(screen.getByTestId("carrier-number-take"));
    await waitFor(() => { expect(posted()).toEqual([{ id: "PN1", messages: true }]); });
  });

  it("shows whose the text messages are, and leaves them there when the calls alone are wanted", async () => {
    const theirs = number({ route: "nowhere", voice_url: "", messages: "elsewhere", message_url: "https://old.example/sms" });
    const { posted } = setUp({ problem: null, numbers: [theirs] });
    fireEvent.click(await screen.findByRole("button", { name: "Connect this number: +918045550111" }));
    expect(screen.getByText(/text messages go to https:\/\/old.example\/sms now/)).toBeTruthy();
    fireEvent.click(screen.getByTestId("carrier-number-messages"));
    fireEvent.click(screen.getByTestId("carrier-number-take"));
    await waitFor(() => { expect(posted()).toEqual([{ id: "PN1", messages: false }]); });
  });

  it("asks before it takes the text messages of a number whose calls come here already", async () => {
    const theirs = number({ messages: "elsewhere", message_url: "https://old.example/sms" });
    const { posted } = setUp({ problem: null, numbers: [theirs] });
    fireEvent.click(await screen.findByRole("button", { name: "Connect this number: +918045550111" }));
    expect(screen.queryByTestId("carrier-number-messages")).toBeNull();
    fireEvent.click(screen.getByTestId("carrier-number-take"));
    await waitFor(() => { expect(posted()).toEqual([{ id: "PN1", messages: true }]); });
  });

  it("asks for no text messages of a number that takes none", async () => {
    const mute = number({ route: "nowhere", voice_url: "", messages: "not_taken", message_url: "" });
    const { posted } = setUp({ problem: null, numbers: [mute, number({ id: "PN2", number: "+918045550112", messages: "not_taken" })] });
    fireEvent.click(await screen.findByRole("button", { name: "Connect this number: +918045550111" }));
    await waitFor(() => { expect(posted()).toEqual([{ id: "PN1", messages: false }]); });
    expect(screen.queryByRole("button", { name: "Connect this number: +918045550112" })).toBeNull();
  });

  it("says what the carrier refused, and keeps the list", async () => {
    const idle = number({ route: "nowhere", messages: "nowhere" });
    setUp({ problem: null, numbers: [idle] }, { problem: "the carrier asks for a pause of 9 s", numbers: [] });
    fireEvent.click(await screen.findByRole("button", { name: "Connect this number: +918045550111" }));
    expect((await screen.findByTestId("carrier-number-problem")).textContent).toContain("Too many requests to Twilio at once");
    expect(screen.getByText("+918045550111")).toBeTruthy();
  });
});
