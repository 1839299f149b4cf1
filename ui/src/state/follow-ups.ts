import type { Callback, Task, TaskFilter, TaskStatus, UserId } from "@/api/generated/wire";
import { addDays, dayAt, startOf } from "./calendar";

/** A task or a callback, as lists and the calendar show both together. */
export interface FollowUp {
  kind: "task" | "callback";
  id: string;
  leadId: string | null;
  leadName: string | null;
  /** Of a task: what is to be done. */
  text: string | null;
  dueMs: number | null;
  remindMs: number | null;
  /** Of the person, IANA. */
  zone: string | null;
  ownerId: UserId | null;
  ownerName: string | null;
  status: TaskStatus;
}

export const ofTask = (task: Task): FollowUp => ({
  kind: "task", id: task.id, leadId: task.lead_id, leadName: task.lead_name, text: task.text, dueMs: task.due_at_ms, remindMs: task.remind_at_ms,
  zone: task.zone, ownerId: task.owner_id, ownerName: task.owner_name, status: task.status,
});

export const ofCallback = (callback: Callback): FollowUp => ({
  kind: "callback", id: callback.id, leadId: callback.lead_id, leadName: callback.lead_name, text: null, dueMs: callback.due_at_ms, remindMs: callback.remind_at_ms,
  zone: callback.zone, ownerId: callback.agent_id, ownerName: callback.agent_name, status: callback.status,
});

export const keyOf = (item: Pick<FollowUp, "kind" | "id">): string => `${item.kind}:${item.id}`;

/** Soonest first, those without an hour last; of the same hour the promised call first. */
export const inOrder = (items: readonly FollowUp[]): FollowUp[] =>
  [...items].sort((a, b) => (a.dueMs ?? Infinity) - (b.dueMs ?? Infinity) || a.kind.localeCompare(b.kind) || a.id.localeCompare(b.id));

/** Both lists as one. What lies behind the end of a list that goes on is left out, so that nothing is missing in between. */
export function together(tasks: readonly FollowUp[], moreTasks: boolean, callbacks: readonly FollowUp[], moreCallbacks: boolean): FollowUp[] {
  const end = (list: readonly FollowUp[], more: boolean): number => (more ? (list.at(-1)?.dueMs ?? Infinity) : Infinity);
  const until = Math.min(end(tasks, moreTasks), end(callbacks, moreCallbacks));
  return inOrder([...tasks, ...callbacks].filter((each) => (each.dueMs ?? Infinity) <= until));
}

export const WHEN = ["open", "overdue", "today", "later", "done"] as const;
export type When = (typeof WHEN)[number];
export const isWhen = (text: unknown): text is When => WHEN.some((each) => each === text);

/** What the server is asked for. `who`: `mine`, `team`, or somebody's id. Days are those of `zone`. */
export function filterOf(when: When, who: string, nowMs: number, zone: string): TaskFilter {
  const tomorrow = startOf(addDays(dayAt(nowMs, zone), 1), zone);
  const span: Record<When, TaskFilter> = {
    open: { status: "open" },
    overdue: { status: "open", due_before_ms: nowMs },
    today: { status: "open", due_from_ms: nowMs, due_before_ms: tomorrow },
    later: { status: "open", due_from_ms: tomorrow },
    done: { status: "done" },
  };
  return { ...span[when], ...whoseOf(who), limit: 100 };
}

/** `mine`, `team`, or somebody's id. */
export const whoseOf = (who: string): TaskFilter => (who === "mine" ? { mine: true } : who === "team" ? {} : { owner_id: who });

/** Whether its hour has come. */
export const isLate = (item: FollowUp, nowMs: number): boolean => item.status === "open" && item.dueMs !== null && item.dueMs < nowMs;
