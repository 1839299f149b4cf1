import type { NextAction } from "@/api/generated/wire";

export const ACTIONS: readonly NextAction["kind"][] = ["none", "callback", "reschedule", "retry", "visit", "nurture", "task", "do_not_call", "mark_invalid", "reassign_by_language", "escalate"];

/** An action as it is when it is chosen first. */
export function freshAction(kind: NextAction["kind"]): NextAction {
  switch (kind) {
    case "retry": return { kind, after_minutes: 120 };
    case "reschedule": return { kind, after_minutes: 1440 };
    case "visit": return { kind, due_in_minutes: 1440 };
    case "nurture": return { kind, sequence: "", after_days: 7 };
    case "task": return { kind, text: "", due_in_minutes: null };
    default: return { kind };
  }
}

/** A code from what a person typed: `Visit booked` becomes `visit_booked`. */
export const codeOf = (label: string): string => label.trim().toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40);
