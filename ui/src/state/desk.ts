import type { CallId, Disposition, LeadCard, LiveCall, Offer } from "@/api/generated/wire";
import type { ApiFailure } from "@/api/failure";
import { fromLocalInput, isLocalTime } from "@/lib/time";
import type { Live } from "./live";
import { myCall } from "./live";

export const NOTES_MAX = 500;

/** What the agent has put down about one call. Kept on this computer until the server has it. */
export interface Draft {
  notes: string;
  notesRevision: number;
  code: string | null;
  subCode: string | null;
  /** `YYYY-MM-DDTHH:MM` on the customer's clock. */
  callbackTime: string | null;
  /** Lead fields as typed here. */
  fields: Readonly<Record<string, string>>;
  /** Of the last key press, on this computer's clock. */
  typedAtMs: number;
}

/** The call that the desk shows: from answer until its outcome is saved. */
export interface DeskCall {
  id: CallId;
  lead: LeadCard | null;
  /** The call as last seen; stays after the call has ended. */
  call: LiveCall | null;
  /** When the wrap-up began, on this computer's clock; null while talking. */
  endedAtMs: number | null;
}

export type Saving = { kind: "no" } | { kind: "saving" } | { kind: "refused"; failure: ApiFailure };

export interface Desk {
  current: DeskCall | null;
  drafts: Readonly<Record<CallId, Draft>>;
  /** Calls whose outcome is still to be saved while another call is on the desk. */
  unfinished: readonly DeskCall[];
  /** Answer was pressed and the server has not answered yet. */
  answering: CallId | null;
  /** Hold as just asked for, shown before the server has answered. */
  askedHold: boolean | null;
  saving: Saving;
  /** Lead cards as they came with an offer, for the moment after answering. */
  offered: Offer | null;
  /** The last calls whose outcome was saved, newest last: a late message about them opens nothing. */
  done: readonly CallId[];
}

export const emptyDesk: Desk = {
  current: null, drafts: {}, unfinished: [], answering: null, askedHold: null, saving: { kind: "no" }, offered: null,
  done: [],
};

export const emptyDraft: Draft = {
  notes: "", notesRevision: 0, code: null, subCode: null, callbackTime: null, fields: {}, typedAtMs: 0,
};

export const draftOf = (desk: Desk, id: CallId): Draft => desk.drafts[id] ?? emptyDraft;

export type DraftChange = Partial<Omit<Draft, "notesRevision" | "typedAtMs">>;

export type DeskEvent =
  | { kind: "live"; live: Live }
  | { kind: "answering"; callId: CallId }
  | { kind: "answer_over" }
  | { kind: "hold_asked"; on: boolean }
  | { kind: "hold_over" }
  | { kind: "draft"; callId: CallId; change: DraftChange }
  | { kind: "saving" }
  | { kind: "saved"; callId: CallId }
  | { kind: "refused"; failure: ApiFailure }
  | { kind: "open_unfinished"; callId: CallId };

/** The desk after an event. No time passes here and nothing is sent. */
export function deskStep(desk: Desk, event: DeskEvent, now: number): Desk {
  switch (event.kind) {
    case "live": return follow(desk, event.live, now);
    case "answering": return { ...desk, answering: event.callId };
    case "answer_over": return { ...desk, answering: null };
    case "hold_asked": return { ...desk, askedHold: event.on };
    case "hold_over": return { ...desk, askedHold: null };
    case "draft": return typed(desk, event.callId, event.change, now);
    case "saving": return { ...desk, saving: { kind: "saving" } };
    case "refused": return { ...desk, saving: { kind: "refused", failure: event.failure } };
    case "saved": return saved(desk, event.callId);
    case "open_unfinished": return reopen(desk, event.callId);
  }
}

/** Whoever called may have sent the call on to somebody else. */
function stillOf(current: DeskCall, call: LiveCall | null): LeadCard | null {
  return current.call && call && current.call.lead_id !== call.lead_id ? null : current.lead;
}

/** Takes over what the server says about this agent's call. */
function follow(desk: Desk, live: Live, now: number): Desk {
  const offered = live.offer ?? desk.offered;
  const call = myCall(live);
  const wrapping = live.me?.state.kind === "wrap_up" ? live.me.state.call_id : null;
  const seen = call?.id ?? wrapping;
  const id = seen !== null && desk.done.includes(seen) ? null : seen;
  if (id === null) return { ...desk, offered, current: ended(desk.current, live, now) };
  const answering = desk.answering === id ? null : desk.answering;
  if (desk.current?.id === id) {
    const endedAtMs = call ? null : (desk.current.endedAtMs ?? now);
    const current = { ...desk.current, lead: stillOf(desk.current, call), call: call ?? desk.current.call, endedAtMs };
    return { ...desk, offered, answering, current, askedHold: agreedHold(desk.askedHold, call) };
  }
  const before = desk.unfinished.find((each) => each.id === id);
  const lead = before?.lead ?? (offered?.call_id === id ? offered.lead : null);
  const current: DeskCall = { id, lead, call: call ?? before?.call ?? null, endedAtMs: call ? null : now };
  const left = desk.current ? [...desk.unfinished, desk.current] : desk.unfinished;
  return {
    ...desk, offered, answering, current, askedHold: null, saving: { kind: "no" },
    unfinished: left.filter((each) => each.id !== id),
  };
}

