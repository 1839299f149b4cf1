import type { ApiError, LiveCall, SaveDisposition, SetMonitor } from "@/api/generated/wire";
import type { Answer, Request } from "@/platform/types";
import * as assignment from "./assignment";
import * as calls from "./calls";
import { lastChecks, ownChecks } from "./device-checks";
import * as leadPages from "./lead-pages";
import * as leadSets from "./lead-sets";
import * as people from "./people";
import * as settings from "./settings";
import * as worklist from "./worklist";
import type { World } from "./world";

const page = <T>(items: T[]) => ({ items, next: null });
const ok = (body: unknown): Answer => ({ status: 200, body });
const missing: Answer = { status: 404, body: { code: "not_found", message: "no such thing", request_id: "mock" } satisfies ApiError };

type Handler = (world: World, params: string[], request: Request) => unknown;

function callOf(world: World, id: string | undefined): LiveCall {
  const call = world.calls.find((each) => each.id === id);
  if (!call) throw new Error(`no live call ${id ?? ""}`);
  return call;
}

const change = (part: (call: LiveCall) => Partial<LiveCall>): Handler => (world, [id]) => {
  const next = { ...callOf(world, id), ...part(callOf(world, id)) };
  world.setCall(next);
  return next;
};

function effects(body: SaveDisposition): unknown[] {
  const chosen = settings.dispositions.find((each) => each.code === body.code);
  const out: unknown[] = [];
  if (chosen?.stage) out.push({ kind: "stage", to: chosen.stage });
  if (body.code === "interested") out.push({ kind: "task", text: "Follow up", due_at_ms: people.NOW + 86_400_000 });
  if (body.callback) out.push({ kind: "callback", due_at_ms: people.NOW + 86_400_000, local_time: body.callback.local_time, zone: body.callback.zone });
  if (body.code === "do_not_call") out.push({ kind: "do_not_call" });
  return out;
}

const filtered = (request: Request): boolean => request.path.includes("search=zzz");

