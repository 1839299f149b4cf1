import type { CallFilter, LiveEvent } from "./generated/wire";

/** Names under which answers are kept; a prefix stands for all below it. */
export const keys = {
  setup: ["setup"],
  calls: (filter?: CallFilter) => (filter ? ["calls", filter] : ["calls"]),
  call: (id: string) => ["call", id],
  callSound: (id: string) => ["call", id, "sound"],
  intelligence: (id: string) => ["call", id, "intelligence"],
  waveform: (id: string) => ["call", id, "waveform"],
  dispositions: (id: string) => ["call", id, "dispositions"],
  script: (id: string) => ["call", id, "script"],
  preview: (id: string, body: unknown) => ["call", id, "preview", body],
  leads: (filter?: unknown) => (filter ? ["leads", filter] : ["leads"]),
  lead: (id: string) => ["lead", id],
  leadChanges: (id: string) => ["lead", id, "changes"],
  leadDuplicates: (id: string) => ["lead", id, "duplicates"],
  leadMerges: (id: string) => ["lead", id, "merges"],
  leadNotes: (id: string) => ["lead", id, "notes"],
  leadFiles: (id: string) => ["lead", id, "files"],
  board: (choice: unknown) => ["leads", "board", choice],
  consents: (id: string) => ["lead", id, "consents"],
  tags: ["tags"],
  leadViews: ["lead-views"],
  bulkActions: ["bulk-actions"],
  imports: ["imports"],
  import: (id: string) => ["imports", id],
  importPreview: (id: string, plan: unknown) => ["imports", id, "preview", plan],
  importProblems: (id: string, begun: number | null) => ["imports", id, "problems", begun],
  worklist: (filter?: unknown) => (filter ? ["worklist", "list", filter] : ["worklist"]),
  worklistCounts: ["worklist", "counts"],
  assignment: ["assignment"],
  assignmentRules: ["assignment", "rules"],
  assignmentFigures: ["assignment", "figures"],
  assignments: (lead: string) => ["lead", lead, "assignments"],
  tasks: ["tasks"],
  callbacks: ["callbacks"],
  ownChecks: ["device-checks", "own"],
  agentChecks: ["device-checks", "agents"],
  users: ["settings", "users"],
  queues: ["settings", "queues"],
  numbers: ["settings", "numbers"],
  unknownNumbers: ["settings", "numbers", "unknown"],
  campaigns: ["settings", "campaigns"],
  dispositionSets: ["settings", "disposition-sets"],
  dispositionTemplates: ["settings", "disposition-templates"],
  tryDispositions: (set: unknown, code: string) => ["disposition-try", set, code],
  registry: ["settings", "registry"],
  defaultDispositions: ["settings", "default-dispositions"],
  doNotCall: (filter: unknown) => ["settings", "do-not-call", filter],
  leadWebhook: ["settings", "lead-webhook"],
  webhookDeliveries: ["settings", "webhook-deliveries"],
  intakeKeys: ["settings", "intake-keys"],
  crm: ["settings", "crm"],
  crmProblems: (id: string) => ["settings", "crm", id, "problems"],
  carrier: ["settings", "carrier"],
  maskingPools: ["settings", "masking", "pools"],
  maskingMappings: ["settings", "masking", "mappings"],
  voicemailMessages: ["settings", "voicemail", "messages"],
  voicemail: ["settings", "voicemail"],
  carrierNumbers: ["settings", "carrier", "numbers"],
  carrierRecordings: ["settings", "carrier-recordings"],
  exotel: ["settings", "exotel"],
  dialing: ["settings", "dialing"],
  callingHours: ["settings", "calling-hours"],
  handOut: ["settings", "hand-out"],
  sip: ["settings", "sip"],
  storage: ["settings", "storage"],
  engines: ["settings", "engines"],
  jobs: (status: string) => ["jobs", status],
  audit: ["audit"],
  sessions: ["sessions"],
} as const;

/** What a live event makes out of date. */
export function outdatedBy(event: LiveEvent): readonly (readonly unknown[])[] {
  switch (event.kind) {
    case "lead": return [keys.lead(event.lead_id), keys.leads(), keys.worklist()];
    case "analysis": return [keys.call(event.call_id), keys.calls(), ["lead"], ["jobs"]];
    case "recording": return [keys.call(event.receipt.call_id), keys.calls(), ["jobs"]];
    case "call_ended": return [keys.call(event.call_id), keys.calls(), ["leads"], ["lead"]];
    case "worklist": return [keys.worklist(), keys.leads()];
    case "reminder": return [keys.tasks, keys.callbacks];
    case "tasks": return [keys.tasks, keys.callbacks, keys.worklist()];
    case "settings": return [["settings"], keys.assignmentRules];
    default: return [];
  }
}
