import type { AuditEntry, Campaign, CarrierNumbers, CarrierSettings, CrmConnector, CrmConnectorInput, CrmProblem, DialingSettings, Disposition, DispositionSet, DispositionSetKind, DispositionTemplate, DncEntry, IntakeKey, LeadWebhook, MaskingMapping, MaskingPool, WebhookDelivery, EngineSettings, ExotelSettings, Job, Number as PhoneNumber, Queue, RegistrySettings, ScriptStep, SessionInfo, SipSettings, StorageSettings, UnknownNumber, VoicemailMessage, VoicemailSettings } from "@/api/generated/wire";
import { freshConnector } from "@/features/settings/crm-parts";
import { freshTrunk } from "@/features/settings/sip-input";
import { NOW, agentId } from "./people";

const outcome = (code: string, label: string, group: string, change: Partial<Disposition> = {}): Disposition => ({ code, label, group, tone: "neutral", sub_codes: [], required: [], next_action: { kind: "none" }, stage: null, shortcut: null, ...change });

export const dispositions: Disposition[] = [
  outcome("interested", "Interested", "connected", { tone: "ok", sub_codes: [{ code: "wants_details", label: "Wants details" }, { code: "wants_visit", label: "Wants a visit" }, { code: "ready_to_buy", label: "Ready to buy" }], required: ["sub_code"], next_action: { kind: "task", text: "Follow up", due_in_minutes: 1440 }, stage: "qualified" }),
  outcome("not_interested", "Not interested", "connected", { sub_codes: [{ code: "price", label: "Price" }, { code: "location", label: "Location" }], required: ["sub_code"], stage: "lost" }),
  outcome("callback", "Call back", "connected", { tone: "warn", next_action: { kind: "callback" } }), outcome("wrong_number", "Wrong number", "connected", { next_action: { kind: "mark_invalid" } }), outcome("language_barrier", "Language barrier", "connected", { required: ["language"] }),
  outcome("busy", "Busy", "not_connected", { next_action: { kind: "retry", after_minutes: 30 } }), outcome("no_answer", "No answer", "not_connected", { next_action: { kind: "retry", after_minutes: 120 } }), outcome("out_of_service", "Out of service", "not_connected"), outcome("switched_off", "Switched off", "not_connected"),
  outcome("do_not_call", "Do not call again", "special", { tone: "live", next_action: { kind: "do_not_call" } }), outcome("escalate", "Escalate", "special", { tone: "live", required: ["notes"], next_action: { kind: "escalate" } }), outcome("technical_issue", "Technical issue", "special", { required: ["notes"] }),
];

export const script: ScriptStep[] = [
  { title: "Greeting", say: "Good day, this is {agent} of {company}. Is that {customer}?", fields: [] }, { title: "Need", say: "Is this home for you to live in? How many bedrooms do you need?", fields: ["bedrooms", "preferred_location"] },
  { title: "Budget", say: "What range are you comfortable with?", fields: ["budget"] }, { title: "Loan", say: "Have you spoken to a bank yet? If not, we can get you a yes in principle before Saturday.", fields: ["financing"] },
  { title: "Time", say: "When would you like to move?", fields: ["timeline"] }, { title: "Visit", say: "Shall we say Saturday at eleven? Who else should see it?", fields: ["decision_maker"] },
];

export const queues: Queue[] = [
  { id: "q-sales", name: "Sales", strategy: "skill", member_ids: Array.from({ length: 9 }, (_, i) => agentId(i)), skills: ["new homes"], ring_s: 20, wrap_up_s: 30, max_size: 50, max_wait_s: 600, target_answer_s: 20, recording: true, version: 14 },
  { id: "q-support", name: "Support", strategy: "round_robin", member_ids: [agentId(9), agentId(10)], skills: [], ring_s: 20, wrap_up_s: 45, max_size: 20, max_wait_s: 300, target_answer_s: 20, recording: true, version: 2 },
];

