import type { CallId } from "@/api/generated/wire";
import { emptyDesk } from "./desk";
import type { Desk, Draft } from "./desk";

const KEY = "switchboard.drafts";

const worthKeeping = (draft: Draft): boolean => draft.notes !== "" || draft.code !== null;

/** What was typed before the window was closed; its calls wait in the list of the unfinished. */
export function loadDesk(storage: Storage): Desk {
  const text = storage.getItem(KEY);
  if (!text) return emptyDesk;
  const drafts = JSON.parse(text) as Record<CallId, Draft>;
  const unfinished = Object.keys(drafts).map((id) => ({ id, lead: null, call: null, endedAtMs: 0 }));
  return { ...emptyDesk, drafts, unfinished };
}

export function saveDrafts(storage: Storage, drafts: Readonly<Record<CallId, Draft>>): void {
  const kept = Object.fromEntries(Object.entries(drafts).filter(([, draft]) => worthKeeping(draft)));
  if (Object.keys(kept).length === 0) storage.removeItem(KEY);
  else storage.setItem(KEY, JSON.stringify(kept));
}
