// Generated from the Rust types by `UPDATE_TYPES=1 cargo test -p switchboard-wire`. Do not edit.

import type { Analysis, Transcript } from "./intelligence";

/**
 * One organisation; every stored row carries one.
 */
export type TenantId = string;

export type UserId = string;

/**
 * A family of refresh tokens: one sign-in on one device.
 */
export type SessionId = string;

export type QueueId = string;

export type CampaignId = string;

/**
 * A phone number that the tenant owns.
 */
export type NumberId = string;

export type LeadId = string;

/**
 * One change of one field of a lead.
 */
export type LeadChangeId = string;

export type CallId = string;

/**
 * A device's WebRTC connection to the bridge; it outlives single calls.
 */
export type MediaSessionId = string;

export type RecordingId = string;

export type TaskId = string;

export type CallbackId = string;

export type JobId = string;

export type DncId = string;

export type AuditId = string;

/**
 * A SIP trunk of a tenant.
 */
export type TrunkId = string;

/**
 * A SIP telephone's place in the tenant's list.
 */
export type ExtensionId = string;

/**
 * A recorded message that is left on answering machines.
 */
export type VoicemailId = string;

/**
 * Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
 */
export type UnixMillis = number;

export type Role = "tenant_admin" | "manager" | "telecaller" | "field_agent" | "viewer";

/**
 * One page of a list. `next` is opaque; null on the last page.
 */
export type Page<T> = { items: Array<T>, next: string | null, };

/**
 * Which page of a list.
 */
export type PageQuery = { cursor?: string, 
/**
 * 1 to 200; 50 when absent.
 */
limit?: number, };

export type DncState = "in_force" | "over";

/**
 * Filters of the do-not-call list; all optional, combined with and.
 */
export type DncFilter = { 
/**
 * The last digits, at least four.
 */
search?: string, campaign_id?: CampaignId, source?: WishSource, state?: DncState, cursor?: string, 
/**
 * 1 to 200; 50 when absent.
 */
limit?: number, };

/**
 * Filters of the lead list; all optional, combined with and.
 */
export type LeadFilter = { 
/**
 * Words of the name, or the last digits of the number.
 */
search?: string, stage?: string, heat?: Heat, owner_id?: UserId, campaign_id?: CampaignId, tag_id?: TagId, 
/**
 * Newest first when absent, and whenever something is searched for.
 */
sort?: LeadSort, cursor?: string, 
/**
 * 1 to 200; 50 when absent.
 */
limit?: number, };

/**
 * Filters of tasks and callbacks.
 */
export type TaskFilter = { status?: TaskStatus, lead_id?: LeadId, 
/**
 * Only the reader's own.
 */
mine?: boolean, 
/**
 * Of this person; for supervisors.
 */
owner_id?: UserId, 
/**
 * Due at or after it.
 */
due_from_ms?: number, 
/**
 * Due before it.
 */
due_before_ms?: number, cursor?: string, limit?: number, };

/**
 * Filters of the job list.
 */
export type JobFilter = { status?: JobStatus, call_id?: CallId, cursor?: string, limit?: number, };

/**
 * Which engine to test.
 */
export type EngineKind = "speech" | "language";

export type EngineQuery = { which: EngineKind, };

export type AudioFormat = "ogg" | "wav";

/**
 * In which form the sound is wanted.
 */
export type AudioQuery = { format: AudioFormat, };

/**
 * A value that belongs to a person (name, phone, e-mail) or is a secret. Serialises as the plain value, because the
 * wire and the store need it; `Debug` and `Display` never show it.
 */
export type Personal<T> = T;

/**
 * What went wrong, one variant per thing the caller can do about it.
 */
export type ErrorCode = "malformed_body" | "invalid_fields" | "not_signed_in" | "token_expired" | "token_reused" | "wrong_credentials" | "too_many_tries" | "not_allowed" | "not_found" | "already_exists" | "conflict" | "idempotency_mismatch" | "in_progress" | "offer_taken" | "offer_gone" | "wrong_call_state" | "not_supported_by_carrier" | "do_not_call" | "consent_withdrawn" | "registry_unknown" | "outside_calling_hours" | "lead_held" | "just_dialed" | "lease_over" | "no_device" | "not_configured" | "upstream_failed" | "too_large" | "unavailable" | "internal";

export type FieldError = { 
/**
 * Path in the body, such as `members[2].email`.
 */
field: string, 
/**
 * What is wrong and what is expected, in English.
 */
problem: string, };

export type ApiError = { code: ErrorCode, 
/**
 * One sentence in English for logs and for screens without a text of their own.
 */
message: string, fields?: Array<FieldError>, retry_after_s?: number | null, 
/**
 * Facts that belong to the code, such as `taken_by`.
 */
details?: Record<string, unknown> | null, request_id: string, };

/**
 * Whether the server has a tenant yet, and how it presents itself before sign-in.
 */
export type SetupStatus = { 
/**
 * True until the first tenant and its admin exist: show the first-run screen.
 */
needs_setup: boolean, version: string, 
/**
 * Demo server: sample people and a labelled simulator.
 */
demo: boolean, };

/**
 * Makes a tenant and its first admin, and signs them in.
 */
export type RegisterTenant = { 
/**
 * 1 to 100 characters.
 */
tenant_name: string, 
/**
 * ISO 3166 code used for numbers written without a country, such as `IN`.
 */
country: string, 
/**
 * IANA name, such as `Asia/Kolkata`.
 */
zone: string, name: string, email: string, 
/**
 * 12 to 200 characters.
 */
password: string, device: DeviceKind, };

/**
 * Where the session lives: a browser keeps its refresh token in an HttpOnly cookie, the app in the OS keychain.
 */
export type DeviceKind = "desktop" | "browser";

export type SignIn = { email: string, password: string, device: DeviceKind, };

export type RefreshRequest = { 
/**
 * Left out by browsers, whose token is in the cookie.
 */
refresh_token: string | null, 
/**
 * 16 to 64 characters that nobody can guess, made before a token is sent and kept beside it until the answer is there:
 * the same token with the same attempt is answered with the same next token, as long as that one has not been used.
 * Without it, or with another one, a second use of a token ends the sign-in.
 */
attempt: string | null, };

export type SignedIn = { 
/**
 * JWT for `Authorization: Bearer`, good for 15 minutes.
 */
access_token: string, expires_in_s: number, 
/**
 * Present for `device: desktop` only. Each works once; the answer to a refresh carries the next. See
 * [`RefreshRequest::attempt`] for an answer that is lost.
 */
refresh_token: string | null, me: Me, };

export type Me = { user: User, tenant: Tenant, session_id: SessionId, };

export type Tenant = { id: TenantId, name: string, country: string, zone: string, };

export type UiTheme = "system" | "light" | "dark";

export type UiLocale = "en" | "hi";

export type User = { id: UserId, name: string, email: string, role: Role, active: boolean, skills: Array<string>, 
/**
 * BCP 47 tags that the agent can talk in.
 */
languages: Array<string>, 
/**
 * Outside phone, E.164.
 */
phone: string | null, extension: string | null, max_concurrent_calls: number, locale: UiLocale, theme: UiTheme, created_at_ms: UnixMillis, last_seen_at_ms: UnixMillis | null, };

export type CreateUser = { name: string, email: string, role: Role, password: string, skills: Array<string>, languages: Array<string>, phone: string | null, extension: string | null, };

/**
 * Absent fields stay as they are.
 */
export type UpdateUser = { name?: string, role?: Role, active?: boolean, password?: string, skills?: Array<string>, languages?: Array<string>, phone?: string, extension?: string, max_concurrent_calls?: number, };

/**
 * What users may change about themselves.
 */
export type UpdateMe = { name?: string, locale?: UiLocale, theme?: UiTheme, change_password?: ChangePassword, };

export type ChangePassword = { current: string, new: string, };

export type SessionInfo = { id: SessionId, device: DeviceKind, user_agent: string, created_at_ms: UnixMillis, last_used_at_ms: UnixMillis, current: boolean, };

export type AgentState = { "kind": "offline" } | { "kind": "available" } | { "kind": "reserved", call_id: CallId, } | { "kind": "on_call", call_id: CallId, } | { "kind": "wrap_up", call_id: CallId, ends_at_ms: UnixMillis, } | { "kind": "break", reason: string, } | { "kind": "unreachable" };

export type AgentStatus = { user_id: UserId, name: string, state: AgentState, since_ms: UnixMillis, queue_ids: Array<QueueId>, calls_today: number, last_call_at_ms: UnixMillis | null, 
/**
 * A pause asked for while a call was reserved; it takes effect after that call.
 */
break_after_call: boolean, 
/**
 * A device of this agent is connected with sound.
 */
has_device: boolean, 
/**
 * Takes calls at a telephone of their own, with or without the app.
 */
by_telephone: boolean, };

/**
 * What an agent may ask for; the rest follows from calls.
 */
export type AskedAgentState = { "kind": "available" } | { "kind": "available_by_telephone" } | { "kind": "break", reason: string, } | { "kind": "offline" };

export type QueueStatus = { queue_id: QueueId, name: string, waiting: number, 
/**
 * Entry instant of the caller who has waited longest.
 */
longest_since_ms: UnixMillis | null, available: number, signed_in: number, 
/**
 * Of the calls answered in the last 30 minutes, the share answered within the queue's target, 0 to 1.
 */
service_level: number | null, target_answer_s: number, abandoned_30m: number, };

/**
 * SDP offer with one send-receive audio line offering Opus and telephone-event/48000.
 */
export type OpenMediaSession = { sdp_offer: string, 
/**
 * `true` for the agent's phone, `false` for a browser page that only listens in as a supervisor.
 */
takes_calls: boolean, };

export type MediaSession = { id: MediaSessionId, sdp_answer: string, };

/**
 * ICE restart of an open session. A 404 means the server knows it no longer: open a new one.
 */
export type RenegotiateMediaSession = { sdp_offer: string, };

/**
 * What came to the media sockets and to the UDP port since the server started and was dropped, because it was no message,
 * no packet, or from nobody known. Some is normal: every open port is probed.
 */
export type DroppedMedia = { since_ms: UnixMillis, 
/**
 * Messages on the carrier's media sockets.
 */
socket_messages: number, 
/**
 * Datagrams that are neither STUN, DTLS, RTP nor RTCP.
 */
malformed_datagrams: number, 
/**
 * Datagrams from an address that no device has proved to own.
 */
unknown_datagrams: number, 
/**
 * Datagrams of a known device that its connection refused.
 */
refused_datagrams: number, 
/**
 * Packets of a known device whose sound is not what their type says.
 */
bad_payloads: number, 
/**
 * Messages on devices' sound sockets that are no frames, were there before, or came too fast.
 */
socket_frames: number, 
/**
 * Frames that devices' sound sockets were too slow for.
 */
late_frames: number, 
/**
 * RTP packets of a known device that are repeated, forged, or of a stream or kind that was not agreed on.
 */
ignored_packets: number, 
/**
 * Bytes that a carrier brought faster than they could be played.
 */
overrun_bytes: number, };

/**
 * Servers that pass UDP on for devices that cannot reach the bridge directly (TURN, RFC 8656). Empty: none is set up.
 */
export type RelayServers = { servers: Array<RelayServer>, 
/**
 * Nothing but these is to be used.
 */
only: boolean, 
/**
 * How long the credentials work; absent: until the server's configuration changes.
 */
expires_in_s: number | null, };

export type RelayServer = { 
/**
 * Such as `turn:relay.example.org:3478?transport=udp` (RFC 7065).
 */
urls: Array<string>, username: string, credential: string, };

/**
 * First message on `/media/sound`, as text. The server answers with a [`SoundWelcome`] as text; from then on each binary
 * message is a frame of sound.
 */
export type SoundHello = { access_token: string, 
/**
 * The session whose sound this carries; it was opened with `POST /media/sessions`.
 */
media_session_id: MediaSessionId, };