export const unknownNumbers: UnknownNumber[] = [{ number: "+918045550177", calls: 3, first_at_ms: NOW - 86_400_000, last_at_ms: NOW - 3_600_000 }];

export const numbers: PhoneNumber[] = [
  { id: "n-1", number: "+91 40 4810 0142", label: "Sales line", queue_id: "q-sales", campaign_id: null, greeting: "Welcome to Cedar and Quay Homes. This call may be recorded.", greeting_message_id: null, language: "en-IN", provider: "twilio", media: "bridge", webhook_url: "https://calls.example.com/webhooks/twilio/voice", last_call_at_ms: NOW - 240_000 },
  { id: "n-2", number: "+91 40 4810 0150", label: "Support line", queue_id: null, campaign_id: null, greeting: "", greeting_message_id: null, language: "en-IN", provider: "twilio", media: "bridge", webhook_url: "https://calls.example.com/webhooks/twilio/voice", last_call_at_ms: null },
];

export const campaigns: Campaign[] = (["Juniper Heights", "November fair", "Loan renewals"] as const).map((name, index): Campaign => ({
  id: `camp-${index + 1}`, name, state: (["active", "paused", "draft"] as const)[index] ?? "draft", caller_id: "+91 40 4810 0142", script, dispositions: index === 0 ? dispositions : [], hours: { days: [1, 2, 3, 4, 5, 6], from_minute: 600, to_minute: 1140 }, recording: true, detect_machines: false, local_presence: false, disposition_set_id: null, own_dispositions: false, opt_out_key: null, agent_ids: [agentId(0), agentId(1), agentId(2)], version: 9 - index,
}));

export const dnc: DncEntry[] = [
  { id: "d-1", number: "+91 98••••••77", campaign_id: null, until_ms: null, in_force: true, reason: "Asked in the call", source: "agent", proof: "call 0190f3c2", added_by: "Mira Tamarind", added_at_ms: NOW - 86_400_000 },
  { id: "d-2", number: "+91 97••••••03", campaign_id: "camp-1", until_ms: NOW + 864_000_000, in_force: true, reason: "Registered list", source: "upload", proof: null, added_by: "Leela Riverstone", added_at_ms: NOW - 864_000_000 },
];

export const intakeKeys: IntakeKey[] = [
  { id: "key-1", name: "Website", key_end: "k7Qx", scope: "leads:write", campaign_id: "camp-1", source: "Website", plan: { columns: [{ column: "name", to: "name" }, { column: "phone", to: "phone" }], country: "IN", duplicates: "merge", known_within: "campaign", honeypot: "website", consents: [] }, on: true, made_by: "Leela Riverstone", created_at_ms: NOW - 864_000_000, last_used_at_ms: NOW - 600_000, version: 1 },
];

const shownOf = ({ campaign_id, source, auth, user, every_minutes, push, api, plan }: CrmConnectorInput) => ({ campaign_id, source, auth, user, every_minutes, push, api, plan });
export const crmConnectors: CrmConnector[] = [{
  ...shownOf(freshConnector("IN")), id: "crm-1", name: "Portal CRM", base_url: "https://crm.example.com", has_secret: true, hook_url: "https://calls.example.com/webhooks/crm/t/crm-1/secret", version: 3,
  status: {
    state: "backing_off", full: false, pages: 0, last_pull_at_ms: NOW - 420_000, last_full_at_ms: NOW - 86_400_000, next_at_ms: NOW + 40_000, waiting_out: 3, oldest_out_at_ms: NOW - 300_000, waiting_in: 0, linked: 12_480, problems: 3,
    failure: { code: "broken", text: "the CRM is out of order (HTTP 503)", at_ms: NOW - 20_000, times: 3 }, counts: { read: 25_300, new: 12_480, updated: 311, told: 940, made: 12 },
  },
}];
const problem = (n: number, change: Partial<CrmProblem>): CrmProblem => ({ id: `crm-problem-${n}`, external_id: `${n}`, lead_id: null, code: "number", path: null, reason: null, http_status: null, other_id: null, times: n, at_ms: NOW - n * 60_000, ...change });
export const crmProblems: CrmProblem[] = [
  problem(1, { path: "contact.mobile", reason: "too_short" }), problem(2, { code: "same_person", other_id: "4", lead_id: "lead-asha" }), problem(3, { code: "refused", http_status: 422, lead_id: "lead-asha" }),
];

