import type { Kept } from "@/lib/kept";

const KEY = "switchboard.refresh_attempt";
const isId = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{32}$/.test(value);

/**
 * The id of the refresh under way. The token is in a cookie that no script can read; this goes beside it until the answer is
 * there, so that an answer that is lost can be asked for again, also by the page after a reload.
 */
export interface RefreshAttempt {
  /** The one under way, or a new one; kept before anything is sent. */
  current(): string;
  /** The answer is there. */
  answered(): void;
}

/** 128 random bits in hexadecimal; `crypto.randomUUID` is not there on pages without HTTPS. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function createRefreshAttempt(kept: Kept, newId: () => string = randomId): RefreshAttempt {
  // Where the browser keeps nothing, it lasts as long as the page.
  let here: string | null = null;
  return {
    current: () => {
      const id = kept.read(KEY, isId) ?? here ?? newId();
      if (id !== here) kept.write(KEY, id);
      here = id;
      return id;
    },
    answered: () => {
      here = null;
      kept.remove(KEY);
    },
  };
}
