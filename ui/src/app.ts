import { QueryClient } from "@tanstack/react-query";
import type { App } from "./app-context";
import { createApi } from "./api/client";
import { asFailure, isTransient } from "./api/failure";
import { keys } from "./api/keys";
import { hasKey, translator } from "./i18n";
import { failureText } from "./i18n/failure-text";
import { systemClock } from "./lib/clock";
import type { Platform } from "./platform/types";
import { createDesk } from "./state/desk-driver";
import { comboOf, createKeyMap, createKeyRouter } from "./state/keymap";
import { createLive } from "./state/live-driver";
import { createPhone } from "./state/phone";
import { createPrefs, isDark } from "./state/prefs";
import { createSession } from "./state/session";
import { createToasts } from "./state/toasts";
import type { ToastTone } from "./state/toasts";
import type { NoticeLevel } from "./api/generated/wire";

const TONE: Record<NoticeLevel, ToastTone> = { info: "acc", warning: "warn", loss: "live" };

/** Notices whose sentence carries a fact that our own text does not have. */
const DETAILED = new Set(["unknown_number_called", "recording_not_stored", "job_dead", "recording_failed"]);
/** Notices about a call that is over and can be looked at. */
const LINKED = new Set(["analysis_ready", "hot_lead", "recording_not_stored"]);

/** Joins the stores to one platform. Nothing runs yet. */
export function createApp(platform: Platform, storage: Storage): App {
  const api = createApi(platform);
  const prefs = createPrefs(storage, navigator.language);
  const toasts = createToasts();
  const mac = /mac/i.test(navigator.platform);
  const keyMap = createKeyMap(storage, mac);
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        retry: (count, cause) => count < 2 && isTransient(asFailure(cause)),
      },
    },
  });
  const t = () => translator(prefs.get().locale);
  const fail = (cause: unknown): void => {
    toasts.show({ tone: "warn", ...failureText(cause, t()), stays: false });
  };
  const live = createLive({
    platform,
    clock: systemClock,
    onOutdated: (keys) => {
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey: [...queryKey] });
    },
    onNotice: (notice) => {
      const key = `notice.${notice.code}`;
      const title = hasKey(key) ? t()(key) : notice.text;
      toasts.show({
        tone: TONE[notice.level], title, text: hasKey(key) && DETAILED.has(notice.code) ? notice.text : null,
        stays: notice.level === "loss",
        ...(notice.call_id && LINKED.has(notice.code) ? { link: `/calls/${notice.call_id}` } : {}),
      });
    },
  });
  return {
    platform, api, queries, live, prefs, toasts, keyMap, mac, fail,
    session: createSession({ api, platform }),
    desk: createDesk({
      api, platform, storage, live: live.store, clock: systemClock, newId: () => crypto.randomUUID(), onFailure: fail,
      onSaved: (callId) => {
        for (const queryKey of [keys.call(callId), keys.calls(), keys.tasks, keys.callbacks, ["lead"], ["leads"]]) {
          void queries.invalidateQueries({ queryKey: [...queryKey] });
        }
      },
    }),
    phone: createPhone(platform, fail),
    keyRouter: createKeyRouter(keyMap.get),
  };
}

/** Starts what lasts as long as the window: session, look, keys; live data as long as somebody is signed in. */
export function startApp(app: App): void {
  let stopWork: (() => void) | null = null;
  const follow = (): void => {
    const inside = app.session.store.get().gate.kind === "signed_in";
    if (inside && !stopWork) {
      const stops = [app.live.start(), app.desk.start(), app.phone.start()];
      stopWork = () => {
        for (const stop of stops) stop();
        app.queries.clear();
      };
    } else if (!inside && stopWork) {
      stopWork();
      stopWork = null;
    }
  };
  app.session.store.subscribe(follow);
  app.session.start();
  startLook(app);
  window.addEventListener("keydown", (event) => {
    const combo = comboOf(event, app.mac);
    if (combo && app.keyRouter.press(combo)) event.preventDefault();
  });
}

function startLook(app: App): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = (): void => {
    const { theme, locale, scale } = app.prefs.get();
    const root = document.documentElement;
    root.dataset["theme"] = isDark(theme, dark.matches) ? "dark" : "light";
    root.lang = locale;
    root.style.fontSize = scale === 1 ? "" : `${scale * 100}%`;
  };
  app.prefs.subscribe(paint);
  dark.addEventListener("change", paint);
  paint();
}
