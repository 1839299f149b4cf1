import type { Disposition } from "@/api/generated/wire";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

/** The key of each outcome, in their order: its own, or the next digit that no other has; null when none is left. */
export function keysOf(items: readonly Pick<Disposition, "shortcut">[]): (string | null)[] {
  const own = new Set(items.map((each) => each.shortcut).filter((key) => key !== null && key !== ""));
  const free = DIGITS.filter((digit) => !own.has(digit));
  return items.map((each) => (each.shortcut ? each.shortcut : (free.shift() ?? null)));
}

/** Which outcome a key chooses; null when none. */
export function chosenBy(items: readonly Pick<Disposition, "shortcut" | "code">[], key: string): string | null {
  const at = keysOf(items).indexOf(key.toLowerCase());
  return at < 0 ? null : (items[at]?.code ?? null);
}

export const isShortcut = (text: string): boolean => /^[1-9a-z]$/.test(text);

/** Places of outcomes whose key another one before them has, with that other's label. */
export function alikeKeys(items: readonly Pick<Disposition, "shortcut" | "label">[]): Map<number, string> {
  const first = new Map<string, string>();
  const alike = new Map<number, string>();
  items.forEach((each, at) => {
    if (!each.shortcut) return;
    const before = first.get(each.shortcut);
    if (before === undefined) first.set(each.shortcut, each.label);
    else alike.set(at, before);
  });
  return alike;
}
