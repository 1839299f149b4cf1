// Generated from the Rust types by `UPDATE_TYPES=1 cargo test -p switchboard-wire`. Do not edit.

import type { UnixMillis } from "./wire";

export type Personal<T> = T;

/**
 * Who spoke. Recordings have one channel for each side, so only mixed uploads give `Unknown`.
 */
export type Speaker = "customer" | "agent" | "unknown";

/**
 * One stretch of speech by one person. Seconds count from the start of the recording.
 */
export type Segment = { speaker: Speaker, start_s: number, end_s: number, text: Personal<string>, 
/**
 * The speech engine's own 0..1, when it gives one.
 */
confidence?: number | null, };

/**
 * A conversation in words, segments in the order of their start.
 */
export type Transcript = { 
/**
 * BCP 47 tag (`en`, `hi-Latn`) as the speech engine or the person who uploaded it gave it.
 */
language: string | null, 
/**
 * Name of the speech engine, empty when written by hand.
 */
engine: string, duration_s: number, segments: Array<Segment>, };

/**
 * Who drew a conclusion: `rules`, or the language model's configured name.
 */
export type Engine = { name: string, version: string, };

/**
 * Words that were said, exactly, and where.
 */
export type Evidence = { 
/**
 * A substring of the segment's text.
 */
quote: Personal<string>, 
/**
 * Second of the recording at which the quoted segment begins.
 */
at_s: number, 
/**
 * Index into the transcript's segments.
 */
segment: number, };

/**
 * Which fact. Serialises as the snake-case name, which is also the lead field it proposes to fill.
 */
export type FieldKey = "customer_name" | "email" | "phone" | "budget" | "preferred_location" | "bedrooms" | "property_type" | "requirements" | "timeline" | "financing" | "decision_maker" | "pain_points" | "objections" | "mentioned_products" | "appointment";

/**
 * A normalised value. In JSON the shape is named by `type`.
 *
 * | key | shape |
 * |---|---|
 * | customer_name, email, phone (E.164), preferred_location with one place | `text` |
 * | budget | `money` |
 * | bedrooms | `number`, or `list` when several sizes are fine |
 * | property_type | `choice`: apartment, villa, plot, house, office, shop, studio, penthouse, pg, land, warehouse |
 * | financing | `choice`: loan_needed, loan_approved, self_funded, undecided |
 * | decision_maker | `choice`: self, spouse, parents, family, company, joint |
 * | timeline | `timeline` |
 * | appointment | `moment` |
 * | requirements, pain_points, objections, mentioned_products, several places | `list` |
 */
export type FieldValue = { "type": "text", text: Personal<string>, } | { "type": "number", number: number, } | { "type": "money", min: number | null, max: number | null, currency: string, } | { "type": "date", date: string, } | { "type": "moment" } & When | { "type": "choice", code: string, } | { "type": "list", items: Array<string>, } | { "type": "timeline", class: TimelineClass, target: string | null, };

/**
 * How soon the customer wants to act, counted from the day of the call.
 */
export type TimelineClass = "immediate" | "1_3_months" | "3_6_months" | "6_12_months" | "later" | "unknown";

/**
 * One fact about the customer or the deal.
 */
export type ExtractedField = { key: FieldKey, value: FieldValue, 
/**
 * The value as a person would write it: "₹60–70 lakh", "Sat 21 Nov 2026, 11:00".
 */
display: Personal<string>, 
/**
 * The agent's words that the customer only confirmed ("Do you need a loan?" before a quoted "Yes").
 */
asked?: Evidence | null, 
/**
 * For a list: where its second and later items were said, in order.
 */
more?: Array<Evidence>, 
/**
 * 0..1. From 0.75 it may fill an empty lead field; below that it is only shown.
 */
confidence: number, engine: string, 
/**
 * A substring of the segment's text.
 */
quote: Personal<string>, 
/**
 * Second of the recording at which the quoted segment begins.
 */
at_s: number, 
/**
 * Index into the transcript's segments.
 */
segment: number, };

/**
 * A resolved point in time. `day_only` when no time of day was said; `at` is then the start of that day in the zone.
 */
export type When = { at: UnixMillis, 
/**
 * Wall clock in `zone`, ISO 8601 without offset.
 */
local: string, zone: string, day_only: boolean, };