const ROUTES: [string, Handler][] = [
  ["GET /setup", (world) => ({ needs_setup: world.scene === "first-run", version: "0.1.0", demo: true })],
  ["GET /me/sessions", () => settings.sessions], ["PATCH /me", (world) => world.me],
  ["GET /agents/device-checks", () => lastChecks()], ["GET /me/device-checks", () => ownChecks()],
  ["GET /agents", () => people.agents()], ["PUT /agents/me/state", (world, _, r) => world.askState(r.body)], ["PUT /agents/*/state", () => people.agents()[0]],
  ["GET /users", () => page(people.NAMES.map((_, index) => people.user(index, "telecaller")).concat(people.user(0, "tenant_admin")))],
  ["GET /queues", () => settings.queues], ["GET /numbers/unknown", () => settings.unknownNumbers], ["GET /numbers", () => settings.numbers], ["GET /campaigns/default-dispositions", () => settings.dispositions], ["GET /campaigns", () => settings.campaigns],
  ["GET /do-not-call", (_, __, r) => page(filtered(r) ? [] : settings.dnc)],
  ["GET /disposition-sets", () => settings.dispositionSets], ["GET /disposition-templates", () => settings.dispositionTemplates], ["POST /disposition-sets/try", (_, __, r) => effects((r.body as { input: SaveDisposition }).input)],
  ["PUT /disposition-sets/*", () => settings.dispositionSets[0]], ["POST /disposition-sets/*/copy", () => settings.dispositionSets[1]], ["POST /disposition-sets/*/archive", () => settings.dispositionSets[0]], ["POST /disposition-sets", () => settings.dispositionSets[0]],
  ["GET /settings/registry", () => settings.registry], ["PUT /settings/registry", () => settings.registry], ["POST /settings/registry/list", () => settings.registry],
  ["PATCH /tasks/*", () => people.tasks[0]], ["POST /tasks/*/snooze", () => people.tasks[0]], ["PATCH /callbacks/*", () => people.callbacks[0]], ["POST /callbacks/*/snooze", () => people.callbacks[0]], ["POST /follow-ups/reassign", () => ({ tasks: 1, callbacks: 1 })],
  ["GET /jobs", (_, __, r) => page(settings.jobs.filter((each) => r.path.includes(each.status)))],
  ["GET /audit", () => page(settings.audit)],
  ["GET /settings/carrier", () => settings.carrier],
  ["POST /masking/mappings", () => settings.maskingMappings[0]], ["GET /masking/pools", () => settings.maskingPools], ["GET /masking/mappings", () => page(settings.maskingMappings)],
  ["GET /voicemail/messages", () => settings.voicemailMessages],
  ["GET /settings/voicemail", () => settings.voicemail],
  ["PUT /settings/voicemail", (_, __, request) => request.body],
  ["GET /settings/carrier-recordings", () => ({ delete_when_stored: false })],
  ["PUT /settings/carrier-recordings", (_, __, request) => request.body],
  ["GET /settings/carrier/numbers", () => settings.carrierNumbers],
  ["POST /settings/carrier/numbers/connect", () => settings.carrierNumbers],
  ["GET /settings/exotel", () => settings.exotel],
  ["GET /settings/sip", () => settings.sip],
  ["GET /settings/dialing", () => settings.dialing],
  ["GET /settings/storage", () => settings.storage],
  ["GET /settings/calling-hours", () => ({ days: [1, 2, 3, 4, 5, 6, 7], from_minute: 540, to_minute: 1260 })],
  ["GET /settings/engines", () => settings.engines],
  ["POST /do-not-call/upload", () => ({ added: 2, known: 1, wrong: 1, wrong_lines: [{ line: 4, problem: "too_short" }] })],
  ["GET /settings/lead-webhook", () => settings.leadWebhook],
  ["GET /webhook-deliveries", () => page(settings.deliveries)],
  ["GET /intake-keys", () => settings.intakeKeys],
  ["GET /crm-connectors/*/problems", () => page(settings.crmProblems)], ["POST /crm-connectors/*/test", () => ({ ok: true, took_ms: 84, message: "98 of 100 records of the first page can be taken in" })], ["GET /crm-connectors", () => settings.crmConnectors],
  ["POST /settings/*/test", () => ({ ok: true, took_ms: 84, message: "The service answered as it should." })],
  ["GET /leads/board", () => leadPages.board], ["GET /leads/*/duplicates", () => leadPages.duplicates], ["GET /leads/*/merges", () => leadPages.merges], ["POST /leads/*/merge", () => people.lead], ["POST /lead-merges/*/undo", () => people.lead],
  ["GET /leads/*/notes", () => page(leadPages.notes)], ["POST /leads/*/notes", () => leadPages.notes[0]], ["POST /lead-notes/*/restore", () => leadPages.notes[0]],
  ["GET /leads/*/files", () => leadPages.files], ["POST /leads/*/files", () => leadPages.files[0]], ["GET /lead-files/*/url", () => ({ url: "/mock.wav", expires_at_ms: people.NOW + 300_000 })], ["POST /lead-files/*/restore", () => leadPages.files[0]], ["GET /bulk-actions/*/file", () => ({ url: "/mock.wav", expires_at_ms: people.NOW + 300_000 })],
  ["GET /leads/*/consents", () => people.consents],
  ["GET /tags", () => leadSets.tags], ["GET /lead-views", () => leadSets.views], ["GET /bulk-actions", () => page(leadSets.actions)], ["POST /bulk-actions", () => leadSets.actions[0]], ["POST /bulk-actions/*/undo", () => leadSets.actions[0]],
  ["GET /leads/*/changes", () => people.changes], ["GET /leads/*", (_, [id]) => ({ ...people.card, lead: people.leads.find((each) => each.id === id) ?? people.lead })], ["GET /leads", (_, __, r) => page(filtered(r) ? [] : people.leads.filter((each) => !r.path.includes("stage=") || r.path.includes(`stage=${each.stage}`)))],
  ["GET /assignment/rules", () => assignment.rules], ["PUT /assignment/rules", () => assignment.rules], ["POST /assignment/dry-run", () => assignment.dryRun], ["GET /assignment/figures", () => assignment.figures], ["GET /assignments", () => page(assignment.given)],
  ["GET /worklist/counts", () => worklist.counts], ["GET /worklist/held", () => worklist.held], ["GET /worklist", (_, __, r) => page(filtered(r) ? [] : worklist.entries)], ["GET /settings/hand-out", () => ({ min_gap_s: 60, most_attempts: 6, lease_s: 300 })],
  ["PATCH /leads/*", () => people.lead], ["GET /tasks", () => page(people.tasks)], ["GET /callbacks", () => page(people.callbacks)],
  ["GET /calls/*/dispositions", () => settings.dispositions], ["GET /calls/*/script", () => settings.script], ["GET /calls/*/sound", (_, [id]) => calls.callSound(id ?? "")], ["GET /calls/*/intelligence", (_, [id]) => calls.intelligence(id ?? "")],
  ["GET /calls/*", (_, [id]) => calls.detail(id ?? "")], ["GET /calls", (_, __, r) => page(filtered(r) ? [] : calls.rows)],
  ["GET /recordings/*/waveform", () => calls.waveform], ["GET /recordings/*/url", () => ({ url: "/mock.wav", expires_at_ms: people.NOW + 600_000 })],
  ["POST /calls/*/answer", (world) => world.answer()], ["POST /calls/*/decline", (world) => world.endOffer({ kind: "declined" })], ["POST /calls/*/hang-up", (world) => world.hangUp()],
  ["POST /calls/*/hold", change(() => ({ held_since_ms: Date.now() }))], ["POST /calls/*/resume", change(() => ({ held_since_ms: null }))],
  ["POST /calls/*/recording/pause", change(() => ({ recording: { kind: "paused" } }))], ["POST /calls/*/recording/resume", change(() => ({ recording: { kind: "recording" } }))],
  ["POST /calls/*/transfer/cancel", change(() => ({ transfer: null }))], ["POST /calls/*/transfer", change(() => ({ transfer: { to: { kind: "agent", user_id: "agent-9" }, to_name: "Ila Kettlewell", started_at_ms: Date.now() } }))],
  ["PUT /calls/*/monitor", (world, [id], r) => {
    const { mode } = r.body as SetMonitor;
    return change(() => ({ monitors: mode ? [{ user_id: world.me.user.id, name: world.me.user.name, mode, since_ms: Date.now() }] : [] }))(world, [id ?? ""], r);
  }],
  ["POST /calls/*/disposition/preview", (_, __, r) => effects(r.body as SaveDisposition)], ["POST /calls/*/disposition", (world) => world.saved()],
  ["POST /calls/*/wrap-up/extend", (world) => world.extend()],
];

const matches = (pattern: string, path: string): string[] | null => {
  const match = new RegExp(`^${pattern.replaceAll("*", "([^/]+)")}$`).exec(path);
  return match ? match.slice(1) : null;
};

/** Answers a request from the fixtures; what only changes things answers with nothing. */
export function answer(world: World, request: Request): Answer {
  const path = `${request.method} ${request.path.split("?")[0] ?? ""}`;
  for (const [pattern, handler] of ROUTES) {
    const params = matches(pattern, path);
    if (params) return ok(handler(world, params, request));
  }
  return request.method === "GET" ? missing : { status: 204, body: null };
}
