/** Where the selection goes with a key, in a list of `count` rows; null for a key that does not move it. */
export function movedTo(key: string, at: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const within = (to: number): number => Math.max(0, Math.min(count - 1, to));
  switch (key) {
    case "ArrowDown": return within(at + 1);
    case "ArrowUp": return within(at - 1);
    case "PageDown": return within(at + page);
    case "PageUp": return within(at - page);
    case "Home": return 0;
    case "End": return count - 1;
    default: return null;
  }
}
