import type { Notices } from "../types";

/** What a browser shows outside its page, once the person has allowed it. */
export function webNotices(): Notices {
  const has = typeof window !== "undefined" && "Notification" in window;
  return {
    state: () => (!has || Notification.permission === "denied" ? "off" : Notification.permission === "granted" ? "on" : "ask"),
    ask: async () => { if (has) await Notification.requestPermission(); },
    show: ({ title, text }) => {
      // In front of the person the page itself says it.
      if (!has || Notification.permission !== "granted" || document.hasFocus()) return;
      const shown = new Notification(title, { body: text });
      shown.onclick = () => {
        window.focus();
        shown.close();
      };
    },
  };
}