export const leadWebhook: LeadWebhook = { url: "https://crm.example.com/leads", on: true, has_secret: true, secret: null };
export const deliveries: WebhookDelivery[] = [
  { id: "w-2", lead_id: "lead-2", event: "lead.created", job_id: "j-4", status: "given_up", attempts: 20, http_status: 503, last_error: "the answer was HTTP 503", created_at_ms: NOW - 600_000, delivered_at_ms: null },
  { id: "w-1", lead_id: "lead-1", event: "lead.created", job_id: "j-3", status: "delivered", attempts: 1, http_status: 200, last_error: null, created_at_ms: NOW - 900_000, delivered_at_ms: NOW - 899_000 },
];

export const carrier: CarrierSettings = { provider: "twilio", account_sid: "ACsimulated00000000000000000000000", has_auth_token: true, api_base: "http://127.0.0.1:4010", public_url: "http://127.0.0.1:8080", simulated: true };
export const maskingPools: MaskingPool[] = [{ id: "pool-1", name: "Site visits", number_ids: ["n-2"], lasts_s: 604_800, on: true, mappings: 1, takes_messages: true }];
export const maskingMappings: MaskingMapping[] = [{ id: "mapping-1", number: "+914048100150", lead_id: "lead-1", lead_name: "Asha Marigold", agent_id: agentId(0), agent_name: "Mira Tamarind", created_at_ms: NOW - 3_600_000, expires_at_ms: NOW + 600_000_000 }];
export const voicemailMessages: VoicemailMessage[] = [{ id: "voicemail-1", name: "Please call back", length_ms: 14_000, created_at_ms: NOW - 86_400_000 }];
export const voicemail: VoicemailSettings = { message_id: "voicemail-1", when_machine: true };
export const carrierNumbers: CarrierNumbers = {
  problem: null,
  numbers: [
    { id: "PN1", number: "+914048100142", label: "Sales line", route: "here", voice_url: "http://127.0.0.1:8080/webhooks/twilio/voice", messages: "here", message_url: "http://127.0.0.1:8080/webhooks/twilio/message", in_list: true },
    { id: "PN2", number: "+914048100150", label: "Support line", route: "elsewhere", voice_url: "https://old.example.com/voice", messages: "elsewhere", message_url: "https://old.example.com/sms", in_list: true },
    { id: "PN3", number: "+914048100177", label: "", route: "nowhere", voice_url: "", messages: "not_taken", message_url: "", in_list: false },
  ],
};
export const exotel: ExotelSettings = { account_sid: "acme1", has_api_key: true, has_api_token: true, api_base: "", public_url: "", flow: "123456", allowed: [], simulated: true, applets: [{ applet: "passthru", url: "https://calls.example.com/webhooks/exotel/t/secret/passthru" }, { applet: "voicebot", url: "https://calls.example.com/webhooks/exotel/t/secret/voicebot" }] };
export const sip: SipSettings = {
  listens: ["udp 203.0.113.9:5060", "tcp 203.0.113.9:5060"], problem: null,
  trunks: [
    {
      id: "trunk-1", has_password: true, state: { reachable: true, round_trip_ms: 12, registered: true, problem: null, checked_at_ms: NOW - 20_000, calls_now: 2, minutes_today: 340, spent_today: 30_600 },
      settings: { ...freshTrunk("IN"), name: "Carrier, Mumbai", kind: "register", host: "sip.carrier.example", transport: "tcp", username: "acme", limits: { concurrent: 30, per_second: 5, daily_spend: 500_000, per_minute: 90, prefixes: ["+91"] } },
    },
    { id: "trunk-2", has_password: false, state: { reachable: false, round_trip_ms: null, registered: null, problem: "no answer within 32 s", checked_at_ms: NOW - 45_000, calls_now: 0, minutes_today: 0, spent_today: 0 }, settings: { ...freshTrunk("IN"), name: "Spare", priority: 2, host: "198.51.100.20" } },
  ],
  extensions: [{ id: "extension-1", username: "asha-desk", user_id: agentId(1), has_password: true, registered_from: "198.51.100.77", user_agent: "Telephone 1.2", expires_at_ms: NOW + 240_000 }],
};
export const dialing: DialingSettings = { emergency: false, premium: false, satellite: false };
export const storage: StorageSettings = { kind: "local", folder: "/var/lib/switchboard/recordings" };
export const engines: EngineSettings = { speech: { base_url: "http://127.0.0.1:4011/v1", model: "simulated-whisper", has_key: false, simulated: true }, language: null, auto_transcribe: true, auto_analyse: true, min_call_s: 5, update_leads: true };

