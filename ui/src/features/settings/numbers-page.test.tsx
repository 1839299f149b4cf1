import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Number as PhoneNumber, NumberInput } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import { numbers, voicemailMessages } from "@/mocks/settings";
import type { Platform, Request } from "@/platform/types";
import { testStorage } from "@/testing/storage";
import { withDialogs } from "@/testing/dialogs";
import { TipProvider } from "@/ui/tip";
import { NumbersPage } from "./numbers-page";

const [message] = voicemailMessages;
const TRUNK = "A trunk cannot speak text: choose a recorded message.";

const nothing = () => () => undefined;

function setUp(change: Partial<PhoneNumber>, refusal: unknown = null) {
  const sent: Request[] = [];
  const shown = numbers.slice(0, 1).map((each) => ({ ...each, ...change }));
  const answers: Record<string, unknown> = { "/numbers": shown, "/voicemail/messages": voicemailMessages };
  const platform = {
    kind: "web", window: "main", onLive: nothing, onResync: nothing, onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing,
    request: (request: Request) => {
      sent.push(request);
      if (request.method === "PUT") return Promise.resolve(refusal === null ? { status: 200, body: shown[0] } : { status: 422, body: refusal });
      return Promise.resolve({ status: 200, body: answers[request.path] ?? [] });
    },
  } as unknown as Platform;
  withDialogs();
  const app = createApp(platform, createKept(testStorage()));
  render(<AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider><NumbersPage /></TipProvider></QueryClientProvider></AppProvider>);
  return { put: () => sent.find((each) => each.method === "PUT")?.body as NumberInput | undefined };
}

async function opened(): Promise<void> {
  fireEvent.click(await screen.findByLabelText(/^Change /));
  await screen.findByTestId("number-provider");
}

const choose = (testid: string, value: string): void => { fireEvent.change(screen.getByTestId(testid), { target: { value } }); };

describe("the greeting of a number", () => {
  afterEach(cleanup);

  it("may be a recorded message, which callers hear in place of the text", async () => {
    const { put } = setUp({});
    await opened();
    await screen.findByRole("option", { name: message?.name ?? "" });
    choose("number-recorded", message?.id ?? "");
    expect(screen.getByText("Callers hear the recorded message in place of this text.")).toBeTruthy();
    fireEvent.click(screen.getByTestId("edit-save"));
    await waitFor(() => { expect(put()?.greeting_message_id).toBe(message?.id); });
  });

  it("is text that a trunk cannot speak, which is said beside it until a message is chosen", async () => {
    setUp({ provider: "sip" });
    await opened();
    const area = screen.getByLabelText("Greeting");
    expect(document.getElementById(area.getAttribute("aria-describedby") ?? "")?.textContent).toBe(TRUNK);
    await screen.findByRole("option", { name: message?.name ?? "" });
    choose("number-recorded", message?.id ?? "");
    expect(screen.queryByText(TRUNK)).toBeNull();
    choose("number-recorded", "");
    expect(screen.getByText(TRUNK)).toBeTruthy();
    choose("number-provider", "twilio");
    expect(screen.queryByText(TRUNK)).toBeNull();
  });

  it("is text only where Exotel brings the calls", async () => {
    const { put } = setUp({ greeting_message_id: message?.id ?? null });
    await opened();
    choose("number-provider", "exotel");
    expect(screen.queryByTestId("number-recorded")).toBeNull();
    expect(screen.getByText(/^Spoken before the queue/)).toBeTruthy();
    fireEvent.click(screen.getByTestId("edit-save"));
    await waitFor(() => { expect(put()).toMatchObject({ provider: "exotel", greeting_message_id: null }); });
  });

  it("says when the message was deleted in the meantime", async () => {
    const wrong = { code: "invalid_fields", message: "m", request_id: "r", fields: [{ field: "greeting_message_id", problem: "names a message that is not there" }] };
    setUp({ greeting_message_id: "gone" }, wrong);
    await opened();
    choose("number-provider", "sip");
    fireEvent.click(screen.getByTestId("edit-save"));
    expect((await screen.findAllByText(/that message is not there any more/)).length).toBeGreaterThan(0);
    expect(screen.getByTestId("number-recorded").getAttribute("aria-invalid")).toBe("true");
  });
});
