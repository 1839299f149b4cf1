import { isRecord } from "@/lib/kept";
import type { Kept } from "@/lib/kept";
import { createStore } from "@/lib/store";
import type { Store } from "@/lib/store";

/** What a key can do. The order is that of the help. */
export const ACTIONS = [
  "answer", "decline", "mute", "hold", "hang_up", "transfer", "keypad", "pause_recording", "leave_message",
  "status_menu", "back_to_call", "next_lead", "call_next", "next_task", "previous_task", "find_lead", "dial_selection",
  "outcome_1", "outcome_2", "outcome_3", "outcome_4", "outcome_5", "outcome_6", "outcome_7", "outcome_8", "outcome_9",
  "all_outcomes", "save_next", "save_pause", "extend_wrap_up", "next_region", "previous_region", "all_keys",
] as const;

export type Action = (typeof ACTIONS)[number];

/** `Mod` is Ctrl, on a Mac ⌘: `Mod+Shift+M`, `Alt+1`, `F6`. */
export type Combo = string;

export type KeyMap = Readonly<Record<Action, Combo>>;

/** Where the app runs: a browser keeps some keys for itself. */
export interface Place {
  mac: boolean;
  web: boolean;
}

/** No page of a browser ever sees these: they open and close its tabs and windows. */
const RESERVED = new Set<Combo>(["Mod+N", "Mod+T", "Mod+W", "Mod+Q", "Mod+Shift+N", "Mod+Shift+T", "Mod+Shift+W", "Mod+Shift+Q", "Mod+Tab", "Mod+Shift+Tab", "Ctrl+Tab", "Ctrl+Shift+Tab", "Alt+F4"]);

/** Keys that end something need a modifier and no accident: none of them is a single letter. */
export function defaultKeys({ mac, web }: Place): KeyMap {
  const outcome = mac ? "Mod" : "Alt";
  return {
    answer: "Mod+Shift+A", decline: "Mod+Shift+R", mute: "Mod+Shift+M", hold: "Mod+Shift+H", hang_up: "Mod+Shift+E",
    transfer: "Mod+Shift+X", keypad: "Mod+Shift+D", pause_recording: "Mod+Shift+P", leave_message: "Mod+Shift+F", status_menu: "Mod+Shift+S",
    back_to_call: "Mod+Shift+C", next_task: web ? "Mod+Shift+G" : "Mod+Shift+T", previous_task: "Mod+Shift+Y", find_lead: "Mod+K",
    dial_selection: "Mod+Shift+L", next_lead: "F8", call_next: "F9",
    outcome_1: `${outcome}+1`, outcome_2: `${outcome}+2`, outcome_3: `${outcome}+3`, outcome_4: `${outcome}+4`,
    outcome_5: `${outcome}+5`, outcome_6: `${outcome}+6`, outcome_7: `${outcome}+7`, outcome_8: `${outcome}+8`,
    outcome_9: `${outcome}+9`, all_outcomes: `${outcome}+0`,
    save_next: "Mod+Enter", save_pause: "Mod+Shift+Enter", extend_wrap_up: web ? "Mod+Shift+U" : "Mod+Shift+W",
    next_region: "F6", previous_region: "Shift+F6", all_keys: "Mod+/",
  };
}

export interface Press {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** The key's own name: letters and digits by their place when a modifier changes what they type. */
function nameOf(press: Press): string | null {
  if (["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead"].includes(press.key)) return null;
  if (/^[a-z]$/i.test(press.key)) return press.key.toUpperCase();
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code);
  if (digit) return digit[1] ?? null;
  const letter = /^Key([A-Z])$/.exec(press.code);
  if (letter) return letter[1] ?? null;
  if (press.code === "Slash" || press.key === "/") return "/";
  if (press.key === " ") return "Space";
  return press.key.length === 1 ? press.key.toUpperCase() : press.key;
}

/** A key press as a combination; null while only modifiers are down. */
export function comboOf(press: Press, mac: boolean): Combo | null {
  const name = nameOf(press);
  if (name === null) return null;
  const parts: string[] = [];
  if (mac ? press.metaKey : press.ctrlKey) parts.push("Mod");
  if (mac && press.ctrlKey) parts.push("Ctrl");
  if (press.altKey) parts.push("Alt");
  if (press.shiftKey) parts.push("Shift");
  return [...parts, name].join("+");
}

/** As people read it: `Ctrl+Shift+M`, on a Mac `⌘⇧M`. */
export function showCombo(combo: Combo, mac: boolean): string {
  if (!mac) return combo.replace("Mod", "Ctrl");
  return combo.replace("Mod", "⌘").replace("Ctrl", "⌃").replace("Alt", "⌥").replace("Shift", "⇧").replaceAll("+", "");
}

/** The last part of a combination: the letter on a button. */
export const lastKey = (combo: Combo): string => combo.split("+").at(-1) ?? combo;

export type Refusal = { kind: "taken"; by: Action } | { kind: "needs_modifier" } | { kind: "reserved" };

/** Why a combination may not be given to an action; null when it may. */
export function refusal(map: KeyMap, action: Action, combo: Combo, place: Place): Refusal | null {
  if (place.web && RESERVED.has(combo)) return { kind: "reserved" };
  const plain = !combo.includes("+") || /^Shift\+.$/.test(combo);
  if (plain && !/^(Shift\+)?F\d{1,2}$/.test(combo)) return { kind: "needs_modifier" };
  const by = ACTIONS.find((each) => each !== action && map[each] === combo);
  return by ? { kind: "taken", by } : null;
}

const KEY = "switchboard.keys";

/** This computer's own keys over the defaults. */
export function createKeyMap(kept: Kept, place: Place): Store<KeyMap> {
  const defaults = defaultKeys(place);
  const store = createStore<KeyMap>({ ...defaults, ...(kept.read(KEY, isRecord) as Partial<KeyMap> | null) });
  store.subscribe(() => {
    const changed = Object.entries(store.get()).filter(([action, combo]) => defaults[action as Action] !== combo);
    if (changed.length === 0) kept.remove(KEY);
    else kept.write(KEY, Object.fromEntries(changed));
  });
  return store;
}

type Handler = () => void;

export interface KeyRouter {
  /** Of several handlers for one action the newest is called. */
  on(action: Action, handler: Handler): () => void;
  /** True when something was done. */
  press(combo: Combo): boolean;
}

export function createKeyRouter(map: () => KeyMap): KeyRouter {
  const handlers = new Map<Action, Handler[]>();
  return {
    on: (action, handler) => {
      handlers.set(action, [...(handlers.get(action) ?? []), handler]);
      return () => {
        handlers.set(action, (handlers.get(action) ?? []).filter((each) => each !== handler));
      };
    },
    press: (combo) => {
      const now = map();
      const action = ACTIONS.find((each) => now[each] === combo);
      const handler = action ? handlers.get(action)?.at(-1) : undefined;
      handler?.();
      return handler !== undefined;
    },
  };
}