export type SoundWelcome = { 
/**
 * Longest frame that the server takes, in bytes.
 */
max_frame: number, };

/**
 * Levels in dB relative to full scale. A part that is `None` could not be measured.
 */
export type CheckFigures = { microphone: MicrophoneFigures | null, speaker: SpeakerFigures | null, echo: EchoFigures | null, network: NetworkFigures | null, audio_loop: LoopFigures | null, };

export type MicrophoneFigures = { 
/**
 * Loudest tenth of the time in which the person was asked to speak.
 */
speech_dbfs: number, 
/**
 * Quietest tenth of it: the room.
 */
room_dbfs: number, 
/**
 * Share of the tenths of a second with samples at the end of the range, in percent.
 */
clipped_percent: number, 
/**
 * The system says that the app may not use it.
 */
denied: boolean, 
/**
 * There is none, or it is away.
 */
missing: boolean, };

export type SpeakerFigures = { missing: boolean, 
/**
 * Times that the speaker had nothing to play although it was due.
 */
gaps: number, };

/**
 * While the agent's own words were played.
 */
export type EchoFigures = { played_dbfs: number, 
/**
 * At the microphone, before the echo was taken out.
 */
heard_dbfs: number, 
/**
 * What a customer would have heard of it.
 */
left_dbfs: number, };

export type NetworkFigures = { 
/**
 * `None` while the server has not measured it yet.
 */
round_trip_ms: number | null, 
/**
 * Of packets to the server and back.
 */
loss_percent: number, jitter_ms: number, };

/**
 * The marker and the words that were sent to the server and came back.
 */
export type LoopFigures = { came_back: boolean, 
/**
 * How alike what came back is to what was sent, 0 to 1.
 */
likeness: number, 
/**
 * From the one to the other without the time that the server held it back.
 */
delay_ms: number, };

export type CheckSubject = "microphone" | "speaker" | "echo" | "network" | "audio_loop";

/**
 * From good to bad.
 */
export type CheckVerdict = "good" | "fair" | "bad";

/**
 * What was found; screens have the words and the advice.
 */
export type CheckFinding = "fine" | "not_measured" | "microphone_missing" | "microphone_denied" | "microphone_silent" | "microphone_quiet" | "microphone_clips" | "room_loud" | "speaker_missing" | "speaker_gaps" | "no_echo" | "echo_removed" | "echo_left" | "network_away" | "network_slow" | "network_loses" | "network_uneven" | "loop_silent" | "loop_late";

export type CheckLine = { subject: CheckSubject, verdict: CheckVerdict, finding: CheckFinding, };

/**
 * What an app has measured; the server judges it anew.
 */
export type SaveDeviceCheck = { app: DeviceKind, figures: CheckFigures, };

export type DeviceCheck = { user_id: UserId, user_name: string, at_ms: UnixMillis, app: DeviceKind, 
/**
 * The worst of the lines.
 */
verdict: CheckVerdict, lines: Array<CheckLine>, figures: CheckFigures, };

/**
 * Begins to send a device's own sound back to it. It ends after a minute, and with the device's next call.
 */
export type StartMediaLoop = { 
/**
 * How long the server holds it back, up to 5000.
 */
delay_ms: number, };

/**
 * A device that hears itself, and how its packets come in.
 */
export type MediaLoop = { session_id: MediaSessionId, delay_ms: number, 
/**
 * Not there before the first reports.
 */
round_trip_ms: number | null, jitter_ms: number, 
/**
 * Of the last second, on the way to the server.
 */
loss_percent: number, };

export type Heat = "cold" | "warm" | "hot";

export type Lead = { id: LeadId, name: string, 
/**
 * E.164, or masked for roles that may not see it.
 */
phone: string, email: string | null, masked: boolean, stage: string, heat: Heat, source: string | null, source_detail: string | null, owner_id: UserId | null, owner_name: string | null, campaign_id: CampaignId | null, language: string | null, 
/**
 * IANA zone of the person, and where it came from (`phone`, `pincode`, `said`, `tenant`).
 */
zone: string, zone_source: string, do_not_call: boolean, 
/**
 * By word.
 */
tags: Array<TagId>, 
/**
 * Facts by key, such as `budget`, `bedrooms`, `preferred_location`; display text.
 */
fields: { [key in string]: string }, attempts: number, last_contact_at_ms: UnixMillis | null, created_at_ms: UnixMillis, version: number, };

/**
 * A number of a person beside the first.
 */
export type LeadNumber = { 
/**
 * E.164, or masked.
 */
number: string, 
/**
 * `mobile`, `fixed` and so on, as the numbering plan says.
 */
kind: string | null, 
/**
 * What is dialed behind the number.
 */
extension: string | null, };

/**
 * What the ring card and the agent desk show of the person: built once, sent with the offer.
 */
export type LeadCard = { lead: Lead, 
/**
 * Beside the first, in their order; masked as it is.
 */
other_numbers: Array<LeadNumber>, last_outcome: CallOutcomeBrief | null, 
/**
 * Open promises, soonest first.
 */
promises: Array<Task>, next_callback: Callback | null, 
/**
 * The last calls, newest first; at most three.
 */
recent_calls: Array<CallOutcomeBrief>, calls_total: number, 
/**
 * Why nobody may call now; null when calls are welcome.
 */
no_call: Objection | null, };

export type CreateLead = { name: string, phone: string, email?: string, campaign_id?: CampaignId, source?: string, source_detail?: string, language?: string, zone?: string, owner_id?: UserId, fields: { [key in string]: string }, };

/**
 * Absent fields stay as they are. `fields` replaces the named keys; an empty text removes one.
 */
export type UpdateLead = { name?: string, email?: string, stage?: string, heat?: Heat, owner_id?: UserId, language?: string, zone?: string, fields?: { [key in string]: string }, };

export type ChangedBy = { "kind": "person", user_id: UserId, name: string, } | { "kind": "analysis", call_id: CallId, engine: string, } | { "kind": "disposition", call_id: CallId, } | { "kind": "import" } | { "kind": "crm", 
/**
 * Empty when it is not set up any more.
 */
name: string, 
/**
 * `from` is what the CRM said, which was older: the lead says `to`.
 */
lost: boolean, };

export type LeadChange = { id: LeadChangeId, lead_id: LeadId, 
/**
 * `name`, `phone`, `email`, `language`, `stage`, `heat`, `owner`, `campaign`, `language`, `zone`, `source`, `source_detail`, `fields.<key>`,
 * or `merged` with the name of a lead that was made one with this one.
 */
field: string, from: string | null, to: string | null, by: ChangedBy, at_ms: UnixMillis, undone_at_ms: UnixMillis | null, 
/**
 * False when the field was changed again since; undo then shows both values instead.
 */
can_undo: boolean, };

export type TagId = string;

/**
 * One action on many leads.
 */
export type BulkActionId = string;

/**
 * A filter of the lead list under a name.
 */
export type LeadViewId = string;

/**
 * Order of a list of leads, by when they came in.
 */
export type LeadSort = "newest" | "oldest";

/**
 * Names of colours; a screen has its own shade of each for light and dark.
 */
export type TagColour = "grey" | "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "purple" | "pink";

/**
 * What is done to each lead.
 */
export type BulkActionKind = { "kind": "assign", to: UserId | null, } | { "kind": "add_tag", tag_id: TagId, } | { "kind": "remove_tag", tag_id: TagId, } | { "kind": "move_to_campaign", campaign_id: CampaignId | null, } | { "kind": "delete" } | { "kind": "export" };

/**
 * How many leads came to which outcome.
 */
export type BulkCounts = { changed: number, same: number, kept: number, undone: number, exported: number, };

/**
 * Where an action stands.
 */
export type BulkState = "gathering" | "working" | "done" | "cancelled" | "failed" | "undoing" | "undone";

/**
 * A word with a colour that leads can have.
 */
export type Tag = { id: TagId, word: string, colour: TagColour, };

export type SaveTag = { 
/**
 * 1 to 30 characters.
 */
word: string, colour: TagColour, };

/**
 * Which leads; all optional, combined with and.
 */
export type LeadSetFilter = { 
/**
 * Words of the name, or the last digits of the number.
 */
search?: string, stage?: string, heat?: Heat, owner_id?: UserId, campaign_id?: CampaignId, tag_id?: TagId, };

export type StartBulkAction = { action: BulkActionKind, 
/**
 * Leads that fit now are worked on; those that come in later are not.
 */
filter: LeadSetFilter, 
/**
 * These leads instead of those that fit the filter; at most 500.
 */
lead_ids?: Array<LeadId> | null, };

export type BulkAction = { id: BulkActionId, action: BulkActionKind, filter: LeadSetFilter, state: BulkState, 
/**
 * Leads that were found so far; all of them once the state is no more `gathering`.
 */
total: number, 
/**
 * Leads that were worked on, or while it is undone, looked at again.
 */
done: number, counts: BulkCounts, 
/**
 * What went wrong with the whole of it.
 */
failure: string | null, made_by: string, created_at_ms: UnixMillis, finished_at_ms: UnixMillis | null, 
/**
 * It can be undone before this instant.
 */
undo_until_ms: UnixMillis | null, 
/**
 * The file of an export can be taken away before this instant.
 */
file_until_ms: UnixMillis | null, };

/**
 * A filter of the lead list under a name.
 */
export type LeadView = { id: LeadViewId, name: string, filter: LeadSetFilter, sort: LeadSort, 
/**
 * Everybody of the organisation sees it.
 */
shared: boolean, made_by_id: UserId, made_by: string, };

export type SaveLeadView = { 
/**
 * 1 to 60 characters.
 */
name: string, filter: LeadSetFilter, sort: LeadSort, shared: boolean, };

/**
 * One word of a person about being contacted.
 */
export type ConsentId = string;

/**
 * One word of a person about being contacted.
 */
export type ConsentRecord = { id: ConsentId, channel: ConsentChannel, 
/**
 * A free code such as `marketing` or `service`.
 */
purpose: string, 
/**
 * Else withdrawn.
 */
given: boolean, 
/**
 * A `WishSource`.
 */
source: string, 
/**
 * Null for roles that may not see contact data.
 */
proof: string | null, by: string | null, at_ms: UnixMillis, };

/**
 * What a person says now; what they said before stays in the history.
 */
export type AddConsent = { channel: ConsentChannel, 
/**
 * 1 to 40 of a-z, 0-9, - and _.
 */
purpose: string, given: boolean, source?: WishSource, proof?: string, };

/**
 * Two leads that were made one.
 */
export type LeadMergeId = string;

/**
 * A file that lies with a lead.
 */
export type LeadFileId = string;

export type NoteId = string;

/**
 * What two leads have in common.
 */
export type Likeness = "number" | "email";

/**
 * A lead that is probably the same person.
 */
export type LeadDuplicate = { lead: Lead, because: Likeness, };

/**
 * Makes another lead one with this one. Numbers, calls, tasks, notes, tags, consents and files of both stay.
 */
export type MergeLeads = { 
/**
 * It is hidden from then on.
 */
other_id: LeadId, 
/**
 * Fields of which the other's value stays: `name`, `phone`, `email`, `stage`, `heat`, `owner`, `campaign`, `language`, `zone`,
 * `source`, `source_detail` and `fields.<key>`.
 */
take: Array<string>, };

export type LeadMerge = { id: LeadMergeId, kept_id: LeadId, merged_id: LeadId, 
/**
 * Of the one that was made one with this.
 */
merged_name: string, made_by: string, at_ms: UnixMillis, 
/**
 * It can be undone before this instant.
 */
undo_until_ms: UnixMillis, undone_at_ms: UnixMillis | null, };

export type LeadNote = { id: NoteId, lead_id: LeadId, text: string, made_by_id: UserId, made_by: string, created_at_ms: UnixMillis, };

export type AddLeadNote = { 
/**
 * 1 to 4,000 characters.
 */
text: string, };

/**
 * What a file is, by its first bytes and never by its name.
 */
