import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { VoicemailMessage, VoicemailSettings } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import type { Platform, Request } from "@/platform/types";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { VoicemailPage } from "./voicemail-page";

const messages: VoicemailMessage[] = [
  { id: "m1", name: "Please call back", length_ms: 14_000, created_at_ms: 0 }, { id: "m2", name: "Good news", length_ms: 9000, created_at_ms: 0 },
];

const nothing = () => () => undefined;

function setUp(all: VoicemailMessage[], settings: VoicemailSettings, refusal: unknown = null) {
  const sent: Request[] = [];
  const platform = {
    kind: "web", window: "main", onLive: nothing, onResync: nothing, onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing,
    request: (request: Request) => {
      sent.push(request);
      if (request.method === "POST" && refusal !== null) return Promise.resolve({ status: 422, body: refusal });
      const body = request.path === "/voicemail/messages" ? all : request.method === "PUT" ? request.body : settings;
      return Promise.resolve({ status: 200, body });
    },
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  render(<AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider><VoicemailPage /></TipProvider></QueryClientProvider></AppProvider>);
  return { bodies: (method: string) => sent.filter((each) => each.method === method).map((each) => each.body) };
}

describe("messages for answering machines", () => {
  afterEach(cleanup);

  it("chooses one with a press, and keeps when it is left", async () => {
    const { bodies } = setUp(messages, { message_id: "m1", when_machine: true });
    fireEvent.click(await screen.findByLabelText("Use the message Good news"));
    await waitFor(() => { expect(bodies("PUT")).toEqual([{ message_id: "m2", when_machine: true }]); });
    expect(await screen.findByLabelText("Use the message Please call back")).toBeTruthy();
  });

  it("leaves none by itself before one is chosen", async () => {
    setUp(messages, { message_id: null, when_machine: false });
    const toggle = await screen.findByRole("switch");
    expect((toggle as HTMLInputElement).disabled).toBe(true);
    expect(screen.getByText("Choose a message first")).toBeTruthy();
  });

  it("sends the file with its name, and says what is wrong with it", async () => {
    const wrong = { code: "invalid_fields", message: "m", request_id: "r", fields: [{ field: "sound", problem: "the message is longer than 60 s; shorten it" }] };
    const { bodies } = setUp([], { message_id: null, when_machine: false }, wrong);
    expect(await screen.findByText("No message yet")).toBeTruthy();
    fireEvent.change(screen.getByTestId("voicemail-name"), { target: { value: "Hello" } });
    fireEvent.change(screen.getByTestId("voicemail-file"), { target: { files: [new File(["RIFF"], "hello.wav")] } });
    fireEvent.click(screen.getByTestId("voicemail-add"));
    await waitFor(() => { expect(bodies("POST")).toEqual([{ name: "Hello", sound: "UklGRg==" }]); });
    expect((await screen.findAllByText(/longer than 60 seconds/)).length).toBeGreaterThan(0);
  });
});
