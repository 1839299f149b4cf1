import { createContext, useContext, useEffect, useMemo, useRef } from "react";
import type { QueryClient } from "@tanstack/react-query";
import type { Api } from "@/api/client";
import type { Me } from "@/api/generated/wire";
import { translator } from "@/i18n";
import type { Translate } from "@/i18n";
import type { Store } from "@/lib/store";
import { useNow } from "@/lib/use-now";
import { useStore } from "@/lib/use-store";
import type { Platform } from "@/platform/types";
import type { BoardDriver } from "@/state/board";
import type { DeskDriver } from "@/state/desk-driver";
import type { CheckDriver } from "@/state/device-check";
import type { Action, KeyMap, KeyRouter } from "@/state/keymap";
import { lastKey, showCombo } from "@/state/keymap";
import type { FormDrafts } from "@/state/form-drafts";
import type { LiveDriver } from "@/state/live-driver";
import type { OutboxDriver } from "@/state/outbox";
import type { PhoneDriver } from "@/state/phone";
import type { Prefs } from "@/state/prefs";
import type { Session, SessionDriver } from "@/state/session";
import type { WorklistDriver } from "@/state/worklist";
import type { Reminders } from "@/state/reminders";
import type { Toasts } from "@/state/toasts";

/** Everything that screens use, made once at start. */
export interface App {
  platform: Platform;
  api: Api;
  queries: QueryClient;
  session: SessionDriver;
  live: LiveDriver;
  desk: DeskDriver;
  worklist: WorklistDriver;
  reminders: Reminders;
  board: BoardDriver;
  outbox: OutboxDriver;
  forms: FormDrafts;
  phone: PhoneDriver;
  check: CheckDriver;
  prefs: Store<Prefs>;
  toasts: Toasts;
  keyMap: Store<KeyMap>;
  keyRouter: KeyRouter;
  mac: boolean;
  /** Shows any error as a toast, in words. */
  fail(cause: unknown): void;
}

const Context = createContext<App | null>(null);

export const AppProvider = Context.Provider;

export function useApp(): App {
  const app = useContext(Context);
  if (!app) throw new Error("AppProvider is missing");
  return app;
}

const localeOf = (prefs: Prefs): Prefs["locale"] => prefs.locale;

export const useLocale = (): Prefs["locale"] => useStore(useApp().prefs, localeOf);

export function useT(): Translate {
  const locale = useLocale();
  return useMemo(() => translator(locale), [locale]);
}

const meOf = (session: Session): Me | null => (session.gate.kind === "signed_in" ? session.gate.me : null);

/** The person who is signed in; screens behind the gate always have one. */
export function useMe(): Me {
  const me = useStore(useApp().session.store, meOf);
  if (!me) throw new Error("used before sign-in");
  return me;
}

/** The server's clock, refreshed once a second: all timers of calls are counted on it. */
export function useServerNow(): number {
  const offset = useStore(useApp().live.store, (live) => live.offsetMs);
  return useNow() + offset;
}

/** Calls `handler` when the keys of `action` are pressed, while `on`. */
export function useKey(action: Action, handler: () => void, on = true): void {
  const { keyRouter } = useApp();
  const newest = useRef(handler);
  useEffect(() => { newest.current = handler; });
  useEffect(() => (on ? keyRouter.on(action, () => { newest.current(); }) : undefined), [keyRouter, action, on]);
}

export interface ShownKey {
  /** `Ctrl+Shift+M` */
  full: string;
  /** `M` */
  last: string;
}

/** The present keys of an action, as shown on buttons. */
export function useShownKey(action: Action): ShownKey {
  const { keyMap, mac } = useApp();
  const combo = useStore(keyMap, (map) => map[action]);
  return { full: showCombo(combo, mac), last: lastKey(combo) };
}
