import type { HeldLead, WorklistEntry, WorklistReason } from "@/api/generated/wire";
import { callbacks, card, leads, NOW, tasks } from "./people";

const MIN = 60_000;
const DAY = 24 * 60 * MIN;

/** Many rows, so that the list has something to scroll. */
export const entries: WorklistEntry[] = Array.from({ length: 400 }, (_, index): WorklistEntry => {
  const person = leads[index % leads.length] ?? card.lead;
  const kind = (["callback", "fresh", "retry"] as const)[index < 3 ? index : index % 3] ?? "fresh";
  const due = index === 0 ? NOW - 2 * MIN : NOW + (index - 6) * 40 * MIN;
  const heat: WorklistReason[] = person.heat === "cold" ? [] : [{ kind: person.heat }];
  const reasons: WorklistReason[] = kind === "callback" ? [{ kind: due <= NOW ? "promised" : "promised_later", due_at_ms: due }, ...heat]
    : kind === "fresh" ? [...heat, { kind: "fresh", since_at_ms: person.created_at_ms }] : [...heat, { kind: due <= NOW ? "retry_due" : "retry_later", due_at_ms: due }];
  return {
    lead: { ...person, id: index < leads.length ? person.id : `lead-w${index}` }, kind, due_at_ms: kind === "fresh" ? null : due, reasons,
    hindrance: index === 2 ? { kind: "closed", opens_at_ms: NOW + 3 * 60 * MIN } : index === 4 ? { kind: "held", by: "Mira Tamarind", until_ms: NOW + MIN } : kind !== "fresh" && due > NOW ? { kind: "not_due", due_at_ms: due } : null,
    last_call: person.attempts === 0 ? null : { call_id: `call-${index}`, at_ms: NOW - DAY, direction: "outbound", status: "no_answer", agent_name: "Mira Tamarind", talk_s: 0, disposition: "no_answer", summary: null },
    callback: null, promise: index === 0 ? (tasks[0] ?? null) : null, shared: index % 7 === 3,
  };
});

export const counts = { fresh: 134, callback: 133, retry: 133, due: 139 };

const first = entries[0];

export const held: HeldLead[] = first ? [{ entry: { ...first, callback: callbacks[0] ?? null }, card, fence: 1, held_until_ms: NOW + 4 * MIN }] : [];
