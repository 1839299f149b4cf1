import {
  createHashHistory, createRootRoute, createRoute, createRouter, Outlet, redirect,
} from "@tanstack/react-router";
import type { App } from "@/app-context";
import { CallDetailPage } from "@/features/calls/detail-page";
import { CallsPage } from "@/features/calls/history-page";
import { DeskPage } from "@/features/desk/desk-page";
import { MiniWindow } from "@/features/desk/mini-window";
import { FollowUpsPage } from "@/features/follow-ups/follow-ups-page";
import { ImportPage } from "@/features/imports/import-page";
import { ImportsPage } from "@/features/imports/imports-page";
import { BoardPage } from "@/features/leads/board-page";
import { LeadPage } from "@/features/leads/lead-page";
import { LeadsPage } from "@/features/leads/leads-page";
import { MonitorPage } from "@/features/monitor/monitor-page";
import { QueuePage } from "@/features/queue/queue-page";
import { SettingsPage } from "@/features/settings/settings-page";
import { isPageId } from "@/features/settings/pages";
import type { PageId } from "@/features/settings/pages";
import { PageFailure } from "@/features/shell/page-failure";
import { NotFound } from "@/features/shell/not-found";
import { Shell } from "@/features/shell/shell";
import { may } from "@/state/rights";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

/** Filters that belong to the address, so that a list comes back as it was left. */
const pickText = <K extends string>(search: Record<string, unknown>, names: readonly K[]): Partial<Record<K, string>> => {
  const picked: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = text(search[name]);
    if (value !== undefined) picked[name] = value;
  }
  return picked;
};

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

const desk = createRoute({ getParentRoute: () => shell, path: "/desk", component: DeskPage });
const monitor = createRoute({ getParentRoute: () => shell, path: "/monitor", component: MonitorPage });
const calls = createRoute({
  getParentRoute: () => shell, path: "/calls", component: CallsPage,
  validateSearch: (search) => pickText(search, ["search", "direction", "status", "days", "agent_id", "lead_id"] as const),
});
const call = createRoute({
  getParentRoute: () => shell, path: "/calls/$callId", component: CallDetailPage,
  validateSearch: (search) => pickText(search, ["at"] as const),
});
const leads = createRoute({
  getParentRoute: () => shell, path: "/leads", component: LeadsPage,
  validateSearch: (search) => pickText(search, ["search", "heat", "stage", "mine", "owner", "campaign", "tag", "sort"] as const),
});
const queue = createRoute({
  getParentRoute: () => shell, path: "/queue", component: QueuePage,
  validateSearch: (search) => pickText(search, ["kind", "heat", "source", "days", "search", "sort"] as const),
});
const followUps = createRoute({
  getParentRoute: () => shell, path: "/follow-ups", component: FollowUpsPage,
  validateSearch: (search) => pickText(search, ["when", "who", "span", "day"] as const),
});
const board = createRoute({ getParentRoute: () => shell, path: "/board", component: BoardPage });
const lead = createRoute({ getParentRoute: () => shell, path: "/leads/$leadId", component: LeadPage });
const imports = createRoute({ getParentRoute: () => shell, path: "/imports", component: ImportsPage });
const anImport = createRoute({ getParentRoute: () => shell, path: "/imports/$importId", component: ImportPage });
const settings = createRoute({
  getParentRoute: () => shell, path: "/settings/$page", component: SettingsPage,
  params: {
    parse: ({ page }): { page: PageId } => {
      if (isPageId(page)) return { page };
      throw new Error(`no settings page ${page}`);
    },
  },
});
const mini = createRoute({ getParentRoute: () => root, path: "/mini", component: MiniWindow });

/** Addresses are kept behind `#`, so that they work from files, from tauri:// and from any server path. */
export function createAppRouter(app: App) {
  const home = createRoute({
    getParentRoute: () => root, path: "/",
    beforeLoad: () => {
      const gate = app.session.store.get().gate;
      const role = gate.kind === "signed_in" ? gate.me.user.role : "viewer";
      if (app.platform.window === "monitor") throw redirect({ to: "/monitor" });
      throw redirect({ to: may(role, "take_calls") ? "/desk" : may(role, "monitor") ? "/monitor" : "/calls" });
    },
  });
  return createRouter({
    routeTree: root.addChildren([
      home, mini, shell.addChildren([desk, queue, followUps, monitor, calls, call, leads, board, lead, imports, anImport, settings]),
    ]),
    history: createHashHistory(),
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: PageFailure,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