export type LeadFileKind = "pdf" | "png" | "jpeg" | "gif" | "webp" | "docx" | "xlsx" | "text";

export type LeadFile = { id: LeadFileId, lead_id: LeadId, name: string, 
/**
 * By its content.
 */
kind: LeadFileKind, bytes: number, made_by_id: UserId, made_by: string, created_at_ms: UnixMillis, };

export type AddLeadFile = { 
/**
 * At most 255 characters; it is cleaned, and gets the end that belongs to the content.
 */
name: string, 
/**
 * Base 64 with padding; 1 byte to 10 MiB of a PDF, a picture, a Word or Excel file without macros, or text.
 */
data: string, };

/**
 * Whose leads the board shows; combined with and.
 */
export type BoardFilter = { owner_id?: UserId, campaign_id?: CampaignId, };

/**
 * Leads of one stage. The leads themselves come as pages of the list of leads.
 */
export type BoardColumn = { stage: string, leads: number, 
/**
 * There are more than were counted, here and in the sums.
 */
more: boolean, hot: number, 
/**
 * Tries to reach the people, together.
 */
attempts: number, };

/**
 * One file of leads that is taken in.
 */
export type ImportId = string;

/**
 * How the file is read.
 */
export type FileReading = { 
/**
 * `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
 */
encoding: string, 
/**
 * One ASCII character.
 */
separator: string, 
/**
 * The first row names the columns.
 */
header: boolean, };

/**
 * What becomes of a row whose number is known.
 */
export type Duplicates = "skip" | "update" | "merge";

/**
 * Where a number counts as known.
 */
export type KnownWithin = "campaign" | "tenant";

/**
 * What becomes of a row whose number must not be called.
 */
export type Listed = "leave_out" | "take_in_marked";

/**
 * Everything that an import needs to know about a file; what a saved mapping holds.
 */
export type ImportPlan = { reading: FileReading, columns: Array<ColumnRule>, 
/**
 * ISO 3166 alpha-2: of numbers without a country.
 */
country: string, campaign_id: CampaignId | null, 
/**
 * Of rows that name none.
 */
source: string | null, duplicates: Duplicates, known_within: KnownWithin, listed: Listed, };

/**
 * What an import comes to. All are numbers of rows.
 */
export type ImportCounts = { 
/**
 * All rows but the header and blank ones.
 */
rows: number, new: number, 
/**
 * Of leads that were there, changed by the row.
 */
updated: number, 
/**
 * Of leads that were there and stay as they are.
 */
known: number, 
/**
 * Twice in the file: the first counts.
 */
twice: number, 
/**
 * On the do-not-call list.
 */
listed: number, invalid: number, 
/**
 * Taken in, with a value that was doubtful.
 */
doubtful: number, };

/**
 * In which order day, month and year stand.
 */
export type DateOrder = "day_month_year" | "month_day_year" | "year_month_day" | "year_day_month";

/**
 * [`Target`] as it is written.
 */
export type TargetName = "leave_out" | "name" | "phone" | "phone_extension" | "country" | "email" | "language" | "pincode" | "priority" | "source" | "source_detail" | "do_not_call" | "field";

/**
 * One column of the file. It is known by its name; of columns with one name the n-th rule means the n-th column. In a
 * file without a header the rules go by place.
 */
export type ColumnRule = { column: string, to: TargetName, 
/**
 * Of a fact: 1 to 40 characters.
 */
key?: string, 
/**
 * Of a fact that is a date: how it is written. It is kept as YYYY-MM-DD.
 */
dates?: DateOrder, };

/**
 * Why a row was left out, or what of it was doubtful.
 */
export type Reason = "number_missing" | "not_a_number" | "number_shortened" | "no_country" | "too_short" | "too_long" | "not_in_use" | "not_called" | "quote_not_closed" | "line_too_long" | "too_many_cells" | "nul" | "encoding" | "twice" | "known" | "listed" | "email_doubtful" | "priority_doubtful" | "language_unknown" | "pincode_doubtful" | "date_doubtful" | "country_unknown" | "other_number_doubtful" | "text_shortened" | "yes_or_no";

/**
 * Where an import stands.
 */
export type ImportState = "uploading" | "ready" | "rehearsing" | "rehearsed" | "importing" | "done" | "undoing" | "undone" | "cancelled" | "failed";

export type Import = { id: ImportId, file_name: string, source: string | null, state: ImportState, bytes: number, 
/**
 * Bytes that are there: an upload goes on from here.
 */
received: number, 
/**
 * As it was rehearsed or imported.
 */
plan: ImportPlan | null, counts: ImportCounts, progress: ImportProgress | null, 
/**
 * What went wrong with the whole of it.
 */
failure: string | null, made_by: string | null, created_at_ms: UnixMillis, begun_at_ms: UnixMillis | null, finished_at_ms: UnixMillis | null, 
/**
 * It can be undone before this instant.
 */
undo_until_ms: UnixMillis | null, };

/**
 * While the server works on it.
 */
export type ImportProgress = { rows: number, rows_per_s: number, 
/**
 * Of the file, 0 to 1000.
 */
permille: number, left_s: number | null, };

export type BeginImport = { file_name: string, bytes: number, 
/**
 * Its last mapping is proposed again.
 */
source: string | null, };

/**
 * A piece of the file, up to 1 MiB.
 */
export type ImportPart = { 
/**
 * Where it begins: [`Import::received`].
 */
offset: number, 
/**
 * Base 64, with padding.
 */
data: string, };

/**
 * Without a plan, one is guessed.
 */
export type PreviewImport = { plan: ImportPlan | null, };

export type ImportPreview = { 
/**
 * As given, remembered or guessed.
 */
plan: ImportPlan, 
/**
 * Name of the saved mapping that it comes from.
 */
remembered: string | null, columns: Array<PreviewColumn>, 
/**
 * The first rows as they would be stored.
 */
rows: Array<PreviewRow>, 
/**
 * What is wrong with the plan; empty when it can be used.
 */
problems: Array<FieldError>, };

export type PreviewColumn = { name: string, 
/**
 * The first values that are there.
 */
samples: Array<string>, 
/**
 * Of the rows that were looked at.
 */
filled: number, looked_at: number, };

export type PreviewRow = { row: number, 
/**
 * None when it is left out.
 */
lead: PreviewLead | null, problems: Array<ImportProblem>, };

export type PreviewLead = { name: string, 
/**
 * E.164, the first being the lead's.
 */
phones: Array<string>, email: string | null, language: string | null, priority: number, source: string | null, zone: string, do_not_call: boolean, fields: { [key in string]: string }, };

export type RunImport = { plan: ImportPlan, 
/**
 * Keeps the plan under this name for the next file.
 */
save_as: string | null, };

export type ImportProblem = { 
/**
 * As a spreadsheet counts.
 */
row: number, column: string | null, reason: Reason, 
/**
 * False: the row was taken in nevertheless.
 */
left_out: boolean, };

/**
 * A part of a file for the person who asks; the parts are put together in their order.
 */
export type FilePart = { file_name: string, text: string, 
/**
 * Cursor of the next part.
 */
next: string | null, };

/**
 * A saved mapping.
 */
export type ImportMapping = { name: string, plan: ImportPlan, used_at_ms: UnixMillis, };

export type SaveImportMapping = { name: string, plan: ImportPlan, };

/**
 * Which mapping.
 */
export type MappingQuery = { name: string, };

/**
 * By which a form or a program hands leads in.
 */
export type IntakeKeyId = string;

/**
 * A field by which people agree to be contacted.
 */
export type ConsentRule = { 
/**
 * As the form names it.
 */
field: string, channel: ConsentChannel, 
/**
 * 1 to 40 of `a-z 0-9 - _`.
 */
purpose: string, };

/**
 * How the forms of one key are read.
 */
export type IntakePlan = { 
/**
 * Of fields of the form and of UTM parameters; what is named nowhere is left out.
 */
columns: Array<ColumnRule>, 
/**
 * ISO 3166 alpha-2: of numbers without a country.
 */
country: string, duplicates: Duplicates, known_within: KnownWithin, 
/**
 * A field that people do not see: whoever fills it in is a program. Empty: none.
 */
honeypot: string, 
/**
 * Fields by which people say how they may be contacted.
 */
consents: Array<ConsentRule>, };

/**
 * A key without its secret, which is shown only when it is made.
 */
export type IntakeKey = { id: IntakeKeyId, name: string, 
/**
 * The last four characters of the secret.
 */
key_end: string, 
/**
 * What it may do: `leads:write`.
 */
scope: string, campaign_id: CampaignId | null, source: string, plan: IntakePlan, on: boolean, made_by: string | null, created_at_ms: UnixMillis, last_used_at_ms: UnixMillis | null, version: number, };

/**
 * Body of create and update of a key (all fields).
 */
export type IntakeKeyInput = { name: string, campaign_id: CampaignId | null, 
/**
 * Of the leads that come by it, unless the form names one.
 */
source: string, plan: IntakePlan, on: boolean, };

/**
 * A new key. The secret is told here and nowhere else.
 */
export type IntakeKeyMade = { key: IntakeKey, 
/**
 * For `Authorization: Bearer`.
 */
secret: string, };

/**
 * What became of a form.
 */
export type IntakeOutcome = "new" | "updated" | "known" | "ignored";

export type IntakeAnswer = { outcome: IntakeOutcome, lead_id: LeadId | null, 
/**
 * The same had been handed in before; this is what it came to then.
 */
repeated: boolean, 
/**
 * False: the number is on the do-not-call list, or the lead is marked.
 */
may_be_called: boolean, 
/**
 * Values that were doubtful and are kept as they were given, by the names of the form.
 */
notices: Array<FieldError>, };

/**
 * One telling of the organisation's own program.
 */
export type DeliveryId = string;

/**
 * Where the organisation's own program is told of new leads.
 */
export type LeadWebhook = { url: string, on: boolean, has_secret: boolean, 
/**
 * Only in the answer to the request that made it. Each request is signed by it: `X-Switchboard-Signature` is `v1=` and the
 * hexadecimal HMAC-SHA-256 of `X-Switchboard-Timestamp`, a dot and the body.
 */
secret: string | null, };

export type LeadWebhookInput = { 
/**
 * `https://`
 */
url: string, on: boolean, 
/**
 * The old one is good for nothing from then on.
 */
new_secret: boolean, };

export type DeliveryStatus = "waiting" | "delivered" | "given_up";

/**
 * One telling of a lead.
 */
export type WebhookDelivery = { id: DeliveryId, lead_id: LeadId, 
/**
 * `lead.created`.
 */
event: string, job_id: JobId, status: DeliveryStatus, attempts: number, 
/**
 * Of the last answer.
 */
http_status: number | null, last_error: string | null, created_at_ms: UnixMillis, delivered_at_ms: UnixMillis | null, };

/**
 * One CRM that leads are kept in step with.
 */
export type CrmConnectorId = string;

/**
 * One record or lead that could not be kept in step.
 */
export type CrmProblemId = string;

/**
 * A field of a lead that can be kept in step.
 */
export type CrmField = "name" | "phone" | "email" | "language" | "pincode" | "stage" | "do_not_call" | "source" | "source_detail" | "field";

/**
 * Which way a field goes.
 */
export type CrmFlow = "both" | "pull" | "push";

/**
 * One field of the CRM.
 */
export type CrmRule = { 
/**
 * Where it stands in a record: names with dots between, such as `contact.mobile`; a number is a place in a list.
 */
path: string, to: CrmField, 
/**
 * Of a fact: 1 to 40 characters.
 */
key?: string, 
/**
 * Of a fact that is a date: how the CRM writes it. It is kept as YYYY-MM-DD.
 */
dates?: DateOrder, flow: CrmFlow, };

/**
 * What the fields of records mean, and what becomes of known people.
 */
export type CrmPlan = { rules: Array<CrmRule>, 
/**
 * ISO 3166 alpha-2: of numbers without a country.
 */
country: string, 
/**
 * Of a record that is seen for the first time, whose number a lead has.
 */
duplicates: Duplicates, known_within: KnownWithin, };

