import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { act, render } from "@testing-library/react";
import { AppProvider } from "@/app-context";
import { createApp } from "@/app";
import { createKept } from "@/lib/kept";
import type { Answer, Platform, Request } from "@/platform/types";
import { me } from "@/mocks/people";
import { createAppRouter } from "@/routes/router";
import { TipProvider } from "@/ui/tip";
import { settle } from "./clock";
import { snapshot } from "./make";
import { testStorage } from "./storage";
import type { Role } from "@/api/generated/wire";

const nothing = () => () => undefined;

/** A page of the app at an address, on answers by `METHOD /path` (what is not there is refused); gives what was asked. */
export async function renderPage(path: string, answers: Record<string, (request: Request) => unknown>, role: Role = "telecaller") {
  const requests: Request[] = [];
  const platform = {
    kind: "web", window: "main", app: null, snapshot: () => Promise.resolve(snapshot()), onLive: nothing, onResync: nothing, onNavigate: nothing, mediaSession: () => Promise.resolve("m1"),
    sessionState: () => Promise.resolve({ signedIn: true, me: me(role), serverUrl: "here", connection: { kind: "connected", sinceMs: null }, tokenKeptIn: "cookie" }),
    request: (request: Request): Promise<Answer> => {
      requests.push(request);
      const found = answers[`${request.method} ${request.path.split("?")[0] ?? ""}`];
      return Promise.resolve(found ? { status: 200, body: found(request) } : { status: 404, body: { code: "not_found", message: request.path, request_id: "t" } });
    },
    notices: { state: () => "on", ask: () => Promise.resolve(), show: () => undefined }, onSession: nothing, onOutbox: nothing, onPhone: nothing, onLevels: nothing, onCheck: nothing, phoneState: () => new Promise(() => undefined), outboxState: () => Promise.resolve({ waiting: 0, refused: [] }),
  } as unknown as Platform;
  const app = createApp(platform, createKept(testStorage()));
  app.session.start();
  const router = createAppRouter(app);
  router.update({ history: createMemoryHistory({ initialEntries: [path] }) });
  await act(async () => {
    await settle();
    await router.load();
  });
  const view = render(
    <AppProvider value={app}><QueryClientProvider client={app.queries}><TipProvider><RouterProvider router={router} /></TipProvider></QueryClientProvider></AppProvider>,
  );
  await act(settle);
  return { app, router, requests, view };
}
