import type { CallDetail, CallIntelligence, CallRow, CallSound, DeviceSound, LegSound, LiveCall, Offer, RecordingReceipt, SideSound, Waveform } from "@/api/generated/wire";
import type { Analysis, ExtractedField, Segment } from "@/api/generated/intelligence";
import { NAMES, NOW, agentId, card, changes, lead } from "./people";

const MIN = 60_000;

export const sound = (mos: number, loss = 0): LegSound => ({ level_dbfs: -24, loss, concealed: loss / 2, jitter_ms: 8, round_trip_ms: 46, buffer_ms: 40, clipped: 0, echo_loss_db: null, wideband: false, mos });

const device: DeviceSound = { packets: 50, loss: 0.002, concealed: 0.001, jitter_ms: 6, buffer_ms: 34, speaker_dbfs: -27, mic_dbfs: -24, mic_clipped: 0, muted: false, capture_ms: 10, playback_ms: 14, gaps: 0, echo_removed_db: 31 };

export const liveCall = (change: Partial<LiveCall> = {}): LiveCall => ({
  id: "live-0", direction: "inbound", status: "in_progress", customer_name: "Asha Marigold", customer_number: "+91 98••••••21", lead_id: lead.id, agent_id: agentId(0), agent_name: NAMES[0], queue_id: "q-sales", queue_name: "Sales", campaign_id: null, campaign_name: null,
  came_by: ["Facebook ad › “2 BHK, Juniper Heights”", "1 New homes"], why: "You are her owner and spoke last, 12 Nov", started_at_ms: NOW - 3.6 * MIN, queued_at_ms: NOW - 3.5 * MIN, answered_at_ms: NOW - 3.2 * MIN, held_since_ms: null, recording: { kind: "recording" }, monitors: [], transfer: null,
  both_heard: true, silent_side: null, reconnecting_since_ms: null, agent_sound: sound(4.3), customer_sound: sound(3.1, 0.04), device_sound: device, mouth_to_ear_ms: 172, sound_cause: { cause: "carrier", side: "customer" }, customer_keys: "", unsupported: [], sound_at: "bridge", simulated: true, ...change,
});

const other = (index: number, name: string, minutes: number, change: Partial<LiveCall>): LiveCall =>
  liveCall({ id: `live-${index}`, agent_id: agentId(index), agent_name: NAMES[index] ?? null, customer_name: name, lead_id: null, answered_at_ms: NOW - minutes * MIN, customer_sound: sound(4.1), sound_cause: null, ...change });

export const liveCalls = (): LiveCall[] => [
  liveCall(), other(1, "Devan Saltpan", 8.8, { held_since_ms: NOW - 154_000 }), other(4, "Bela Tamarind", 6.1, {}), other(5, "Rohit Papermoon", 2.7, {}), other(6, "Tara Windmere", 1, {}), other(7, "Imran Quillon", 0.3, { customer_sound: sound(3.9) }),
];

export const offer = (change: Partial<Offer> = {}): Offer => ({
  call_id: "live-0", fence: 1, direction: "inbound", offered_at_ms: NOW - 6000, expires_at_ms: NOW + 14_000, queue_name: "Sales", campaign_name: null, came_by: ["Facebook ad “2 BHK, Juniper Heights”", "Sales line", "1 New homes"], waited_ms: 18_000,
  why: "You are her owner and the last who spoke to her", lead: card, caller: "+91 98••••••21", transferred_by: null, ...change,
});

const row = (index: number, change: Partial<CallRow>): CallRow => ({
  id: `call-${index}`, direction: index % 3 === 2 ? "outbound" : "inbound", status: "completed", started_at_ms: NOW - index * 47 * MIN, ended_at_ms: NOW - index * 47 * MIN + 5 * MIN, customer_name: "Asha Marigold", customer_number: "+91 98••••••21", lead_id: lead.id, agent_id: agentId(index % 5), agent_name: NAMES[index % 5] ?? null,
  queue_name: "Sales", campaign_name: null, wait_ms: 18_000, ring_ms: 6000, talk_ms: 246_000, disposition: "interested", sentiment: 40, lead_quality: 81, hot: false, summary: null, recording: { kind: "stored" }, analysis: { kind: "completed" }, simulated: true, ...change,
});

