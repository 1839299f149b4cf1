import type { ConsentRecord, AgentState, AgentStatus, Callback, Lead, LeadCard, LeadChange, Me, QueueStatus, Role, Task, User } from "@/api/generated/wire";

export const NOW = Date.now();
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

export const NAMES = [
  "Farid Kettlewell", "Mira Tamarind", "Kabir Bluegate", "Nisha Saltpan", "Arjun Windmere", "Gita Papermoon", "Tomas Lanternwala",
  "Sana Riverstone", "Dev Marigold", "Ila Kettlewell", "Omar Quillon", "Rhea Saltpan",
] as const;

export const agentId = (index: number): string => `agent-${index}`;

export function user(index: number, role: Role): User {
  const name = role === "tenant_admin" ? "Leela Riverstone" : (NAMES[index] ?? "Somebody");
  return {
    id: role === "tenant_admin" ? "admin" : agentId(index), name, email: `${name.split(" ")[0]?.toLowerCase() ?? ""}@cedarquay.example`, role, active: index !== 11,
    skills: index % 3 === 0 ? ["new homes", "loans"] : ["new homes"], languages: index % 2 === 0 ? ["en", "hi"] : ["en"], phone: null, extension: String(100 + index),
    max_concurrent_calls: 1, locale: "en", theme: "system", created_at_ms: NOW - 90 * DAY, last_seen_at_ms: NOW - index * HOUR,
  };
}

export const me = (role: Role): Me => ({
  user: user(0, role), tenant: { id: "tenant", name: "Cedar & Quay Homes", country: "IN", zone: "Asia/Kolkata" }, session_id: "session-1",
});

export const lead: Lead = {
  id: "lead-asha", name: "Asha Marigold", phone: "+91 98••••••21", email: "a•••@example.in", masked: true, stage: "interested", heat: "hot", source: "Facebook ad",
  source_detail: "2 BHK, Juniper Heights", owner_id: agentId(0), owner_name: "Farid Kettlewell", campaign_id: "camp-1", language: "en", zone: "Asia/Kolkata",
  zone_source: "pincode", do_not_call: false, tags: ["tag-visit"], fields: { bedrooms: "2 BHK", preferred_location: "Old Canal Road, Harbour Ward", decision_maker: "Husband, both work" },
  attempts: 4, last_contact_at_ms: NOW - 8 * DAY, created_at_ms: NOW - 11 * DAY, version: 7,
};

export const tasks: Task[] = [
  { id: "task-1", lead_id: lead.id, lead_name: lead.name, call_id: "call-9", owner_id: agentId(0), owner_name: NAMES[0] ?? null, remind_at_ms: null, zone: "Asia/Kolkata", text: "tower B floor plan", due_at_ms: NOW + 2 * HOUR, made_by: "analysis", quote: "send me the plan", status: "open", created_at_ms: NOW - 8 * DAY },
  { id: "task-2", lead_id: "lead-3", lead_name: "Rohit Papermoon", call_id: null, owner_id: agentId(0), owner_name: NAMES[0] ?? null, remind_at_ms: null, zone: "Asia/Kolkata", text: "Send the brochure of Canal Court", due_at_ms: NOW - HOUR, made_by: "agent", quote: null, status: "open", created_at_ms: NOW - DAY },
  { id: "task-3", lead_id: "lead-4", lead_name: "Bela Tamarind", call_id: null, owner_id: agentId(0), owner_name: NAMES[0] ?? null, remind_at_ms: null, zone: "Asia/Kolkata", text: "Ask the bank about a yes in principle", due_at_ms: NOW + DAY, made_by: "disposition", quote: null, status: "open", created_at_ms: NOW - DAY },
];

const callback = (id: string, leadId: string, name: string, inMs: number, zone: string): Callback => ({
  id, lead_id: leadId, lead_name: name, agent_id: agentId(0), agent_name: NAMES[0] ?? null, remind_at_ms: NOW + inMs, due_at_ms: NOW + inMs, local_time: "2026-11-21T11:00", zone, zone_source: "said", status: "open", call_id: null,
});

export const callbacks: Callback[] = [
  callback("cb-1", "lead-2", "Devan Saltpan", 26 * MIN, "Asia/Kolkata"), callback("cb-2", "lead-5", "Imran Quillon", 3 * HOUR, "Asia/Dubai"), callback("cb-3", "lead-6", "Kavya Bluegate", -20 * MIN, "Asia/Kolkata"),
];

