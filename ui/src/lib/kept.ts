/** What went wrong with what this computer keeps. */
export type KeptTrouble =
  /** The value under `key` could not be read; it was put aside under `aside` as it was. */
  | { kind: "damaged"; key: string; aside: string }
  /** There is no room, or the browser forbids writing. */
  | { kind: "not_written"; key: string };

/** Values kept on this computer as JSON. Nothing here throws: a page that cannot read its settings still works. */
export interface Kept {
  /** Null when there is none, or none that `is` takes. */
  read<T>(key: string, is: (value: unknown) => value is T): T | null;
  /** False when it could not be written. */
  write(key: string, value: unknown): boolean;
  remove(key: string): void;
  /** Calls `listener` with what went wrong so far and from now on. */
  onTrouble(listener: (trouble: KeptTrouble) => void): void;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is unknown[] => Array.isArray(value);

function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

export function createKept(storage: Storage): Kept {
  let listener: ((trouble: KeptTrouble) => void) | null = null;
  const early: KeptTrouble[] = [];
  const report = (trouble: KeptTrouble): void => {
    if (listener) listener(trouble);
    else early.push(trouble);
  };
  /** What the browser says no to (quota, blocked storage) comes as an exception. */
  const attempt = <T>(act: () => T): { done: T } | null => {
    try {
      return { done: act() };
    } catch {
      return null;
    }
  };
  return {
    read: (key, is) => {
      const text = attempt(() => storage.getItem(key))?.done ?? null;
      if (text === null) return null;
      const found = parsed(text);
      if (found && is(found.value)) return found.value;
      const aside = `${key}.damaged`;
      attempt(() => {
        storage.setItem(aside, text);
        storage.removeItem(key);
      });
      report({ kind: "damaged", key, aside });
      return null;
    },
    write: (key, value) => {
      const written = attempt(() => { storage.setItem(key, JSON.stringify(value)); }) !== null;
      if (!written) report({ kind: "not_written", key });
      return written;
    },
    remove: (key) => void attempt(() => { storage.removeItem(key); }),
    onTrouble: (next) => {
      listener = next;
      for (const each of early.splice(0)) next(each);
    },
  };
}
