import type { CallId, UserId } from "@/api/generated/wire";
import { isRecord } from "@/lib/kept";
import type { Kept } from "@/lib/kept";
import { emptyDesk } from "./desk";
import type { Desk, Draft } from "./desk";

/** Each person has their own: the next one at this computer sees nothing of them. */
const keyOf = (user: UserId): string => `switchboard.drafts.${user}`;

const worthKeeping = (draft: Draft): boolean =>
  draft.notes !== "" || draft.code !== null || Object.keys(draft.fields).length > 0;

type Drafts = Readonly<Record<CallId, Draft>>;

const read = (kept: Kept, user: UserId): Record<CallId, Draft> =>
  (kept.read(keyOf(user), isRecord) ?? {}) as Record<CallId, Draft>;

/** Writes what changed from `before` to `now`; drafts of other windows stay. */
export function saveDrafts(store: Kept, user: UserId, before: Drafts, now: Drafts): void {
  if (before === now) return;
  const kept = new Map(Object.entries(read(store, user)));
  for (const id of Object.keys(before)) if (!now[id]) kept.delete(id);
  for (const [id, draft] of Object.entries(now)) if (draft !== before[id] && worthKeeping(draft)) kept.set(id, draft);
  if (kept.size === 0) store.remove(keyOf(user));
  else store.write(keyOf(user), Object.fromEntries(kept));
}

/** What was typed before the window was closed; its calls wait in the list of the unfinished. */
export function loadDesk(store: Kept, user: UserId): Desk {
  const drafts = read(store, user);
  const unfinished = Object.keys(drafts).map((id) => ({ id, lead: null, call: null, endedAtMs: 0 }));
  return { ...emptyDesk, drafts, unfinished };
}
