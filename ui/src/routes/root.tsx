import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useMemo } from "react";
import { AppProvider } from "@/app-context";
import type { App } from "@/app-context";
import { FirstRun } from "@/features/first-run/first-run";
import { SignIn } from "@/features/sign-in/sign-in";
import { Starting, Unreachable } from "@/features/sign-in/starting";
import { useStore } from "@/lib/use-store";
import type { Gate } from "@/state/session";
import { TipProvider } from "@/ui/tip";
import { ToastList } from "@/ui/toast-list";
import { createAppRouter } from "./router";

/** With a router of its own each time somebody signs in: one that is not shown does not follow the address. */
function Pages({ app }: { app: App }) {
  const router = useMemo(() => createAppRouter(app), [app]);
  return <RouterProvider router={router} />;
}

function GateView({ gate, app }: { gate: Gate; app: App }) {
  switch (gate.kind) {
    case "starting": return <Starting />;
    case "unreachable": return <Unreachable failure={gate.failure} />;
    case "set_up": return <FirstRun me={null} />;
    case "signed_out": return <SignIn demo={gate.setup?.demo ?? false} />;
    case "signed_in": return gate.steps ? <FirstRun me={gate.me} /> : <Pages key={gate.me.user.id} app={app} />;
  }
}

export function Root({ app }: { app: App }) {
  const gate = useStore(app.session.store, (session) => session.gate);
  return (
    <AppProvider value={app}>
      <QueryClientProvider client={app.queries}>
        <TipProvider delayDuration={400}>
          <GateView gate={gate} app={app} />
          <ToastList />
        </TipProvider>
      </QueryClientProvider>
    </AppProvider>
  );
}