/**
 * How `updated since` is written.
 */
export type SinceAs = "iso8601" | "unix_seconds";

/**
 * Which leads the CRM is told of.
 */
export type CrmPush = "nothing" | "known" | "all";

/**
 * How the CRM's interface looks. Paths are below the base address.
 */
export type CrmApi = { 
/**
 * Lists records with GET and makes one with POST; below it, a record has its id as its name: `/api/leads`.
 */
list_path: string, 
/**
 * Where the records stand in a page; empty: the answer is the list.
 */
items_path: string, 
/**
 * Where a single record stands in an answer; empty: the answer is the record.
 */
record_path: string, id_path: string, 
/**
 * When the record was changed last.
 */
updated_path: string, since_param: string, since_as: SinceAs, page_param: string, size_param: string, 
/**
 * Records in a page: 1 to 500.
 */
page_size: number, 
/**
 * Sent with each request for a page, such as `sort=id`.
 */
extra_query: string, 
/**
 * Changes are sent with PUT in place of PATCH.
 */
put: boolean, 
/**
 * Where a webhook of the CRM names the record.
 */
hook_id_path: string, };

/**
 * How the CRM knows us.
 */
export type CrmAuth = "bearer" | "basic";

/**
 * Body of create and update (all fields).
 */
export type CrmConnectorInput = { name: string, 
/**
 * Of leads that come by it; only its leads are told of. None: leads of no campaign come, and all are told of.
 */
campaign_id: CampaignId | null, 
/**
 * Of leads that come by it, unless their record names one.
 */
source: string, 
/**
 * `https://`
 */
base_url: string, auth: CrmAuth, 
/**
 * With `basic`.
 */
user: string, 
/**
 * Token or password; null keeps the stored one, as long as the host stays the same.
 */
secret: string | null, 
/**
 * Minutes between two looks: 1 to 1440.
 */
every_minutes: number, push: CrmPush, api: CrmApi, plan: CrmPlan, 
/**
 * Makes the address for the CRM's webhooks anew.
 */
new_hook: boolean, };

export type CrmConnector = { id: CrmConnectorId, name: string, campaign_id: CampaignId | null, source: string, base_url: string, auth: CrmAuth, user: string, has_secret: boolean, every_minutes: number, push: CrmPush, api: CrmApi, plan: CrmPlan, 
/**
 * Where the CRM posts the id of a record that has changed. Whoever knows it can make us read records, and nothing else.
 */
hook_url: string, status: CrmStatus, version: number, };

export type CrmState = "paused" | "waiting" | "syncing" | "backing_off";

/**
 * Why the CRM could not be asked.
 */
export type CrmFailureCode = "unreachable" | "unauthorised" | "busy" | "broken" | "not_found" | "refused" | "unreadable" | "address" | "here";

export type CrmFailure = { code: CrmFailureCode, 
/**
 * In English, with the status or what the system said.
 */
text: string, at_ms: UnixMillis, 
/**
 * In a row.
 */
times: number, };

/**
 * Since the connector was set up.
 */
export type CrmCounts = { 
/**
 * Records that were read, each time.
 */
read: number, 
/**
 * Leads that were made.
 */
new: number, 
/**
 * Leads that were changed.
 */
updated: number, 
/**
 * Records that were changed.
 */
told: number, 
/**
 * Records that were made.
 */
made: number, };

export type CrmStatus = { state: CrmState, 
/**
 * All records are being read; else only what has changed.
 */
full: boolean, 
/**
 * Pages that were read of the walk that is under way.
 */
pages: number, 
/**
 * When the last walk through all that had changed was over: what the CRM has changed since is not here yet.
 */
last_pull_at_ms: UnixMillis | null, last_full_at_ms: UnixMillis | null, next_at_ms: UnixMillis | null, 
/**
 * Leads of which the CRM is to be told.
 */
waiting_out: number, oldest_out_at_ms: UnixMillis | null, 
/**
 * Records that the CRM has named.
 */
waiting_in: number, 
/**
 * Records that are leads.
 */
linked: number, problems: number, failure: CrmFailure | null, counts: CrmCounts, };

export type SyncCrm = { 
/**
 * All records, not only what has changed; leads are told of again too.
 */
full: boolean, };

export type PauseCrm = { paused: boolean, };

/**
 * Why a record or a lead could not be kept in step.
 */
export type CrmProblemCode = "no_id" | "number" | "doubtful" | "number_taken" | "same_person" | "lead_deleted" | "not_there" | "refused";

export type CrmProblem = { id: CrmProblemId, 
/**
 * The record's id in the CRM.
 */
external_id: string | null, lead_id: LeadId | null, code: CrmProblemCode, 
/**
 * Where the value stands in the record.
 */
path: string | null, reason: Reason | null, http_status: number | null, other_id: string | null, times: number, at_ms: UnixMillis, };

export type TaskStatus = "open" | "done" | "cancelled";

export type Task = { id: TaskId, lead_id: LeadId | null, lead_name: string | null, call_id: CallId | null, 
/**
 * Null: of the team; supervisors see it.
 */
owner_id: UserId | null, owner_name: string | null, text: string, due_at_ms: UnixMillis | null, 
/**
 * When its owner is reminded next; null when they were.
 */
remind_at_ms: UnixMillis | null, 
/**
 * Of the lead, IANA.
 */
zone: string | null, 
/**
 * `agent`, `analysis` or `disposition`.
 */
made_by: string, 
/**
 * The words it was taken from, when an engine proposed it.
 */
quote: string | null, status: TaskStatus, created_at_ms: UnixMillis, };

export type UpdateTask = { status?: TaskStatus, due_at_ms?: UnixMillis, text?: string, };

/**
 * A promise to call at an hour on the customer's clock.
 */
export type Callback = { id: CallbackId, lead_id: LeadId, lead_name: string, agent_id: UserId | null, agent_name: string | null, due_at_ms: UnixMillis, 
/**
 * When the agent is reminded next; null when they were.
 */
remind_at_ms: UnixMillis | null, 
/**
 * As the customer said it, `YYYY-MM-DDTHH:MM` on their clock.
 */
local_time: string, zone: string, zone_source: string, 
/**
 * `open`, `done` or `cancelled`.
 */
status: TaskStatus, call_id: CallId | null, };

/**
 * For how long a reminder is put off.
 */
export type Snooze = "ten_minutes" | "one_hour" | "tomorrow_morning";

export type UpdateCallback = { 
/**
 * What was ticked off can be opened again.
 */
status?: TaskStatus, 
/**
 * Another hour, on the customer's own clock.
 */
at?: CallbackAt, };

/**
 * Puts a reminder off. The promised hour stays as it is.
 */
export type SnoozeFollowUp = { until: Snooze, };

/**
 * Gives tasks and callbacks to somebody else.
 */
export type ReassignFollowUps = { 
/**
 * At most 500 of both together.
 */
tasks: Array<TaskId>, callbacks: Array<CallbackId>, to: UserId, };

export type FollowUpsReassigned = { tasks: number, callbacks: number, };

export type FollowUpKind = "task" | "callback";

/**
 * Something has come due.
 */
export type Reminder = { kind: FollowUpKind, 
/**
 * Of the task or the callback.
 */
id: string, lead_id: LeadId | null, lead_name: string | null, 
/**
 * Of a task: what is to be done.
 */
text: string | null, due_at_ms: UnixMillis | null, 
/**
 * Of the person, IANA.
 */
zone: string | null, };

/**
 * One line of a person's history.
 */
export type CallOutcomeBrief = { call_id: CallId, at_ms: UnixMillis, direction: Direction, status: CallStatus, agent_name: string | null, talk_s: number, disposition: string | null, summary: string | null, };

/**
 * `Stored` is said only after the stored file was read back and its hash agreed.
 */
export type RecordingState = { "kind": "off" } | { "kind": "recording" } | { "kind": "paused" } | { "kind": "storing" } | { "kind": "stored" } | { "kind": "not_stored", reason: string, };

/**
 * Proof of what was kept.
 */
export type RecordingReceipt = { id: RecordingId, call_id: CallId, state: RecordingState, 
/**
 * `local:recordings/2026/11/20/<id>.ogg` or `s3://bucket/...`.
 */
location: string | null, expected_bytes: number | null, stored_bytes: number | null, sha256: string | null, read_back_at_ms: UnixMillis | null, duration_ms: number | null, 
/**
 * Talk time that should be in it.
 */
expected_ms: number | null, gaps: Array<RecordingGap>, channels: number, };

export type RecordingGap = { from_ms: number, to_ms: number, 
/**
 * `paused`, `restart`, `disk` or `lost`.
 */
reason: string, };

/**
 * Peaks for drawing: per channel one value 0 to 255 per bucket.
 */
export type Waveform = { buckets_per_s: number, customer: Array<number>, agent: Array<number>, };

/**
 * A link that works without a token until it runs out.
 */
export type SignedUrl = { url: string, expires_at_ms: UnixMillis, };

/**
 * What a device says of its own last second while its user is in a call. Units: dBFS, shares 0 to 1, milliseconds.
 */
export type DeviceSound = { 
/**
 * Packets that came from the server.
 */
packets: number, 
/**
 * Share of packets that were lost on the way to the device.
 */
loss: number, 
/**
 * Share of the sound that had to be made up.
 */
concealed: number, jitter_ms: number, buffer_ms: number, 
/**
 * What is played to the user.
 */
speaker_dbfs: number, 
/**
 * After echo cancellation, noise suppression and gain.
 */
mic_dbfs: number, mic_clipped: number, muted: boolean, 
/**
 * From the microphone to the encoder.
 */
capture_ms: number, 
/**
 * From the decoder to the speaker, without `buffer_ms`.
 */
playback_ms: number, 
/**
 * Times that the speaker ran dry.
 */
gaps: number, 
/**
 * How much of the speaker's sound the echo canceller takes out of the microphone; null without one.
 */
echo_removed_db: number | null, };

/**
 * Whose trouble it is.
 */
export type CauseSide = "agent" | "customer" | "server";

/**
 * The likely cause of bad sound. In the order in which they are named: the first that holds explains the later ones.
 */
export type Cause = "server_busy" | "nothing_reaches_agent" | "agent_network" | "agent_computer" | "carrier" | "agent_microphone_dead" | "agent_loud" | "agent_echo" | "agent_quiet" | "customer_loud" | "customer_echo" | "customer_quiet" | "long_delay";

/**
 * The likely cause of bad sound, and whose it is.
 */
export type SoundCause = { cause: Cause, side: CauseSide, };

/**
 * One side at one point. Null where nothing was measured.
 */
export type SideSound = { mos: number | null, loss: number | null, concealed: number | null, jitter_ms: number | null, round_trip_ms: number | null, buffer_ms: number | null, level_dbfs: number | null, clipped: number | null, echo_loss_db: number | null, };

export type SoundPoint = { at_ms: UnixMillis, 
/**
 * How long the point stands for.
 */
span_ms: number, 
/**
 * What the server received from the agent's device.
 */
agent: SideSound | null, 
/**
 * What the agent's device received.
 */
device: SideSound | null, 
/**
 * What the server received from the carrier.
 */
customer: SideSound | null, 
/**
 * The longer of both directions; the carrier's part is a planning value.
 */
mouth_to_ear_ms: number | null, cause: Cause | null, };

export type SoundMarkKind = "hold" | "agent_away" | "carrier_away" | "server_restart";

export type SoundMark = { kind: SoundMarkKind, from_ms: UnixMillis, to_ms: UnixMillis | null, };

/**
 * The figures of a call, for its page.
 */
export type CallSound = { 
/**
 * At most one point a second for ten minutes, one each ten seconds for an hour, one a minute after that.
 */
points: Array<SoundPoint>, 
/**
 * Holds and reconnects.
 */
marks: Array<SoundMark>, 
/**
 * What the opinion scores of the agent's leg are computed by.
 */
agent_model: string, 
/**
 * The same of the customer's leg.
 */
customer_model: string, };

