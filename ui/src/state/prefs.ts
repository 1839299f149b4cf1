import type { UiLocale, UiTheme } from "@/api/generated/wire";
import { isRecord } from "@/lib/kept";
import type { Kept } from "@/lib/kept";
import { createStore } from "@/lib/store";
import type { Store } from "@/lib/store";

export interface Prefs {
  theme: UiTheme;
  locale: UiLocale;
  /** Larger text, as a factor of the system's. */
  scale: 1 | 1.15 | 1.3;
}

const KEY = "switchboard.prefs";

/** Look and language of this computer; signing in brings the person's own. */
export function createPrefs(kept: Kept, language: string): Store<Prefs> {
  const fresh: Prefs = { theme: "system", locale: language.startsWith("hi") ? "hi" : "en", scale: 1 };
  const store = createStore<Prefs>({ ...fresh, ...(kept.read(KEY, isRecord) as Partial<Prefs> | null) });
  store.subscribe(() => { kept.write(KEY, store.get()); });
  return store;
}

export const isDark = (theme: UiTheme, systemDark: boolean): boolean =>
  theme === "dark" || (theme === "system" && systemDark);