export const rows: CallRow[] = [
  row(1, { hot: true, summary: "Wants a 2 BHK near town, up to 70 lakh with parking. Visits on Saturday at 11." }),
  row(2, { customer_name: "Devan Saltpan", disposition: "callback", sentiment: -50, lead_quality: 44, summary: "Asks why a loan fee is charged now; wants a call tomorrow." }),
  row(3, { customer_name: null, customer_number: "+1 415 555 0134", status: "abandoned", disposition: null, agent_name: null, talk_ms: 0, sentiment: null, lead_quality: null, recording: { kind: "off" }, analysis: { kind: "none", reason: "not_recorded" } }),
  row(4, { customer_name: "Rohit Papermoon", disposition: "not_interested", sentiment: -10, lead_quality: 12, summary: "Bought elsewhere last month." }),
  row(5, { customer_name: "Bela Tamarind", disposition: null, sentiment: 65, lead_quality: 70, summary: "Ready to book, needs a yes in principle from the bank." }),
  row(6, { customer_name: "Imran Quillon", disposition: "interested", recording: { kind: "not_stored", reason: "The disk is full. Free 2 GB, then run the job again." }, analysis: { kind: "failed", reason: "no_recording", message: "there is no sound to transcribe" } }),
  row(7, { customer_name: "Kavya Bluegate", status: "no_answer", disposition: "no_answer", talk_ms: 0, sentiment: null, lead_quality: null, recording: { kind: "off" } }),
  row(8, { customer_name: "Sunil Windmere", disposition: "wrong_number", talk_ms: 24_000, sentiment: 0, lead_quality: 0 }),
  row(9, { summary: "Wants tower B, asks for the plan." }),
];

export const receipt: RecordingReceipt = {
  id: "rec-1", call_id: "call-1", state: { kind: "stored" }, location: "local:recordings/2026/11/20/0193-call-1.ogg", expected_bytes: 1_240_112, stored_bytes: 1_240_112, sha256: "9f2c1e7ab0d94c5e8f6b3a2d1c0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e", read_back_at_ms: NOW - 30 * MIN, duration_ms: 246_000, expected_ms: 246_000, gaps: [], channels: 2,
};

const said: [Segment["speaker"], number, string][] = [
  ["agent", 6, "Cedar and Quay Homes, this is Farid. Is that Asha?"], ["customer", 11, "Yes. I saw the two-bedroom in Juniper Heights again. Is it still there?"], ["agent", 24, "It is, three are left in tower B. Is this for you to live in?"], ["customer", 33, "For us, yes. My husband and I both work, so it must be close to town."],
  ["agent", 104, "When would you like to move?"], ["customer", 112, "Sometime before the school year, let us see."], ["agent", 153, "What range are you comfortable with?"], ["customer", 161, "Around sixty, maybe seventy if the parking is included."], ["customer", 178, "But it is quite far from the metro, no?"],
  ["agent", 209, "There is a shuttle every twelve minutes. Shall we say Saturday at eleven?"], ["customer", 227, "Saturday at eleven is good. Send me the plan today, please."],
];

export const segments: Segment[] = said.map(([speaker, start_s, text]) => ({ speaker, start_s, end_s: start_s + 5, text, confidence: 0.93 }));

const fact = (key: ExtractedField["key"], display: string, confidence: number, quote: string, segment: number): ExtractedField => ({
  key, value: { type: "text", text: display }, display, confidence, engine: "rules", quote, at_s: segments[segment]?.start_s ?? 0, segment,
} as ExtractedField);

const analysis = {
  summary_short: "She wants a 2 BHK near town for herself and her husband, up to 70 lakh with parking.", summary_detailed: "The metro is her worry; a shuttle was named. She comes on Saturday at 11 and asks for the plan of tower B today.", language: "en", sentiment: { label: "positive", score: 0.4, trend: [0.1, 0.2, 0.5] },
  fields: [fact("budget", "₹60–70 lakh", 0.86, "sixty, maybe seventy", 7), fact("timeline", "Before the school year", 0.41, "before the school year", 5), fact("decision_maker", "Husband", 0.91, "husband and I both work", 3), fact("objections", "Far from the metro", 0.95, "quite far from the metro", 8), fact("appointment", "Sat 21 Nov 2026, 11:00", 0.93, "Saturday at eleven is good", 10)],
  intent: { primary: null, secondary: [] }, key_topics: ["Juniper Heights", "tower B", "parking", "metro"],
  action_items: [{ text: "Send the plan of tower B", owner: "agent", due: null, priority: "high", quote: "Send me the plan today", at_s: 227, segment: 10 }],
  follow_up: { needed: true, at: null, reason: "visit" }, priority: "high", lead_quality: { score: 81, reasons: [{ name: "visit_agreed", points: 30 }, { name: "budget_known", points: 20 }, { name: "objections", points: -5 }] }, conversion_probability: 72,
  next_best_action: { code: "confirm_visit", text: "Confirm the visit on Saturday and send the plan" }, hot_lead: { hot: true, why: ["visit_agreed", "budget_known"] }, proposed_disposition: null, engine: { name: "rules", version: "3" },
} as unknown as Analysis;

