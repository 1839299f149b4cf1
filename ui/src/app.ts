import { QueryClient } from "@tanstack/react-query";
import type { App } from "./app-context";
import { createApi } from "./api/client";
import { asFailure, isTransient } from "./api/failure";
import { keys } from "./api/keys";
import { hasKey, translator } from "./i18n";
import { failureText } from "./i18n/failure-text";
import { carrierText } from "./i18n/server-text";
import { systemClock } from "./lib/clock";
import type { Kept } from "./lib/kept";
import type { PhoneState, Platform } from "./platform/types";
import { createBoard } from "@/state/board";
import { createDesk } from "./state/desk-driver";
import { createDeviceCheck } from "./state/device-check";
import { newlyAway } from "./state/devices";
import { comboOf, createKeyMap, createKeyRouter } from "./state/keymap";
import { createFormDrafts } from "./state/form-drafts";
import { createLive } from "./state/live-driver";
import { createOutboxStore } from "./state/outbox";
import { createPhone } from "./state/phone";
import { createPrefs, isDark } from "./state/prefs";
import { may } from "./state/rights";
import { createReminders } from "./state/reminders";
import { beginsAtHome, createSession } from "./state/session";
import { createToasts } from "./state/toasts";
import type { ToastTone } from "./state/toasts";
import { createWorklist } from "./state/worklist";
import type { NoticeLevel } from "./api/generated/wire";

const TONE: Record<NoticeLevel, ToastTone> = { info: "acc", warning: "warn", loss: "live" };

/** Notices whose sentence carries a fact that our own text does not have. */
const DETAILED = new Set(["unknown_number_called", "recording_not_stored", "job_dead", "recording_failed", "carrier_refused", "keys_not_played"]);
/** Notices about a call that is over and can be looked at. */
const LINKED = new Set(["analysis_ready", "hot_lead", "recording_not_stored"]);