/** The call is over and the server has moved on, but its outcome is not saved: it stays on the desk. */
function ended(current: DeskCall | null, live: Live, now: number): DeskCall | null {
  if (!current || !live.ready) return current;
  return current.endedAtMs === null ? { ...current, endedAtMs: now } : current;
}

function agreedHold(asked: boolean | null, call: LiveCall | null): boolean | null {
  if (asked === null || !call) return null;
  return (call.held_since_ms !== null) === asked ? null : asked;
}

function typed(desk: Desk, callId: CallId, change: DraftChange, now: number): Desk {
  const before = draftOf(desk, callId);
  const notes = change.notes === undefined ? before.notes : [...change.notes].slice(0, NOTES_MAX).join("");
  const fields = change.fields ? { ...before.fields, ...change.fields } : before.fields;
  // Another outcome has other parts; what belonged to the one before is not carried over.
  const fresh = change.code !== undefined && change.code !== before.code;
  const draft: Draft = {
    ...before, ...change, notes, fields,
    subCode: change.subCode === undefined ? (fresh ? null : before.subCode) : change.subCode,
    notesRevision: notes === before.notes ? before.notesRevision : before.notesRevision + 1,
    typedAtMs: now,
  };
  return { ...desk, drafts: { ...desk.drafts, [callId]: draft }, saving: { kind: "no" } };
}

function saved(desk: Desk, callId: CallId): Desk {
  const { [callId]: done, ...drafts } = desk.drafts;
  const unfinished = desk.unfinished.filter((each) => each.id !== callId);
  const mine = desk.current?.id === callId;
  return {
    ...desk, drafts: done ? drafts : desk.drafts, saving: { kind: "no" },
    current: mine ? null : desk.current, unfinished, done: [...desk.done, callId].slice(-20),
  };
}

function reopen(desk: Desk, callId: CallId): Desk {
  const found = desk.unfinished.find((each) => each.id === callId);
  if (!found || (desk.current && desk.current.endedAtMs === null)) return desk;
  const rest = desk.unfinished.filter((each) => each.id !== callId);
  return {
    ...desk, current: found, unfinished: desk.current ? [...rest, desk.current] : rest, saving: { kind: "no" },
  };
}

/** The present, and the zone of the customer's clock. */
export interface Clockwork {
  nowMs: number;
  zone: string;
}

/** How a time to call back stands: none yet, on no clock there (they change), over already, or good. */
export function callbackState(local: string | null, { nowMs, zone }: Clockwork): "none" | "never" | "past" | "ok" {
  if (!local || !isLocalTime(local)) return "none";
  const instant = fromLocalInput(local, zone);
  if (instant === null) return "never";
  return instant <= nowMs ? "past" : "ok";
}

/** Keys of what an outcome still asks for, in the order of the form: `sub_code`, `callback`, `notes`, lead fields. */
export function missing(disposition: Disposition, draft: Draft, lead: LeadCard["lead"] | null, at: Clockwork): string[] {
  const left: string[] = [];
  const required = new Set(disposition.required);
  if (required.has("sub_code") && !draft.subCode) left.push("sub_code");
  if (disposition.next_action.kind === "callback" && callbackState(draft.callbackTime, at) !== "ok") left.push("callback");
  if (required.has("notes") && draft.notes.trim() === "") left.push("notes");
  for (const key of disposition.required) {
    if (key === "sub_code" || key === "notes" || key === "callback") continue;
    if (!fieldValue(key, draft, lead)) left.push(key);
  }
  return left;
}

/** A lead field as the desk shows it: what was typed here, else what is known. */
export function fieldValue(key: string, draft: Draft, lead: LeadCard["lead"] | null): string {
  const own = draft.fields[key];
  if (own !== undefined) return own;
  if (!lead) return "";
  if (key === "name" || key === "customer_name") return lead.name;
  if (key === "email") return lead.email ?? lead.fields["email"] ?? "";
  return lead.fields[key] ?? "";
}

/** While somebody types, wrap-up is never cut short: near its end it is asked to go on. Both in ms. */
export const extendsByTyping = (left: number, sinceTyped: number): boolean =>
  left > 0 && left < 6000 && sinceTyped < 5000;