export type SentimentLabel = "very_negative" | "negative" | "neutral" | "positive" | "very_positive";

/**
 * The customer's mood.
 */
export type Sentiment = { label: SentimentLabel, 
/**
 * -1 (very negative) to 1 (very positive).
 */
score: number, 
/**
 * The same score for the first, middle and last third of the conversation.
 */
trend: [number, number, number], };

export type IntentKind = "buy" | "rent" | "sell" | "invest" | "site_visit" | "price_enquiry" | "information_request" | "callback" | "support" | "complaint" | "payment" | "cancel" | "not_interested" | "do_not_call" | "wrong_number";

export type Intent = { kind: IntentKind, 
/**
 * 0..1
 */
confidence: number, 
/**
 * A substring of the segment's text.
 */
quote: Personal<string>, 
/**
 * Second of the recording at which the quoted segment begins.
 */
at_s: number, 
/**
 * Index into the transcript's segments.
 */
segment: number, };

export type Intents = { primary: Intent | null, secondary: Array<Intent>, };

/**
 * Who promised.
 */
export type Owner = "agent" | "customer";

export type Priority = "low" | "medium" | "high" | "urgent";

/**
 * Something that one side said they would do.
 */
export type ActionItem = { 
/**
 * In the imperative: "Send the brochure on WhatsApp".
 */
text: Personal<string>, owner: Owner, 
/**
 * Of a day without an hour, its last minute.
 */
due: When | null, priority: Priority, 
/**
 * A substring of the segment's text.
 */
quote: Personal<string>, 
/**
 * Second of the recording at which the quoted segment begins.
 */
at_s: number, 
/**
 * Index into the transcript's segments.
 */
segment: number, };

export type FollowUp = { needed: boolean, at: When | null, 
/**
 * Why, in a few words; empty when not needed.
 */
reason: string, };

/**
 * One named part of the lead's score.
 */
export type QualityReason = { 
/**
 * Snake-case code that screens translate: `budget_known`, `visit_booked`, `not_interested`…
 */
name: string, points: number, };

export type LeadQuality = { 
/**
 * 0..100: the sum of the points, held within the range.
 */
score: number, reasons: Array<QualityReason>, };

/**
 * What to do now.
 */
export type NextAction = { 
/**
 * Snake-case code: `confirm_visit`, `call_back`, `send_details`, `arrange_loan`, `book_visit`, `nurture`,
 * `resolve_complaint`, `stop_calling`, `correct_number`, `close`.
 */
code: string, text: string, };

export type HotLead = { hot: boolean, 
/**
 * Names of the reasons, empty when not hot.
 */
why: Array<string>, };

/**
 * A disposition code that the wrap-up form offers first; the agent decides.
 */
export type ProposedDisposition = { 
/**
 * `interested`, `not_interested`, `callback`, `wrong_number`, `language_barrier`, `do_not_call`, `escalate`,
 * `technical_issue`.
 */
code: string, 
/**
 * Of `interested`: `wants_visit`, `wants_details`, `ready_to_buy`; of `not_interested`: `price`, `location`,
 * `bought_elsewhere`, `no_need`. Absent when the conversation gives no ground for one.
 */
sub_code: string | null, 
/**
 * 0..1
 */
confidence: number, evidence: Evidence | null, };

/**
 * Everything that an engine concludes from one transcript.
 */
export type Analysis = { 
/**
 * One or two sentences.
 */
summary_short: Personal<string>, 
/**
 * A paragraph: who, what they want, what was agreed, what stands in the way.
 */
summary_detailed: Personal<string>, 
/**
 * `en`, `hi-Latn`, `mixed`; absent when nothing was said.
 */
language: string | null, sentiment: Sentiment, 
/**
 * In the order of [`FieldKey`]; at most one for each key.
 */
fields: Array<ExtractedField>, intent: Intents, key_topics: Array<string>, action_items: Array<ActionItem>, follow_up: FollowUp, priority: Priority, lead_quality: LeadQuality, 
/**
 * Percent.
 */
conversion_probability: number, next_best_action: NextAction, hot_lead: HotLead, 
/**
 * Absent when the conversation gives no ground for one.
 */
proposed_disposition: ProposedDisposition | null, engine: Engine, };
