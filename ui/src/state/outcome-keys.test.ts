import { describe, expect, it } from "vitest";
import { alikeKeys, chosenBy, isShortcut, keysOf } from "./outcome-keys";

const item = (code: string, shortcut: string | null = null) => ({ code, label: code.toUpperCase(), shortcut });

describe("keys of outcomes", () => {
  it("are their own, and digits that are left for the others", () => {
    const items = [item("a"), item("b", "1"), item("c", "x"), item("d")];
    expect(keysOf(items)).toEqual(["2", "1", "x", "3"]);
    expect([chosenBy(items, "1"), chosenBy(items, "X"), chosenBy(items, "3"), chosenBy(items, "9")]).toEqual(["b", "c", "d", null]);
  });

  it("run out after nine digits", () => {
    expect(keysOf(Array.from({ length: 11 }, (_, n) => item(`o${n}`))).slice(8)).toEqual(["9", null, null]);
  });

  it("that are alike are found, with whose it is already", () => {
    expect([...alikeKeys([item("a", "x"), item("b"), item("c", "x")])]).toEqual([[2, "A"]]);
    expect(["1", "z", "0", "ab", "", "Z"].map(isShortcut)).toEqual([true, true, false, false, false, false]);
  });
});
