import type { CallId } from "@/api/generated/wire";
import { emptyDesk } from "./desk";
import type { Desk, Draft } from "./desk";

const KEY = "switchboard.drafts";

const worthKeeping = (draft: Draft): boolean => draft.notes !== "" || draft.code !== null;

type Drafts = Readonly<Record<CallId, Draft>>;

const read = (storage: Storage): Record<CallId, Draft> => {
  const text = storage.getItem(KEY);
  return text ? (JSON.parse(text) as Record<CallId, Draft>) : {};
};

/** Writes what changed from `before` to `now`; drafts of other windows stay. */
export function saveDrafts(storage: Storage, before: Drafts, now: Drafts): void {
  if (before === now) return;
  const kept = new Map(Object.entries(read(storage)));
  for (const id of Object.keys(before)) if (!now[id]) kept.delete(id);
  for (const [id, draft] of Object.entries(now)) if (draft !== before[id] && worthKeeping(draft)) kept.set(id, draft);
  if (kept.size === 0) storage.removeItem(KEY);
  else storage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
}

/** What was typed before the window was closed; its calls wait in the list of the unfinished. */
export function loadDesk(storage: Storage): Desk {
  const drafts = read(storage);
  const unfinished = Object.keys(drafts).map((id) => ({ id, lead: null, call: null, endedAtMs: 0 }));
  return { ...emptyDesk, drafts, unfinished };
}