export type Direction = "inbound" | "outbound";

/**
 * Where the sides of a call meet.
 */
export type SoundPlace = "bridge" | "conference" | "carrier";

/**
 * Where a call stands, as lists show it. The last six are final.
 */
export type CallStatus = "greeting" | "queued" | "ringing" | "in_progress" | "completed" | "abandoned" | "no_answer" | "busy" | "failed" | "cancelled";

/**
 * A call is ringing at this agent. Everything the ring card shows is in the message.
 */
export type Offer = { call_id: CallId, 
/**
 * Number of the claim; an answer with an older one is refused.
 */
fence: number, direction: Direction, offered_at_ms: UnixMillis, expires_at_ms: UnixMillis, queue_name: string | null, campaign_name: string | null, 
/**
 * How they came, outermost first: source, line, menu choice.
 */
came_by: Array<string>, waited_ms: number, 
/**
 * One sentence: "You have waited longest of 4 free agents who speak English".
 */
why: string, 
/**
 * Null when the number is not known; `caller` is then all there is.
 */
lead: LeadCard | null, caller: string, 
/**
 * Another agent passed the call on.
 */
transferred_by: string | null, };

export type OfferEnd = { "kind": "answered" } | { "kind": "taken_by", name: string, } | { "kind": "expired" } | { "kind": "caller_gone" } | { "kind": "declined" } | { "kind": "withdrawn" };

/**
 * Sound of one leg, as the server receives it. Units: dBFS, fraction 0 to 1, milliseconds, dB, MOS 1 to 4.5 (E-model
 * estimate: ITU-T G.107.1 where `wideband`, else G.107; both directions of the leg, the worse of the two).
 */
export type LegSound = { level_dbfs: number, loss: number, concealed: number, jitter_ms: number, round_trip_ms: number | null, buffer_ms: number, 
/**
 * Share of samples at the end of the range.
 */
clipped: number, 
/**
 * How much weaker what is sent to the leg comes back from it; null while no echo is heard.
 */
echo_loss_db: number | null, wideband: boolean, mos: number, };

export type Side = "agent" | "customer";

export type MonitorMode = "listen" | "whisper" | "barge";

export type Monitor = { user_id: UserId, name: string, mode: MonitorMode, since_ms: UnixMillis, };

export type TransferTarget = { "kind": "agent", user_id: UserId, } | { "kind": "queue", queue_id: QueueId, } | { "kind": "number", number: string, };

/**
 * A blind transfer under way.
 */
export type Transfer = { to: TransferTarget, to_name: string, started_at_ms: UnixMillis, };

/**
 * A call as it is now: sent whole on each change, so that the last one received is always right.
 */
export type LiveCall = { id: CallId, direction: Direction, status: CallStatus, customer_name: string | null, 
/**
 * Masked by role.
 */
customer_number: string, lead_id: LeadId | null, agent_id: UserId | null, agent_name: string | null, queue_id: QueueId | null, queue_name: string | null, campaign_id: CampaignId | null, campaign_name: string | null, came_by: Array<string>, why: string | null, started_at_ms: UnixMillis, queued_at_ms: UnixMillis | null, answered_at_ms: UnixMillis | null, 
/**
 * The customer has heard music since then.
 */
held_since_ms: UnixMillis | null, recording: RecordingState, monitors: Array<Monitor>, transfer: Transfer | null, 
/**
 * Sound was heard from both sides.
 */
both_heard: boolean, 
/**
 * No packet from that side for 3 s.
 */
silent_side: Side | null, 
/**
 * The agent's device is away since then; the customer hears music for up to 30 s.
 */
reconnecting_since_ms: UnixMillis | null, agent_sound: LegSound | null, customer_sound: LegSound | null, 
/**
 * What the agent's device says of its side.
 */
device_sound: DeviceSound | null, 
/**
 * The longer of both directions, milliseconds.
 */
mouth_to_ear_ms: number | null, 
/**
 * What is most likely wrong with the sound now.
 */
sound_cause: SoundCause | null, 
/**
 * Keys that the customer pressed while talking.
 */
customer_keys: string, 
/**
 * What this carrier cannot do in a live call: `hold`, `transfer`, `dtmf`.
 */
unsupported: Array<string>, 
/**
 * Where the sides meet.
 */
sound_at: SoundPlace, 
/**
 * Drawn from the simulator.
 */
simulated: boolean, };

/**
 * Answer with the fence of the offer. `media_session_id` names the device that shall carry the sound.
 */
export type AnswerCall = { fence: number, media_session_id: MediaSessionId | null, };

export type DeclineCall = { fence: number, };

/**
 * Calls a lead, or a number as typed.
 */
export type PlaceCall = { lead_id?: LeadId, number?: string, campaign_id?: CampaignId, 
/**
 * Of the lease under which the lead was handed out.
 */
fence?: number, 
/**
 * A person asks for it although the number was dialed just now.
 */
again?: boolean, 
/**
 * The agent speaks by the telephone of their own that stands in their profile, which the carrier calls first.
 */
by_phone?: boolean, };

export type StartTransfer = { to: TransferTarget, };

/**
 * Leaves a recorded message on the customer's answering machine.
 */
export type LeaveVoicemail = { 
/**
 * Absent leaves the one that is chosen in the settings.
 */
message_id: VoicemailId | null, };

export type SendDigits = { 
/**
 * `0-9 * # A-D`, at most 32.
 */
digits: string, };

/**
 * Null stops monitoring.
 */
export type SetMonitor = { mode: MonitorMode | null, media_session_id: MediaSessionId | null, };

/**
 * Notes while the call runs and during wrap-up; at most 500 characters. A `revision` not above the stored one is ignored.
 */
export type SaveNotes = { text: string, revision: number, };

/**
 * When to call back: the hour on the customer's own clock.
 */
export type CallbackAt = { 
/**
 * `YYYY-MM-DDTHH:MM`.
 */
local_time: string, zone: string, };

/**
 * The agent's result. Sent with an `Idempotency-Key`; the same key again changes nothing.
 */
export type SaveDisposition = { code: string, sub_code?: string, notes: string, callback?: CallbackAt, 
/**
 * Required fields of the code, by key.
 */
fields: { [key in string]: string }, 
/**
 * When the agent pressed save; kept when the message arrives later.
 */
made_at_ms: UnixMillis, 
/**
 * After saving: take the next call, or go on break.
 */
then: AfterWrapUp, };

export type AfterWrapUp = "available" | "break";

/**
 * One consequence of a disposition, shown before saving and carried out after it.
 */
export type DispositionEffect = { "kind": "callback", due_at_ms: UnixMillis, local_time: string, zone: string, } | { "kind": "retry", due_at_ms: UnixMillis, } | { "kind": "task", text: string, due_at_ms: UnixMillis | null, } | { "kind": "do_not_call" } | { "kind": "stage", to: string, } | { "kind": "heat", to: Heat, } | { "kind": "mark_invalid" } | { "kind": "escalate" } | { "kind": "visit", due_at_ms: UnixMillis, } | { "kind": "nurture", sequence: string, again_at_ms: UnixMillis, } | { "kind": "reassign", language: string, due_at_ms: UnixMillis, } | { "kind": "leaves_retries" };

export type DispositionResult = { effects: Array<DispositionEffect>, task: Task | null, callback: Callback | null, };

/**
 * One row of call history.
 */
export type CallRow = { id: CallId, direction: Direction, status: CallStatus, started_at_ms: UnixMillis, ended_at_ms: UnixMillis | null, customer_name: string | null, customer_number: string, lead_id: LeadId | null, agent_id: UserId | null, agent_name: string | null, queue_name: string | null, campaign_name: string | null, wait_ms: number, ring_ms: number, talk_ms: number, disposition: string | null, 
/**
 * -100 to 100.
 */
sentiment: number | null, lead_quality: number | null, hot: boolean, summary: string | null, recording: RecordingState, analysis: AnalysisStatus, simulated: boolean, };

/**
 * Filters of call history; all optional, combined with and.
 */
export type CallFilter = { status?: CallStatus, direction?: Direction, agent_id?: UserId, queue_id?: QueueId, lead_id?: LeadId, disposition?: string, from_ms?: UnixMillis, to_ms?: UnixMillis, 
/**
 * Name, or the last digits of the number.
 */
search?: string, cursor?: string, 
/**
 * 1 to 200; 50 when absent.
 */
limit?: number, };

export type CallDetail = { row: CallRow, came_by: Array<string>, provider: string, provider_call_id: string | null, notes: string, sub_disposition: string | null, dispositioned_at_ms: UnixMillis | null, receipt: RecordingReceipt | null, why: RoutingDecision | null, events: Array<CallEventRow>, holds: Array<Span>, 
/**
 * What the carrier asks for it; null until it has billed the call.
 */
cost: Cost | null, };

/**
 * An amount in the carrier's own words.
 */
export type Cost = { 
/**
 * Decimal text, such as `0.0085`.
 */
amount: string, 
/**
 * ISO 4217; empty where the carrier does not say.
 */
unit: string, };

export type Span = { from_ms: UnixMillis, to_ms: UnixMillis | null, };

/**
 * One line of the event log, in words the UI translates by `kind`.
 */
export type CallEventRow = { seq: number, at_ms: UnixMillis, kind: string, data: Record<string, unknown>, };

/**
 * Why a call went where it went, with everyone who was considered.
 */
export type RoutingDecision = { call_id: CallId, at_ms: UnixMillis, 
/**
 * `round_robin`, `least_busy` or `skill`, with the queue's version.
 */
rule: string, rule_version: number, chosen: UserId | null, sentence: string, candidates: Array<Candidate>, took_us: number, };

export type Candidate = { user_id: UserId, name: string, score: number | null, 
/**
 * Parts of the score, such as `idle 16`, `skill 30`, `owner 40`.
 */
parts: Array<string>, 
/**
 * Why passed over: `in_wrap_up`, `unreachable`, `on_call`, `break`, `lacks_skill`, `declined`, `offline`.
 */
passed_over: string | null, };

export type AnalysisStatus = { "kind": "none", reason: string, } | { "kind": "pending" } | { "kind": "transcribing" } | { "kind": "analysing" } | { "kind": "completed" } | { "kind": "failed", reason: string, message: string, };

export type CallIntelligence = { call_id: CallId, status: AnalysisStatus, transcript: Transcript | null, analysis: Analysis | null, analysed_at_ms: UnixMillis | null, 
/**
 * Fields of the lead that this analysis changed, with undo.
 */
changes: Array<LeadChange>, 
/**
 * Values proposed and not written, because a person had entered another; accept writes them.
 */
proposals: Array<FieldProposal>, };

export type FieldProposal = { field: string, current: string | null, proposed: string, quote: string, at_s: number, confidence: number, engine: string, };

export type AcceptProposal = { field: string, };

export type JobStatus = "waiting" | "running" | "done" | "dead";

export type Job = { id: JobId, 
/**
 * `store_recording`, `transcribe`, `analyse`.
 */
kind: string, call_id: CallId | null, status: JobStatus, attempts: number, max_attempts: number, run_at_ms: UnixMillis, last_error: string | null, created_at_ms: UnixMillis, finished_at_ms: UnixMillis | null, };

export type RoutingStrategy = "round_robin" | "least_busy" | "skill";

export type Queue = { id: QueueId, name: string, strategy: RoutingStrategy, member_ids: Array<UserId>, skills: Array<string>, 
/**
 * Ring time at one agent, 5 to 60 s.
 */
ring_s: number, 
/**
 * Wrap-up after a call, 0 to 600 s.
 */
wrap_up_s: number, 
/**
 * Beyond it callers are told that lines are busy.
 */
max_size: number, 
/**
 * Longest wait before the overflow, 10 to 3600 s.
 */
max_wait_s: number, target_answer_s: number, recording: boolean, version: number, };

/**
 * Body of create and update of a queue (all fields).
 */