export const card: LeadCard = {
  lead, other_numbers: [{ number: "+91 40••••••89", kind: "fixed", extension: "12" }],
  last_outcome: { call_id: "call-9", at_ms: NOW - 8 * DAY, direction: "inbound", status: "completed", agent_name: "Farid Kettlewell", talk_s: 408, disposition: "interested", summary: "Wants tower B, asks for the plan" },
  promises: tasks.slice(0, 1), next_callback: callback("cb-9", lead.id, lead.name, 20 * HOUR, "Asia/Kolkata"),
  recent_calls: [
    { call_id: "call-9", at_ms: NOW - 8 * DAY, direction: "inbound", status: "completed", agent_name: "Farid Kettlewell", talk_s: 408, disposition: "interested", summary: "Wants tower B, asks for the plan" },
    { call_id: "call-8", at_ms: NOW - 10 * DAY, direction: "outbound", status: "no_answer", agent_name: null, talk_s: 0, disposition: "no_answer", summary: null },
    { call_id: "call-7", at_ms: NOW - 11 * DAY, direction: "outbound", status: "completed", agent_name: "Mira Tamarind", talk_s: 132, disposition: "callback", summary: "First talk, asked to be called after work" },
  ],
  calls_total: 11, no_call: null,
};

const NAMES_OF_LEADS = ["Devan Saltpan", "Rohit Papermoon", "Bela Tamarind", "Imran Quillon", "Kavya Bluegate", "Sunil Windmere", "Meera Lanternwala", "Joseph Quillon", "Anita Saltpan"];

export const leads: Lead[] = [lead, ...NAMES_OF_LEADS.map((name, index): Lead => ({
  ...lead, id: `lead-${index + 2}`, name, phone: `+91 97••••••${10 + index}`, heat: index % 3 === 0 ? "warm" : index % 3 === 1 ? "cold" : "hot",
  stage: (["contacted", "qualified", "new", "interested", "lost"] as const)[index % 5] ?? "new", owner_name: NAMES[index % 4] ?? null, attempts: index, tags: index % 2 ? ["tag-loan"] : [], last_contact_at_ms: index === 2 ? null : NOW - index * DAY, do_not_call: index === 4, source: index % 2 ? "Web form" : "Facebook ad", source_detail: null,
}))];

export const changes: LeadChange[] = [
  { id: "ch-1", lead_id: lead.id, field: "fields.budget", from: null, to: "60–70 lakh", by: { kind: "analysis", call_id: "call-1", engine: "rules" }, at_ms: NOW - 20 * MIN, undone_at_ms: null, can_undo: true },
  { id: "ch-2", lead_id: lead.id, field: "stage", from: "contacted", to: "interested", by: { kind: "disposition", call_id: "call-1" }, at_ms: NOW - 18 * MIN, undone_at_ms: null, can_undo: true },
  { id: "ch-3", lead_id: lead.id, field: "heat", from: "warm", to: "hot", by: { kind: "analysis", call_id: "call-1", engine: "rules" }, at_ms: NOW - 20 * MIN, undone_at_ms: NOW - 10 * MIN, can_undo: false },
];

const STATES: [AgentState, number, number][] = [
  [{ kind: "on_call", call_id: "live-0" }, 3.2, 14], [{ kind: "on_call", call_id: "live-1" }, 8.8, 11], [{ kind: "wrap_up", call_id: "x", ends_at_ms: NOW + 30_000 }, 1.2, 17], [{ kind: "unreachable" }, 6.2, 9],
  [{ kind: "on_call", call_id: "live-4" }, 6.1, 12], [{ kind: "on_call", call_id: "live-5" }, 2.7, 15], [{ kind: "on_call", call_id: "live-6" }, 1, 13], [{ kind: "on_call", call_id: "live-7" }, 0.3, 16],
  [{ kind: "wrap_up", call_id: "y", ends_at_ms: NOW + 20_000 }, 0.2, 10], [{ kind: "available" }, 1.3, 14], [{ kind: "available" }, 0.1, 18], [{ kind: "break", reason: "tea" }, 6, 12],
];

export const agents = (): AgentStatus[] => NAMES.map((name, index): AgentStatus => {
  const [state, minutes, today] = STATES[index] ?? [{ kind: "offline" } as const, 0, 0];
  return { user_id: agentId(index), name, state, since_ms: NOW - minutes * MIN, queue_ids: index < 9 ? ["q-sales"] : ["q-sales", "q-support"], calls_today: today, last_call_at_ms: NOW - 20 * MIN, break_after_call: false, has_device: index !== 3, by_telephone: false };
});

export const queueStatus: QueueStatus[] = [
  { queue_id: "q-sales", name: "Sales", waiting: 3, longest_since_ms: NOW - 41_000, available: 2, signed_in: 12, service_level: 0.84, target_answer_s: 20, abandoned_30m: 2 },
  { queue_id: "q-support", name: "Support", waiting: 2, longest_since_ms: NOW - 82_000, available: 0, signed_in: 4, service_level: 0.61, target_answer_s: 20, abandoned_30m: 4 },
  { queue_id: "q-field", name: "Field help", waiting: 0, longest_since_ms: null, available: 1, signed_in: 1, service_level: 1, target_answer_s: 20, abandoned_30m: 0 },
];

export const consents: ConsentRecord[] = [
  { id: "c-2", channel: "sms", purpose: "marketing", given: false, source: "customer", proof: "SMS “STOP”", by: null, at_ms: NOW - 86_400_000 },
  { id: "c-1", channel: "call", purpose: "service", given: true, source: "form", proof: "Website form", by: "Mira Tamarind", at_ms: NOW - 864_000_000 },
];