export const jobs: Job[] = [
  { id: "j-1", kind: "transcribe", call_id: "call-6", status: "dead", attempts: 5, max_attempts: 5, run_at_ms: NOW - 600_000, last_error: "401 from the speech service: the key is not valid", created_at_ms: NOW - 900_000, finished_at_ms: NOW - 600_000 },
  { id: "j-2", kind: "store_recording", call_id: "call-6", status: "dead", attempts: 8, max_attempts: 8, run_at_ms: NOW - 300_000, last_error: "no space left on device", created_at_ms: NOW - 900_000, finished_at_ms: NOW - 300_000 },
];

export const audit: AuditEntry[] = [
  { id: "a-1", at_ms: NOW - 60_000, user_id: "admin", user_name: "Leela Riverstone", action: "call.monitor", subject: "call live-1", data: { mode: "whisper" } }, { id: "a-2", at_ms: NOW - 600_000, user_id: "admin", user_name: "Leela Riverstone", action: "user.update", subject: "user agent-3", data: { role: "telecaller" } }, { id: "a-3", at_ms: NOW - 6_000_000, user_id: null, user_name: null, action: "job.retry", subject: "job j-9", data: {} },
];

export const sessions: SessionInfo[] = [
  { id: "session-1", device: "desktop", user_agent: "Switchboard 0.1 on Linux", created_at_ms: NOW - 86_400_000, last_used_at_ms: NOW - 1000, current: true }, { id: "session-2", device: "browser", user_agent: "Chromium on Linux", created_at_ms: NOW - 864_000_000, last_used_at_ms: NOW - 7_200_000, current: false },
];

const madeOf = (id: string, name: string, kind: DispositionSetKind, campaigns: string[], change: Partial<DispositionSet> = {}): DispositionSet => ({ id, name, kind, dispositions, campaigns, made_by: "Leela Windmere", made_at_ms: NOW - 3 * 86_400_000, archived_at_ms: null, version: 3, ...change });

export const dispositionSets: DispositionSet[] = [
  madeOf("ds-1", "Homes", "sales", ["Spring homes"]), madeOf("ds-2", "Service line", "service", [], { version: 1 }), madeOf("ds-3", "Last year", "sales", [], { archived_at_ms: NOW - 86_400_000 }),
];

export const dispositionTemplates: DispositionTemplate[] = (["sales", "service", "collections", "survey"] as const).map((kind) => ({ kind, dispositions }));

export const registry: RegistrySettings = { kind: "list", url: "", has_token: false, valid_days: 30, listed: 4120, list_until_ms: NOW + 20 * 86_400_000 };