export type QueueInput = { name: string, strategy: RoutingStrategy, member_ids: Array<UserId>, skills: Array<string>, ring_s: number, wrap_up_s: number, max_size: number, max_wait_s: number, target_answer_s: number, recording: boolean, };

export type Number = { id: NumberId, 
/**
 * E.164.
 */
number: string, label: string, queue_id: QueueId | null, campaign_id: CampaignId | null, 
/**
 * Spoken before the queue, with the recording notice.
 */
greeting: string, 
/**
 * A recorded message that callers hear in place of it, where it can be played: by Twilio and by trunks.
 */
greeting_message_id: VoicemailId | null, language: string, provider: NumberProvider, media: NumberMedia, 
/**
 * Where the carrier shall send this number's calls.
 */
webhook_url: string, last_call_at_ms: UnixMillis | null, };

export type NumberInput = { number: string, label: string, queue_id: QueueId | null, campaign_id: CampaignId | null, greeting: string, 
/**
 * One of the recorded messages; none speaks `greeting`, which a trunk cannot.
 */
greeting_message_id: VoicemailId | null, language: string, provider: NumberProvider, media: NumberMedia, };

/**
 * A number of the carrier account that people called and that is not in the tenant's list.
 */
export type UnknownNumber = { 
/**
 * As the carrier says it.
 */
number: string, calls: number, first_at_ms: UnixMillis, last_at_ms: UnixMillis, };

/**
 * Which account or trunk brings a number's calls.
 */
export type NumberProvider = "twilio" | "exotel" | "sip";

/**
 * Where the sides of a number's calls meet.
 */
export type NumberMedia = "bridge" | "conference";

/**
 * Where a number of the carrier account sends its calls.
 */
export type NumberRoute = "here" | "here_in_part" | "elsewhere" | "nowhere";

/**
 * Whom a number of the carrier account tells of its text messages.
 */
export type MessageRoute = "here" | "elsewhere" | "nowhere" | "not_taken";

/**
 * A number as the carrier account has it.
 */
export type CarrierNumber = { 
/**
 * The carrier's id of it.
 */
id: string, 
/**
 * E.164.
 */
number: string, label: string, route: NumberRoute, 
/**
 * Where its calls go now; empty when nowhere.
 */
voice_url: string, messages: MessageRoute, 
/**
 * Where its text messages go now; empty when nowhere.
 */
message_url: string, 
/**
 * It is in the tenant's list, and so its calls ring somewhere.
 */
in_list: boolean, };

/**
 * The numbers of the carrier account.
 */
export type CarrierNumbers = { 
/**
 * By number.
 */
numbers: Array<CarrierNumber>, 
/**
 * Why they could not be read, or the one could not be connected, and what to do.
 */
problem: string | null, };

/**
 * Sends a number's calls here.
 */
export type ConnectNumber = { 
/**
 * As in [`CarrierNumber::id`].
 */
id: string, 
/**
 * Its text messages come here as well; false leaves them where they go now.
 */
messages: boolean, };

/**
 * What becomes of recordings that the carrier has made.
 */
export type CarrierRecordings = { 
/**
 * They are deleted there once ours is stored and read back; carriers that cannot delete keep them.
 */
delete_when_stored: boolean, };

/**
 * A recorded message that is left on answering machines.
 */
export type VoicemailMessage = { id: VoicemailId, name: string, length_ms: number, created_at_ms: UnixMillis, };

/**
 * A new message: WAV or Ogg-Opus of at most 60 s.
 */
export type VoicemailMessageInput = { 
/**
 * 1 to 60 characters, another one for each message.
 */
name: string, 
/**
 * The file, as base 64 with padding.
 */
sound: string, };

/**
 * Which message is left, and when.
 */
export type VoicemailSettings = { 
/**
 * The one that the agents' key leaves; none switches it off.
 */
message_id: VoicemailId | null, 
/**
 * It is left by itself in campaigns that ask the carrier about machines, once the machine's greeting is over.
 */
when_machine: boolean, };

/**
 * Numbers that stand between people and agents.
 */
export type PoolId = string;

/**
 * One of them between one person and one agent.
 */
export type MappingId = string;

/**
 * Numbers of which each stands between one person and one agent for a while.
 */
export type MaskingPool = { id: PoolId, name: string, 
/**
 * Of the tenant's numbers; each is in one pool at most.
 */
number_ids: Array<NumberId>, 
/**
 * How long a mapping is good after its last use.
 */
lasts_s: number, on: boolean, 
/**
 * Mappings of its numbers that are good now.
 */
mappings: number, 
/**
 * One of them is Twilio's, whose numbers pass text messages on; other carriers bring none.
 */
takes_messages: boolean, };

/**
 * Body of create and update of a pool (all fields).
 */
export type MaskingPoolInput = { 
/**
 * 1 to 60 characters, another one for each pool.
 */
name: string, 
/**
 * At most 500.
 */
number_ids: Array<NumberId>, 
/**
 * 1 hour to 90 days, in seconds.
 */
lasts_s: number, on: boolean, };

/**
 * One virtual number between one person and one agent.
 */
export type MaskingMapping = { id: MappingId, 
/**
 * The virtual number, E.164: both sides call it to reach the other.
 */
number: string, lead_id: LeadId, lead_name: string, agent_id: UserId, agent_name: string, created_at_ms: UnixMillis, expires_at_ms: UnixMillis, };

/**
 * For a virtual number between the asker and one of their leads.
 */
export type AskMapping = { lead_id: LeadId, };

/**
 * Numbers that are called only if an admin has allowed it.
 */
export type DialingSettings = { emergency: boolean, premium: boolean, satellite: boolean, };

/**
 * Exotel account. Secrets go in and never come out.
 */
export type ExotelSettings = { 
/**
 * Empty when none is set up.
 */
account_sid: string, has_api_key: boolean, has_api_token: boolean, 
/**
 * Base of the REST API; empty for the Mumbai cluster.
 */
api_base: string, 
/**
 * Public HTTPS address under which Exotel reaches this server.
 */
public_url: string, 
/**
 * Id of the flow that carries outbound calls here; empty when agents speak by telephones of their own.
 */
flow: string, 
/**
 * Addresses or networks that may ask; empty for all.
 */
allowed: Array<string>, simulated: boolean, 
/**
 * What to enter in the flow editor; empty until an account is saved.
 */
applets: Array<ExotelApplet>, };

/**
 * An address for one applet of a flow. It holds the secret by which Exotel's requests are known.
 */
export type ExotelApplet = { 
/**
 * `passthru`, `greeting`, `voicebot`, `after_voicebot`, `ended`, `connect`, `gather`.
 */
applet: string, url: string, };

export type ExotelSettingsInput = { account_sid: string, 
/**
 * Absent keeps the one that is stored.
 */
api_key: string | null, api_token: string | null, api_base: string, public_url: string, flow: string, allowed: Array<string>, 
/**
 * Makes a new secret for the addresses of the applets; those of before are refused from then on.
 */
new_secret: boolean, };

/**
 * How numbers are written in requests to a trunk.
 */
export type NumberFormat = "plus" | "digits" | "double_zero" | "national";

/**
 * Which number the called person sees.
 */
export type CallerId = { "kind": "of_the_call" } | { "kind": "always", number: string, } | { "kind": "withheld" };

/**
 * Who joins a caller with the number that an agent passes the call on to.
 */
export type PassingOn = "ours" | "refer" | "refer_answered";

/**
 * What a trunk may be used for. Zero is "without limit" for the three numbers.
 */
export type Limits = { 
/**
 * Calls at once, both directions.
 */
concurrent: number, 
/**
 * New calls within a second, both directions.
 */
per_second: number, 
/**
 * Hundredths of the currency in a day of UTC; calls of the day count by `per_minute`.
 */
daily_spend: number, 
/**
 * What a minute of an outgoing call costs, in hundredths of the currency.
 */
per_minute: number, 
/**
 * Country codes and longer beginnings without `+`, such as `91` or `4420`. Empty: all.
 */
prefixes: Array<string>, };

/**
 * How a trunk knows us.
 */
export type TrunkKind = "peer" | "register";

/**
 * One SIP trunk as it is set up.
 */
export type TrunkSettings = { name: string, enabled: boolean, 
/**
 * The lowest is tried first.
 */
priority: number, kind: TrunkKind, 
/**
 * `sip.carrier.example`, with a port if it is not the usual one.
 */
host: string, 
/**
 * `udp`, `tcp` or `tls`.
 */
transport: string, 
/**
 * Requests go through it; empty for none.
 */
proxy: string, username: string, 
/**
 * When it is not the user name.
 */
auth_name: string, 
/**
 * Addresses that calls may come from, beside that of the host.
 */
peers: Array<string>, 
/**
 * `opus`, `g722`, `pcma`, `pcmu`, best first.
 */
codecs: Array<string>, 
/**
 * Sound is sealed (SRTP), or the call is not made.
 */
srtp: boolean, 
/**
 * ISO 3166 alpha-2: how numbers without a country code are read.
 */
country: string, number_format: NumberFormat, 
/**
 * Dialed before every number.
 */
prefix: string, caller_id: CallerId, 
/**
 * Names our number in `P-Asserted-Identity` too.
 */
asserted_identity: boolean, 
/**
 * What becomes of a caller whom an agent passes on to a number.
 */
passing_on: PassingOn, 
/**
 * Asked so often whether it is there, in seconds; 0: never.
 */
keep_alive_s: number, limits: Limits, };

/**
 * How a trunk is now.
 */
export type TrunkState = { 
/**
 * `None`: not known yet, or it is not asked.
 */
reachable: boolean | null, round_trip_ms: number | null, 
/**
 * `None` for a trunk that we do not register with.
 */
registered: boolean | null, problem: string | null, checked_at_ms: UnixMillis | null, calls_now: number, 
/**
 * Whole outgoing minutes of today.
 */
minutes_today: number, 
/**
 * Hundredths of the currency.
 */
spent_today: number, };

export type Trunk = { id: TrunkId, settings: TrunkSettings, has_password: boolean, state: TrunkState, };

/**
 * A SIP telephone or softphone that stands for an agent's device.
 */
export type Extension = { id: ExtensionId, 
/**
 * What the telephone registers as; unique on this server.
 */
username: string, user_id: UserId, has_password: boolean, 
/**
 * Where it is registered from, without a port; none while it is not.
 */
registered_from: string | null, user_agent: string | null, expires_at_ms: UnixMillis | null, };

/**
 * Everything about SIP of one organisation.
 */
export type SipSettings = { trunks: Array<Trunk>, extensions: Array<Extension>, 
/**
 * Where this server listens, such as `udp 0.0.0.0:5060`; empty while it does not.
 */
listens: Array<string>, 
/**
 * Why it does not listen.
 */
problem: string | null, };

export type TrunkInput = { 
/**
 * Absent for a new one.
 */
id: TrunkId | null, settings: TrunkSettings, 
/**
 * Absent keeps the one that is stored.
 */
password: string | null, };

export type ExtensionInput = { id: ExtensionId | null, username: string, user_id: UserId, password: string | null, };

/**
 * What is not in the lists is removed.
 */
export type SipSettingsInput = { trunks: Array<TrunkInput>, extensions: Array<ExtensionInput>, };

export type TestTrunk = { trunk_id: TrunkId, };

export type CampaignState = "draft" | "active" | "paused" | "completed";

/**
 * Hours in which people may be called, on their own clock. Minutes of the day, `from` below `to`.
 */
export type CallingHours = { 
/**
 * 1 Monday to 7 Sunday.
 */
days: Array<number>, from_minute: number, to_minute: number, };

export type ScriptStep = { title: string, say: string, 
/**
 * Lead fields that this step finds out.
 */
fields: Array<string>, };

/**
 * What follows by itself after an outcome.
 */
