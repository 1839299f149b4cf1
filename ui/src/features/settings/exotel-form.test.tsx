import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { ExotelSettings, ExotelSettingsInput } from "@/api/generated/wire";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import type { Platform, Request } from "@/platform/types";
import { testStorage } from "@/testing/storage";
import { TipProvider } from "@/ui/tip";
import { Exotel } from "./exotel-form";

const saved: ExotelSettings = {
  account_sid: "acme1", has_api_key: true, has_api_token: true, api_base: "", public_url: "", flow: "12", allowed: ["203.0.113.7"], simulated: false,
  applets: [{ applet: "passthru", url: "https://calls.example.com/webhooks/exotel/t/s/passthru" }, { applet: "after_voicebot", url: "https://calls.example.com/webhooks/exotel/t/s/after_voicebot" }],
};

const nothing = () => () => undefined;

function setUp(settings: ExotelSettings) {
  const sent: Request[] = [];
  const platform = {
    kind: "web", window: "main", onLive: nothing, onResync: nothing, onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing,
    request: (request: Request) => {
      sent.push(request);
      return Promise.resolve({ status: 200, body: settings });
    },
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  render(<AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider><Exotel /></TipProvider></QueryClientProvider></AppProvider>);
  const put = (): ExotelSettingsInput | undefined => sent.find((each) => each.method === "PUT")?.body as ExotelSettingsInput | undefined;
  return { put };
}

describe("the Exotel account", () => {
  afterEach(cleanup);

  it("shows what to enter in the flow editor, in the words of the applets", async () => {
    setUp(saved);
    expect(await screen.findByText(saved.applets[0]?.url ?? "")).toBeTruthy();
    expect(screen.getByText("Passthru after Voicebot; its second branch leads back to Voicebot")).toBeTruthy();
    expect(screen.getByText(/no way to hold, mute, transfer or end a call/)).toBeTruthy();
  });

  it("keeps the secrets that are stored and sends one address a line", async () => {
    const { put } = setUp(saved);
    const allowed = await screen.findByLabelText("Addresses that may ask");
    fireEvent.change(allowed, { target: { value: "203.0.113.0/24\n 198.51.100.7,\n" } });
    fireEvent.click(screen.getByTestId("exotel-save"));
    await waitFor(() => { expect(put()).toBeTruthy(); });
    expect(put()).toMatchObject({ account_sid: "acme1", api_key: null, api_token: null, allowed: ["203.0.113.0/24", "198.51.100.7"], new_secret: false });
  });

  it("makes new addresses on one press", async () => {
    const { put } = setUp(saved);
    fireEvent.click(await screen.findByTestId("exotel-renew"));
    await waitFor(() => { expect(put()?.new_secret).toBe(true); });
  });

  it("has no addresses and nothing to test before an account is entered", async () => {
    setUp({ ...saved, account_sid: "", applets: [], allowed: [] });
    expect(await screen.findByTestId("exotel-account_sid")).toBeTruthy();
    expect(screen.queryByTestId("exotel-test")).toBeNull();
    expect(screen.queryByTestId("exotel-renew")).toBeNull();
  });
});