export const intelligence = (id: string): CallIntelligence => {
  const status = rows.find((each) => each.id === id)?.analysis ?? { kind: "pending" as const };
  const done = status.kind === "completed";
  return {
    call_id: id, status, transcript: done ? { language: "en", engine: "simulated whisper", duration_s: 246, segments } : null, analysis: done ? analysis : null, analysed_at_ms: NOW, changes: done ? changes : [],
    proposals: done ? [{ field: "preferred_location", current: "Old Canal Road, Harbour Ward", proposed: "Close to town", quote: "it must be close to town", at_s: 33, confidence: 0.68, engine: "rules" }] : [],
  };
};

const burst = (at: number, speaker: "agent" | "customer"): boolean => segments.some((each) => each.speaker === speaker && at >= each.start_s && at < each.start_s + 4 + each.text.length / 14);
const peak = (index: number): number => 20 + Math.abs(Math.sin(index * 12.9898) * 43758.5453 % 1) * 90 + Math.abs(Math.sin(index / 6.5) * 120);

export const waveform: Waveform = {
  buckets_per_s: 10,
  customer: Array.from({ length: 2460 }, (_, i) => (burst(i / 10, "customer") ? Math.round(peak(i)) : 2)), agent: Array.from({ length: 2460 }, (_, i) => (burst(i / 10, "agent") ? Math.round(peak(i + 7)) : 2)),
};

export const detail = (id: string): CallDetail => {
  const found = rows.find((each) => each.id === id) ?? row(1, { id });
  const start = found.started_at_ms + 24_000;
  const event = (seq: number, at: number, kind: string, data: Record<string, unknown> = {}) => ({ seq, at_ms: start + at, kind, data });
  return {
    row: found, came_by: ["Facebook ad", "Sales line", "1 New homes"], provider: "twilio", provider_call_id: "CA0123", notes: "Wants covered parking and a west balcony. Husband joins the visit on Saturday.", sub_disposition: "wants_visit", dispositioned_at_ms: start + 287_000,
    receipt: found.recording.kind === "stored" ? receipt : null,
    why: { call_id: id, at_ms: start, rule: "skill", rule_version: 14, chosen: agentId(1), sentence: "Owner of this lead, and spoke last.", took_us: 4120, candidates: [
      { user_id: agentId(1), name: "Mira Tamarind", score: 86, parts: ["owner 40", "skill 30", "idle 16"], passed_over: null }, { user_id: agentId(0), name: "Farid Kettlewell", score: 49, parts: ["skill 30", "idle 19"], passed_over: null }, { user_id: agentId(2), name: "Kabir Bluegate", score: null, parts: [], passed_over: "in_wrap_up" }, { user_id: agentId(3), name: "Nisha Saltpan", score: null, parts: [], passed_over: "unreachable" }, { user_id: agentId(9), name: "Ila Kettlewell", score: null, parts: [], passed_over: "lacks_skill" },
    ] },
    events: [event(1, -24_000, "received"), event(2, -18_000, "digit_received", { digit: "1" }), event(3, -9000, "routed", { agent_name: "Mira Tamarind" }), event(4, 0, "offer_accepted"), event(5, 400, "side_heard", { side: "customer" }), event(6, 620, "side_heard", { side: "agent" }), event(7, 190_000, "hold_started"), event(8, 208_000, "hold_ended"), event(9, 246_000, "customer_hung_up"), event(10, 287_000, "disposition_saved", { code: "interested" }), event(11, 289_000, "recording_stored")],
    cost: { amount: "0.0085", unit: "USD" },
    holds: [{ from_ms: start + 190_000, to_ms: start + 208_000 }],
  };
};

const side = (mos: number, loss: number, index: number): SideSound => ({ mos, loss, concealed: loss / 2, jitter_ms: 5 + (index % 9), round_trip_ms: 40 + (index % 11), buffer_ms: 30, level_dbfs: -24 - (index % 13), clipped: 0, echo_loss_db: null });

export const callSound = (id: string): CallSound => {
  const start = (rows.find((each) => each.id === id)?.started_at_ms ?? NOW) + 24_000;
  const bad = (i: number): boolean => i > 140 && i < 190;
  return {
    points: Array.from({ length: 246 }, (_, i) => ({
      at_ms: start + i * 1000, span_ms: 1000, agent: side(4.3 - (i % 7) * 0.02, 0.002, i), device: { ...side(4.3, 0.001, i), mos: null, round_trip_ms: null },
      customer: i > 190 && i < 208 ? null : { ...side(bad(i) ? 3 + (i % 5) * 0.06 : 4.1 + (i % 5) * 0.03, bad(i) ? 0.06 : 0, i), round_trip_ms: null }, mouth_to_ear_ms: 160 + (i % 17), cause: bad(i) ? "carrier" : null,
    })),
    marks: [{ kind: "hold", from_ms: start + 190_000, to_ms: start + 208_000 }, { kind: "agent_away", from_ms: start + 60_000, to_ms: start + 63_000 }],
    agent_model: "ITU-T G.107.1", customer_model: "ITU-T G.107",
  };
};