export type NextAction = { "kind": "none" } | { "kind": "callback" } | { "kind": "retry", after_minutes: number, } | { "kind": "task", text: string, due_in_minutes: number | null, } | { "kind": "do_not_call" } | { "kind": "mark_invalid" } | { "kind": "escalate" } | { "kind": "reschedule", after_minutes: number, } | { "kind": "visit", due_in_minutes: number, } | { "kind": "nurture", sequence: string, after_days: number, } | { "kind": "reassign_by_language" };

/**
 * One outcome that agents can choose.
 */
export type Disposition = { code: string, label: string, 
/**
 * `connected`, `not_connected` or `special`.
 */
group: string, 
/**
 * `ok`, `warn`, `live`, `neutral`: token of the design system, always beside the word.
 */
tone: string, sub_codes: Array<SubDisposition>, 
/**
 * Keys that must be filled in: `sub_code`, `notes`, or a lead field.
 */
required: Array<string>, next_action: NextAction, stage: string | null, 
/**
 * `1` to `9` or `a` to `z`; without one it takes the next free digit.
 */
shortcut: string | null, };

export type SubDisposition = { code: string, label: string, };

/**
 * The outcomes that agents of some campaigns choose from.
 */
export type DispositionSetId = string;

/**
 * What a campaign is for; says with which outcomes its set begins.
 */
export type DispositionSetKind = "sales" | "service" | "collections" | "survey";

/**
 * The outcomes that agents of some campaigns choose from. A call keeps the version that was in force when it began.
 */
export type DispositionSet = { id: DispositionSetId, name: string, kind: DispositionSetKind, 
/**
 * In the order in which agents see them.
 */
dispositions: Array<Disposition>, 
/**
 * Campaigns that have it now, by name.
 */
campaigns: Array<string>, 
/**
 * Of this version.
 */
made_by: string, made_at_ms: UnixMillis, archived_at_ms: UnixMillis | null, version: number, };

export type DispositionSetInput = { 
/**
 * 1 to 60 characters, another one for each set that is in use.
 */
name: string, kind: DispositionSetKind, 
/**
 * 1 to 60.
 */
dispositions: Array<Disposition>, 
/**
 * Of a change: the version that was read.
 */
version: number | null, };

export type CopyDispositionSet = { name: string, };

export type ArchiveDispositionSet = { 
/**
 * False takes it out again.
 */
archived: boolean, };

export type DispositionSetVersion = { version: number, dispositions: Array<Disposition>, made_by: string, made_at_ms: UnixMillis, };

/**
 * With which outcomes a set of a kind begins.
 */
export type DispositionTemplate = { kind: DispositionSetKind, dispositions: Array<Disposition>, };

/**
 * A set that is being edited, and an outcome that an agent would choose of it for a lead who has just come in.
 */
export type TryDispositions = { dispositions: Array<Disposition>, input: SaveDisposition, };

/**
 * Asks for a link by which a person opts out without signing in.
 */
export type AskOptOutLink = { channel: ConsentChannel, 
/**
 * 1 to 40 of `a-z 0-9 - _`.
 */
purpose: string, };

/**
 * A link for the foot of an e-mail, and for its `List-Unsubscribe` header (RFC 8058).
 */
export type OptOutLink = { url: string, expires_at_ms: UnixMillis, };

/**
 * By what the national registry is asked.
 */
export type RegistryKind = "off" | "http" | "list";

export type RegistrySettings = { kind: RegistryKind, url: string, has_token: boolean, 
/**
 * How long an answer, or a list from its upload on, is good.
 */
valid_days: number, 
/**
 * Numbers of the list.
 */
listed: number, 
/**
 * Null: no list.
 */
list_until_ms: UnixMillis | null, };

export type RegistrySettingsInput = { kind: RegistryKind, 
/**
 * `https://`
 */
url: string, 
/**
 * For `Authorization: Bearer`. Absent keeps the one that is stored.
 */
token: string | null, 
/**
 * 1 to 366.
 */
valid_days: number, };

export type RegistryUpload = { 
/**
 * One number in each line, at most 5,000 lines.
 */
text: string, 
/**
 * Those of before are taken off.
 */
replace: boolean, };

/**
 * Asks the registry about one number now, whatever was answered before.
 */
export type TestRegistry = { number: string, };

export type Campaign = { id: CampaignId, name: string, state: CampaignState, caller_id: string | null, script: Array<ScriptStep>, 
/**
 * Those in force: of the set, its own, or the default ones.
 */
dispositions: Array<Disposition>, disposition_set_id: DispositionSetId | null, 
/**
 * They are written down in the campaign itself.
 */
own_dispositions: boolean, 
/**
 * The key by which people who are called opt out; null: none.
 */
opt_out_key: string | null, hours: CallingHours, recording: boolean, 
/**
 * The carrier says whether a person or a machine took an outbound call; the agent and the call's page are told.
 */
detect_machines: boolean, 
/**
 * Calls go out by the number of the list that is nearest to the person called.
 */
local_presence: boolean, agent_ids: Array<UserId>, version: number, };

export type CampaignInput = { name: string, state: CampaignState, caller_id: string | null, script: Array<ScriptStep>, 
/**
 * Empty takes the default set, or the one that is named.
 */
dispositions: Array<Disposition>, disposition_set_id: DispositionSetId | null, 
/**
 * One of 0-9 * #.
 */
opt_out_key: string | null, hours: CallingHours, recording: boolean, detect_machines: boolean, local_presence: boolean, agent_ids: Array<UserId>, };

export type DncEntry = { id: DncId, number: string, 
/**
 * Null: for all campaigns.
 */
campaign_id: CampaignId | null, 
/**
 * Null: for ever.
 */
until_ms: UnixMillis | null, 
/**
 * False when its time is over.
 */
in_force: boolean, reason: string, 
/**
 * A `WishSource`.
 */
source: string, 
/**
 * What shows that it was wanted, such as a call or a letter; null for roles that may not see contact data.
 */
proof: string | null, added_by: string | null, added_at_ms: UnixMillis, };

export type AddDnc = { number: string, reason: string, campaign_id?: CampaignId, until_ms?: UnixMillis, source?: WishSource, proof?: string, };

/**
 * A list of numbers: a text with one in each line, or separated text of which the first cell that holds a number counts.
 */
export type DncUpload = { 
/**
 * At most 5,000 lines.
 */
text: string, reason: string, campaign_id?: CampaignId, until_ms?: UnixMillis, proof?: string, };

/**
 * What became of the lines of a list.
 */
export type DncUploaded = { added: number, 
/**
 * On the list for as long already.
 */
known: number, wrong: number, 
/**
 * The first 50 of them.
 */
wrong_lines: Array<WrongLine>, };

export type WrongLine = { 
/**
 * From 1.
 */
line: number, problem: Reason, };

/**
 * By what somebody is contacted.
 */
export type ConsentChannel = "call" | "sms" | "whatsapp" | "email";

/**
 * How a wish about being contacted came in.
 */
export type WishSource = "agent" | "keypad" | "customer" | "import" | "upload" | "form" | "api" | "message" | "link";

/**
 * Why nobody may call.
 */
export type Objection = { "kind": "marked" } | { "kind": "listed", 
/**
 * `null`: for ever.
 */
until_ms: UnixMillis | null, 
/**
 * For the campaign only.
 */
of_campaign: boolean, } | { "kind": "withdrawn", purpose: string, } | { "kind": "in_registry", 
/**
 * Until when the answer is good.
 */
until_ms: UnixMillis, } | { "kind": "registry_unknown" };

/**
 * Carrier account. Secrets go in and never come out: `has_auth_token` says that one is kept.
 */
export type CarrierSettings = { 
/**
 * `twilio`, or empty when none is set up.
 */
provider: string, account_sid: string, has_auth_token: boolean, 
/**
 * Base of the REST API; empty for the vendor's own.
 */
api_base: string, 
/**
 * Public HTTPS address under which the carrier reaches this server.
 */
public_url: string, simulated: boolean, };

export type CarrierSettingsInput = { provider: string, account_sid: string, 
/**
 * Absent keeps the one that is stored.
 */
auth_token: string | null, api_base: string, public_url: string, };

export type StorageSettings = { "kind": "local", folder: string, } | { "kind": "s3", endpoint: string, bucket: string, region: string, prefix: string, access_key_id: string, has_secret: boolean, path_style: boolean, };

export type StorageSettingsInput = { "kind": "local" } | { "kind": "s3", endpoint: string, bucket: string, region: string, prefix: string, access_key_id: string, secret_access_key: string | null, path_style: boolean, };

/**
 * Speech and language engines. Without a speech engine calls are not transcribed, and say so.
 */
export type EngineSettings = { speech: Engine | null, 
/**
 * None: the built-in rules analyse.
 */
language: Engine | null, auto_transcribe: boolean, auto_analyse: boolean, 
/**
 * Shorter calls are not transcribed.
 */
min_call_s: number, update_leads: boolean, };

/**
 * An OpenAI-compatible service.
 */
export type Engine = { base_url: string, model: string, has_key: boolean, simulated: boolean, };

export type EngineInput = { base_url: string, model: string, api_key: string | null, };

export type EngineSettingsInput = { speech: EngineInput | null, language: EngineInput | null, auto_transcribe: boolean, auto_analyse: boolean, min_call_s: number, update_leads: boolean, };

/**
 * Result of a "test this" button.
 */
export type TestResult = { ok: boolean, took_ms: number, 
/**
 * What was tried and what came back, and what to do if it failed.
 */
message: string, };

export type AuditEntry = { id: AuditId, at_ms: UnixMillis, user_id: UserId | null, user_name: string | null, action: string, subject: string, data: Record<string, unknown>, };

/**
 * What the next call to a lead would be.
 */
export type WorklistKind = "fresh" | "callback" | "retry";

/**
 * One reason, the weightiest first.
 */
export type WorklistReason = { "kind": "promised", due_at_ms: UnixMillis, } | { "kind": "promised_later", due_at_ms: UnixMillis, } | { "kind": "hot" } | { "kind": "warm" } | { "kind": "fresh", since_at_ms: UnixMillis, } | { "kind": "retry_due", due_at_ms: UnixMillis, } | { "kind": "retry_later", due_at_ms: UnixMillis, } | { "kind": "attempts", count: number, };

/**
 * In which order the worklist is shown; handing out always takes the best.
 */
export type WorklistSort = "best" | "newest" | "oldest" | "longest_silent" | "fewest_attempts";

/**
 * Filters of the worklist; all optional, combined with and.
 */
export type WorklistFilter = { kind?: WorklistKind, heat?: Heat, source?: string, campaign_id?: CampaignId, 
/**
 * Came in at or after this instant.
 */
created_from_ms?: UnixMillis, 
/**
 * Words of the name or of notes, or the last digits of the number.
 */
search?: string, sort?: WorklistSort, 
/**
 * Of whom; only supervisors may see another's. One's own when absent.
 */
owner_id?: UserId, cursor?: string, 
/**
 * 1 to 200; 50 when absent.
 */
limit?: number, };

/**
 * Why a lead must not be called now.
 */
export type WorklistHindrance = { "kind": "do_not_call", until_ms: UnixMillis | null, } | { "kind": "consent_withdrawn", purpose: string, } | { "kind": "in_registry", until_ms: UnixMillis, } | { "kind": "campaign_not_active" } | { "kind": "tries_used", most: number, } | { "kind": "not_due", due_at_ms: UnixMillis, } | { "kind": "closed", opens_at_ms: UnixMillis | null, } | { "kind": "just_dialed", until_ms: UnixMillis, } | { "kind": "held", by: string, until_ms: UnixMillis, };

/**
 * One lead of the worklist.
 */
export type WorklistEntry = { lead: Lead, kind: WorklistKind, 
/**
 * Null for a fresh lead that may be called at once.
 */
due_at_ms: UnixMillis | null, 
/**
 * Why it stands here, the weightiest reason first.
 */
reasons: Array<WorklistReason>, 
/**
 * Null: it may be called now.
 */
hindrance: WorklistHindrance | null, last_call: CallOutcomeBrief | null, callback: Callback | null, 
/**
 * The soonest open task.
 */
promise: Task | null, 
/**
 * It belongs to nobody yet and goes to whoever takes it.
 */
shared: boolean, };