/** Joins the stores to one platform. Nothing runs yet. */
export function createApp(platform: Platform, kept: Kept): App {
  const api = createApi(platform);
  const prefs = createPrefs(kept, navigator.language);
  const toasts = createToasts();
  const mac = /mac/i.test(navigator.platform);
  const keyMap = createKeyMap(kept, { mac, web: platform.kind === "web" });
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
  const reminders = createReminders({
    api, onFailure: fail,
    onChanged: () => { for (const queryKey of [keys.tasks, keys.callbacks, keys.worklist()]) void queries.invalidateQueries({ queryKey: [...queryKey] }); },
  });
  const live = createLive({
    platform,
    onReminder: (reminder) => {
      reminders.add(reminder);
      platform.notices.show(reminder.kind === "callback"
        ? { title: t()("remind.callback", { name: reminder.lead_name ?? t()("desk.the_customer") }), text: "" }
        : { title: t()("remind.task_due"), text: [reminder.lead_name, reminder.text].filter(Boolean).join(": ") });
    },
    clock: systemClock,
    onOutdated: (keys) => {
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey: [...queryKey] });
    },
    onNotice: (notice) => {
      const key = `notice.${notice.code}`;
      const title = hasKey(key) ? t()(key) : notice.text;
      toasts.show({
        tone: TONE[notice.level], title, text: hasKey(key) && DETAILED.has(notice.code) ? carrierText(notice.text, t()) : null,
        stays: notice.level === "loss",
        ...(notice.call_id && LINKED.has(notice.code) ? { link: `/calls/${notice.call_id}` } : {}),
      });
    },
  });
  const worklist = createWorklist({
    api, live: live.store, clock: systemClock, onFailure: fail, onChanged: () => void queries.invalidateQueries({ queryKey: [...keys.worklist()] }),
  });
  const board = createBoard({
    api, kept, onFailure: fail,
    onChanged: () => Promise.all([queries.invalidateQueries({ queryKey: [...keys.leads()] }), queries.invalidateQueries({ queryKey: ["lead"] })]),
  });
  const desk = createDesk({
    onLeadSaved: (leadId) => void queries.invalidateQueries({ queryKey: keys.lead(leadId) }),
    api, platform, kept, live: live.store, clock: systemClock, newId: () => crypto.randomUUID(), onFailure: fail,
    onSaved: (callId) => {
      for (const queryKey of [keys.call(callId), keys.calls(), keys.tasks, keys.callbacks, ["lead"], ["leads"], keys.worklist()]) {
        void queries.invalidateQueries({ queryKey: [...queryKey] });
      }
      void worklist.refresh();
    },
  });
  kept.onTrouble((trouble) => {
    toasts.show({ tone: "warn", title: t()(`kept.${trouble.kind}`), text: t()(`kept.${trouble.kind}_text`), stays: true });
  });
  const phone = createPhone(platform, fail);
  let before: PhoneState | null = null;
  phone.store.subscribe(() => {
    const now = phone.store.get();
    if (!now) return;
    for (const { kind, stand } of newlyAway(before, now)) {
      const named = (device: { name: string } | null, other: string): string => (device && device.name !== "" ? device.name : other);
      const title = t()("device.is_away", { name: named(stand.wanted, t()(`device.${kind}`)) });
      toasts.show({ tone: "warn", title, text: t()("device.stand_in", { name: named(stand.using, t()("device.system")) }), stays: false, link: "/settings/devices" });
    }
    before = now;
  });
  return {
    platform, api, queries, live, prefs, toasts, keyMap, mac, fail,
    session: createSession({ api, platform, beforeSignOut: () => desk.flush() }),
    desk, worklist, board, reminders,
    forms: createFormDrafts(),
    outbox: createOutboxStore({
      platform, onFailure: fail,
      onAllSent: () => {
        desk.allSent();
        void queries.invalidateQueries({ queryKey: ["lead"] });
      },
      onRefused: () => {
        toasts.show({ tone: "live", title: t()("refused.toast"), text: t()("refused.toast_text"), stays: true });
      },
    }),
    phone,
    check: createDeviceCheck(platform, () => void queries.invalidateQueries({ queryKey: keys.ownChecks }), fail),
    keyRouter: createKeyRouter(keyMap.get),
  };
}

/** Starts what lasts as long as the window: session, look, keys; live data as long as somebody is signed in. */
export function startApp(app: App): void {
  let work: { user: string; stop: () => void } | null = null;
  let last: string | null = null;
  const follow = (): void => {
    const { gate } = app.session.store.get();
    const user = gate.kind === "signed_in" ? gate.me.user.id : null;
    if (work && work.user !== user) {
      work.stop();
      work = null;
    }
    if (user !== null) {
      if (beginsAtHome(last, user, window.location.hash)) window.location.hash = "#/";
      last = user;
    }
    if (gate.kind === "signed_in" && !work) {
      const stops = [app.live.start(), app.desk.start(gate.me.user.id), ...(may(gate.me.user.role, "take_calls") ? [app.worklist.start()] : []), app.outbox.start(), app.phone.start(), app.check.start()];
      work = {
        user: gate.me.user.id,
        stop: () => {
          for (const stop of stops) stop();
          app.queries.clear();
          app.toasts.clear();
          app.reminders.clear();
          app.forms.clear();
        },
      };
    }
  };
  app.session.store.subscribe(follow);
  app.session.start();
  startLook(app);
  // The desktop app goes to the tray when its window is closed; a browser tab is gone.
  if (app.platform.kind === "web") {
    window.addEventListener("beforeunload", (event) => { if (mustAsk(app)) event.preventDefault(); });
  }
  window.addEventListener("keydown", (event) => {
    const combo = comboOf(event, app.mac);
    if (combo && app.keyRouter.press(combo)) event.preventDefault();
  });
}

/** Whether closing the page now would end a call or lose what was typed. */
export const mustAsk = (app: Pick<App, "desk" | "forms">): boolean =>
  app.desk.store.get().current?.endedAtMs === null || app.desk.isTyping() || Object.keys(app.forms.store.get()).length > 0;

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
