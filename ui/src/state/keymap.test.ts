import { describe, expect, it } from "vitest";
import { createKept } from "@/lib/kept";
import { testStorage } from "@/testing/storage";
import { ACTIONS, comboOf, createKeyMap, createKeyRouter, defaultKeys, lastKey, refusal, showCombo } from "./keymap";
import type { Press } from "./keymap";

const desktop = { mac: false, web: false };

const press = (change: Partial<Press>): Press => ({ key: "a", code: "KeyA", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...change });

describe("key presses", () => {
  it("are named by their letter, with the modifiers in one order", () => {
    expect(comboOf(press({ key: "M", code: "KeyM", shiftKey: true, ctrlKey: true }), false)).toBe("Mod+Shift+M");
    expect(comboOf(press({ key: "m", code: "KeyM", metaKey: true }), true)).toBe("Mod+M");
  });

  it("digits are digits whatever Alt or Shift make of them", () => {
    expect(comboOf(press({ key: "¡", code: "Digit1", altKey: true }), false)).toBe("Alt+1");
    expect(comboOf(press({ key: "3", code: "Numpad3", altKey: true }), false)).toBe("Alt+3");
  });

  it("follow the letter that is typed, not the place of the key", () => {
    expect(comboOf(press({ key: "a", code: "KeyQ", ctrlKey: true }), false)).toBe("Mod+A");
  });

  it("are nothing while only modifiers are down", () => {
    expect(comboOf(press({ key: "Shift", code: "ShiftLeft", shiftKey: true }), false)).toBeNull();
  });

  it("read as people write them", () => {
    expect([showCombo("Mod+Shift+M", false), showCombo("Mod+Shift+M", true), lastKey("Mod+Shift+M")]).toEqual(["Ctrl+Shift+M", "⌘⇧M", "M"]);
  });
});

describe("the key map", () => {
  it.each([true, false])("gives no key to two actions (mac: %s)", (mac) => {
    const keys = Object.values(defaultKeys({ mac, web: false }));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(ACTIONS.length);
  });

  it("refuses keys that are taken or would be typed by accident", () => {
    const map = defaultKeys(desktop);
    expect(refusal(map, "mute", "Mod+Shift+H", desktop)).toEqual({ kind: "taken", by: "hold" });
    expect(refusal(map, "mute", "M", desktop)).toEqual({ kind: "needs_modifier" });
    expect(refusal(map, "mute", "Shift+M", desktop)).toEqual({ kind: "needs_modifier" });
    expect([refusal(map, "mute", "F7", desktop), refusal(map, "mute", "Mod+Shift+M", desktop)]).toEqual([null, null]);
  });

  it("a browser's own keys are no defaults there and may not be chosen; the desktop app may have them", () => {
    for (const mac of [true, false]) {
      const map = defaultKeys({ mac, web: true });
      const web = { mac, web: true };
      const taken = ACTIONS.filter((each) => refusal(map, each, map[each], web) !== null);
      expect([taken, new Set(Object.values(map)).size]).toEqual([[], ACTIONS.length]);
      expect(refusal(map, "mute", "Mod+Shift+W", web)).toEqual({ kind: "reserved" });
      expect(refusal(map, "mute", "Mod+Shift+W", { mac, web: false })).toBeNull();
    }
  });

  it("keeps only what differs from the defaults", () => {
    const storage = testStorage();
    const map = createKeyMap(createKept(storage), desktop);
    map.update((now) => ({ ...now, mute: "F7" }));
    expect(JSON.parse(storage.getItem("switchboard.keys") ?? "")).toEqual({ mute: "F7" });
    expect(createKeyMap(createKept(storage), desktop).get()).toMatchObject({ mute: "F7", hold: "Mod+Shift+H" });
    map.update((now) => ({ ...now, mute: "Mod+Shift+M" }));
    expect(storage.length).toBe(0);
  });
});

describe("the key router", () => {
  it("calls the newest handler, and the one before once that has gone", () => {
    const router = createKeyRouter(() => defaultKeys(desktop));
    const done: string[] = [];
    router.on("mute", () => { done.push("first"); });
    const stop = router.on("mute", () => { done.push("second"); });
    router.press("Mod+Shift+M");
    stop();
    router.press("Mod+Shift+M");
    expect(done).toEqual(["second", "first"]);
    expect([router.press("Mod+Shift+H"), router.press("Mod+Z")]).toEqual([false, false]);
  });
});
