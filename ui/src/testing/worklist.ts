import type { HeldLead, Lead, WorklistEntry } from "@/api/generated/wire";

export const lead = (change: Partial<Lead> = {}): Lead => ({
  id: "l1", name: "Asha Marigold", phone: "+91 98••••••21", email: null, masked: true, stage: "new", heat: "hot", source: "Facebook", source_detail: null, owner_id: "me", owner_name: "Farid", campaign_id: null,
  language: "hi", zone: "Asia/Kolkata", zone_source: "phone", do_not_call: false, fields: {}, tags: [], attempts: 0, last_contact_at_ms: null, created_at_ms: 0, version: 1, ...change,
});

export const entry = (change: Partial<WorklistEntry> = {}): WorklistEntry => ({
  lead: lead(), kind: "fresh", due_at_ms: null, reasons: [{ kind: "hot" }, { kind: "fresh", since_at_ms: 0 }], hindrance: null, last_call: null, callback: null, promise: null, shared: false, ...change,
});

export const heldLead = ({ id, fence, held_until_ms }: { id: string; fence: number; held_until_ms: number }): HeldLead => {
  const held = lead({ id });
  return { entry: entry({ lead: held }), card: { lead: held, last_outcome: null, promises: [], next_callback: null, recent_calls: [], calls_total: 0, no_call: null, other_numbers: [] }, fence, held_until_ms };
};