/**
 * Leads of each kind; from 250 on it may be more.
 */
export type WorklistCounts = { fresh: number, callback: number, retry: number, 
/**
 * Of all these, whose time has come.
 */
due: number, };

/**
 * Asks for the next lead. The one that is held already stays held.
 */
export type AskNext = { kind?: WorklistKind, campaign_id?: CampaignId, };

/**
 * A lead that is held for the one who asked.
 */
export type HeldLead = { entry: WorklistEntry, card: LeadCard, 
/**
 * To be shown when the lead is dialed: an older one is refused.
 */
fence: number, held_until_ms: UnixMillis, };

/**
 * The next lead, or why there is none.
 */
export type NextLead = { "kind": "lead", lead: HeldLead, } | { "kind": "none", 
/**
 * Leads whose time has come and that must not be called now nevertheless, among the first that were looked at.
 */
closed: number, campaign_not_active: number, tries_used: number, 
/**
 * On the do-not-call list for a while, or without consent.
 */
do_not_call: number, 
/**
 * When calling hours open for the first of those.
 */
opens_at_ms: UnixMillis | null, };

/**
 * Goes on holding a lead.
 */
export type RenewLease = { fence: number, };

export type LeaseState = { lead_id: LeadId, fence: number, held_until_ms: UnixMillis, };

/**
 * Lets go of a lead without a call.
 */
export type SkipLead = { fence: number, 
/**
 * It comes again after so long; at once for somebody else when absent.
 */
again_in_minutes?: number, };

/**
 * How leads are handed out.
 */
export type HandOutSettings = { 
/**
 * No number is dialed twice within it, 0 to 86400.
 */
min_gap_s: number, 
/**
 * Tries without an answer after which a lead is not handed out any more, 1 to 100.
 */
most_attempts: number, 
/**
 * How long a lead is held for the agent who got it, 60 to 3600.
 */
lease_s: number, };

/**
 * How a rule chooses among its agents.
 */
export type AssignmentStrategy = "round_robin" | "least_loaded" | "source_owner" | "language" | "random";

/**
 * Agents under a name, for rules to refer to.
 */
export type AgentGroup = { id: string, name: string, agent_ids: Array<UserId>, };

/**
 * How a field is compared. Texts are compared without regard to case and outer blanks; numbers as numbers.
 */
export type LeadOperator = "is" | "is_not" | "contains" | "starts_with" | "at_least" | "at_most" | "is_set" | "is_not_set";

/**
 * A tree of comparisons. An empty `all` is always so, an empty `any` never.
 */
export type LeadCondition = { "kind": "all", of: Array<LeadCondition>, } | { "kind": "any", of: Array<LeadCondition>, } | { "kind": "field", field: string, operator: LeadOperator, values: Array<string>, };

export type AssignmentRule = { 
/**
 * Stays when the rule is changed or moved, so that its turn and its figures go on.
 */
id: string, name: string, on: boolean, when: LeadCondition, strategy: AssignmentStrategy, agent_ids: Array<UserId>, group_ids: string[], 
/**
 * For [`Strategy::SourceOwner`]: which agent is for which source.
 */
source_owners: Record<string, UserId>, 
/**
 * For [`Strategy::Random`].
 */
seed: number, 
/**
 * Open leads that an agent may have, those of all rules counted.
 */
most_open: number | null, 
/**
 * Leads that an agent gets by rules in a day of the organisation.
 */
most_per_day: number | null, 
/**
 * Hours in which the rule gives, on the organisation's clock; always when absent.
 */
hours: CallingHours | null, };

/**
 * What becomes of a lead that no rule gives to anybody.
 */
export type AssignmentFallback = { "kind": "shared" } | { "kind": "agents", agent_ids: Array<UserId>, };

/**
 * All rules of an organisation, asked from the first to the last.
 */
export type AssignmentRuleSet = { 
/**
 * The rules give leads out by themselves.
 */
on: boolean, rules: Array<AssignmentRule>, groups: Array<AgentGroup>, fallback: AssignmentFallback, 
/**
 * A lead whose owner still works here stays with them.
 */
sticky: boolean, 
/**
 * A lead that its owner did not touch for so many days goes to somebody else.
 */
idle_days: number | null, };

/**
 * About the rule at a place of the set; nothing of it is forbidden.
 */
export type AssignmentWarning = { "kind": "nobody", rule: number, } | { "kind": "left_agents", rule: number, count: number, } | { "kind": "never_reached", rule: number, because_of: number, } | { "kind": "no_sources", rule: number, } | { "kind": "no_fallback" } | { "kind": "only_one_agent" };

/**
 * Why a rule whose condition held gave the lead to nobody.
 */
export type AssignmentNotBy = "nobody_left" | "open_full" | "day_full" | "outside_hours" | "no_source_owner" | "no_speaker";

/**
 * A comparison of the rule that the lead met.
 */
export type AssignmentMatch = { field: string, operator: LeadOperator, values: Array<string>, };

/**
 * A rule before it that fits too and gave the lead to nobody.
 */
export type AssignmentPassed = { rule: string, why: AssignmentNotBy, };

/**
 * Why a lead is whose it is. Rules and people have the names that they had then.
 */
export type AssignmentReason = { "kind": "keeps", agent: string, } | { "kind": "rule", rule: string, version: number, agent: string, strategy: AssignmentStrategy, met: Array<AssignmentMatch>, passed: Array<AssignmentPassed>, } | { "kind": "fallback", version: number, agent: string | null, passed: Array<AssignmentPassed>, } | { "kind": "owner_left", left: string, } | { "kind": "given_on", left: string, } | { "kind": "person", by: string, to: string | null, } | { "kind": "language", language: string, speaks: string, does_not: string, } | { "kind": "undone" } | { "kind": "said", sentence: string, };

/**
 * One change of a lead's owner.
 */
export type AssignmentId = string;

/**
 * The rules in force. Version 0: none were made yet.
 */
export type AssignmentRules = { set: AssignmentRuleSet, version: number, made_at_ms: UnixMillis | null, made_by: string | null, 
/**
 * What the rules will not do as their author may think.
 */
warnings: Array<AssignmentWarning>, };

export type SaveAssignmentRules = { set: AssignmentRuleSet, 
/**
 * The one that was read; refused when somebody has saved another since.
 */
version: number, };

/**
 * Which leads a dry run looks at; the newest of those that are to be called.
 */
export type DryRunLeads = "unassigned" | "all";

export type AskDryRun = { set: AssignmentRuleSet, leads: DryRunLeads, 
/**
 * 1 to 20000.
 */
most: number, };

/**
 * What an agent has of the leads that were looked at, today and by these rules.
 */
export type DryRunAgent = { user_id: UserId, name: string, now: number, then: number, };

export type DryRunRule = { rule_id: string, name: string, 
/**
 * Leads that it gives.
 */
gives: number, 
/**
 * Leads that it fits and gives to nobody: no agent is left, caps, hours.
 */
passes: number, };

export type DryRunLead = { lead_id: LeadId, name: string, from: string | null, to: string | null, 
/**
 * Why, in one English sentence.
 */
sentence: string, 
/**
 * The same as data, for any language.
 */
reason: AssignmentReason, };

export type AssignmentDryRun = { looked_at: number, 
/**
 * Leads that would get another owner than they have.
 */
changes: number, 
/**
 * Leads that no rule gives to anybody.
 */
unassigned: number, by_fallback: number, agents: Array<DryRunAgent>, rules: Array<DryRunRule>, 
/**
 * The first of those that would change.
 */
sample: Array<DryRunLead>, warnings: Array<AssignmentWarning>, };

export type AssignmentCause = "rule" | "fallback" | "idle" | "left" | "person";

/**
 * One change of a lead's owner.
 */
export type Assignment = { id: AssignmentId, lead_id: LeadId, from: string | null, to: string | null, cause: AssignmentCause, version: number | null, 
/**
 * Why, in one English sentence.
 */
sentence: string, 
/**
 * The same as data, for any language.
 */
reason: AssignmentReason, by: string | null, at_ms: UnixMillis, };

export type AssignmentQuery = { lead_id?: LeadId, user_id?: UserId, cursor?: string, limit?: number, };

export type AgentFigures = { user_id: UserId, name: string, 
/**
 * Leads of theirs that are to be called.
 */
open: number, today: number, week: number, };

export type RuleFigures = { rule_id: string, name: string, today: number, week: number, };

export type LeftBehind = { user_id: UserId, name: string, 
/**
 * Counted up to 100,000.
 */
leads: number, };

/**
 * Who got how much, and whose leads nobody calls.
 */
export type AssignmentFigures = { agents: Array<AgentFigures>, rules: Array<RuleFigures>, 
/**
 * People who take no calls any more and still own leads.
 */
left_behind: Array<LeftBehind>, };

/**
 * Takes all leads of somebody and gives them on.
 */
export type ReassignLeads = { from: UserId, 
/**
 * To whom; the rules decide when absent.
 */
to?: UserId, };

export type Reassigned = { leads: number, 
/**
 * Leads that nobody took; they stay with their campaign.
 */
unassigned: number, };

export type ClientMessage = { "type": "hello", access_token: string, 
/**
 * Epoch and last sequence number seen before; both or none.
 */
epoch: string | null, after_seq: number | null, 
/**
 * `true` from the phone: this connection answers probes for its audio engine.
 */
phone: boolean, } | { "type": "probe_reply", nonce: number, media_session_id: MediaSessionId | null, audio_running: boolean, } | { "type": "ping", nonce: number, } | { "type": "sound", media_session_id: MediaSessionId, sound: DeviceSound, };

export type ServerMessage = { "type": "welcome", epoch: string, seq: number, resumed: boolean, server_time_ms: UnixMillis, } | { "type": "event", seq: number, at_ms: UnixMillis, event: LiveEvent, } | { "type": "probe", nonce: number, } | { "type": "pong", nonce: number, server_time_ms: UnixMillis, };

/**
 * Each variant carries the whole new state of its subject, so that applying one twice does no harm.
 */
export type LiveEvent = { "kind": "offer", offer: Offer, } | { "kind": "offer_ended", call_id: CallId, end: OfferEnd, } | { "kind": "call", call: LiveCall, } | { "kind": "call_ended", call_id: CallId, 
/**
 * Code of the outcome that fits what happened; none when nothing can be said.
 */
suggested_outcome: string | null, } | { "kind": "sound", call_id: CallId, agent: LegSound | null, customer: LegSound | null, 
/**
 * What the agent's device says of its side.
 */
device: DeviceSound | null, 
/**
 * The longer of both directions, milliseconds.
 */
mouth_to_ear_ms: number | null, 
/**
 * What is most likely wrong.
 */
cause: SoundCause | null, } | { "kind": "restart_media", media_session_id: MediaSessionId, } | { "kind": "agent", agent: AgentStatus, } | { "kind": "queue", queue: QueueStatus, } | { "kind": "lead", lead_id: LeadId, } | { "kind": "analysis", call_id: CallId, status: AnalysisStatus, } | { "kind": "recording", receipt: RecordingReceipt, } | { "kind": "worklist", } | { "kind": "tasks", } | { "kind": "reminder", reminder: Reminder, } | { "kind": "settings", } | { "kind": "notice", notice: Notice, };

export type Notice = { level: NoticeLevel, 
/**
 * Text key of the UI, such as `missed_offer`, `recording_not_stored`, `unknown_number_called`.
 */
code: string, 
/**
 * One sentence in English for screens that have no text for the code.
 */
text: string, call_id: CallId | null, };

export type NoticeLevel = "info" | "warning" | "loss";

/**
 * Everything live that the reader may see, at one sequence number.
 */
export type Snapshot = { epoch: string, seq: number, server_time_ms: UnixMillis, me: AgentStatus, offer: Offer | null, calls: Array<LiveCall>, agents: Array<AgentStatus>, queues: Array<QueueStatus>, };
