import type { Method, Platform } from "@/platform/types";
import { ApiFailure, asFailure, isApiError } from "./failure";
import type * as W from "./generated/wire";

type Query = Record<string, string | number | boolean | undefined>;

/** `?a=1&b=2` of the values that are there. */
export function query(values: Query): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") parts.set(key, String(value));
  }
  const text = parts.toString();
  return text === "" ? "" : `?${text}`;
}

type Send = <T>(method: Method, path: string, body?: unknown, idempotencyKey?: string) => Promise<T>;

/** Sends and unwraps: what comes back is the body, what is thrown is an `ApiFailure`. */
export function createSend(platform: Pick<Platform, "request">): Send {
  return async <T>(method: Method, path: string, body: unknown = null, idempotencyKey?: string): Promise<T> => {
    const answer = await platform
      .request({ method, path, body, idempotencyKey: idempotencyKey ?? null })
      .catch((cause: unknown) => { throw asFailure(cause); });
    if (answer.status < 400) return answer.body as T;
    if (isApiError(answer.body)) throw new ApiFailure(answer.body, answer.status);
    throw new ApiFailure({ code: "internal", message: `HTTP ${answer.status}`, request_id: "" }, answer.status);
  };
}

const key = (): string => crypto.randomUUID();

function calls(send: Send) {
  const act = <T>(id: W.CallId, what: string, body: unknown = {}): Promise<T> =>
    send<T>("POST", `/calls/${id}/${what}`, body, key());
  return {
    calls: (filter: W.CallFilter) => send<W.Page<W.CallRow>>("GET", `/calls${query({ ...filter })}`),
    call: (id: W.CallId) => send<W.CallDetail>("GET", `/calls/${id}`),
    callSound: (id: W.CallId) => send<W.CallSound>("GET", `/calls/${id}/sound`),
    placeCall: (body: W.PlaceCall) => send<W.LiveCall>("POST", "/calls", body, key()),
    answer: (id: W.CallId, body: W.AnswerCall) => act<W.LiveCall>(id, "answer", body),
    decline: (id: W.CallId, body: W.DeclineCall) => act<null>(id, "decline", body),
    hold: (id: W.CallId) => act<W.LiveCall>(id, "hold"),
    resume: (id: W.CallId) => act<W.LiveCall>(id, "resume"),
    hangUp: (id: W.CallId) => act<null>(id, "hang-up"),
    leaveVoicemail: (id: W.CallId, body: W.LeaveVoicemail) => act<null>(id, "voicemail", body),
    transfer: (id: W.CallId, body: W.StartTransfer) => act<W.LiveCall>(id, "transfer", body),
    cancelTransfer: (id: W.CallId) => act<W.LiveCall>(id, "transfer/cancel"),
    digits: (id: W.CallId, digits: string) => act<null>(id, "digits", { digits } satisfies W.SendDigits),
    pauseRecording: (id: W.CallId) => act<W.LiveCall>(id, "recording/pause"),
    resumeRecording: (id: W.CallId) => act<W.LiveCall>(id, "recording/resume"),
    monitor: (id: W.CallId, body: W.SetMonitor) => send<W.LiveCall>("PUT", `/calls/${id}/monitor`, body),
    extendWrapUp: (id: W.CallId) => act<W.AgentStatus>(id, "wrap-up/extend"),
    dispositions: (id: W.CallId) => send<W.Disposition[]>("GET", `/calls/${id}/dispositions`),
    script: (id: W.CallId) => send<W.ScriptStep[]>("GET", `/calls/${id}/script`),
    saveNotes: (id: W.CallId, body: W.SaveNotes) => send<null>("PUT", `/calls/${id}/notes`, body),
    saveDisposition: (id: W.CallId, body: W.SaveDisposition, idempotencyKey: string) =>
      send<W.DispositionResult>("POST", `/calls/${id}/disposition`, body, idempotencyKey),
    previewDisposition: (id: W.CallId, body: W.SaveDisposition) =>
      send<W.DispositionEffect[]>("POST", `/calls/${id}/disposition/preview`, body),
    intelligence: (id: W.CallId) => send<W.CallIntelligence>("GET", `/calls/${id}/intelligence`),
    reprocess: (id: W.CallId) => act<null>(id, "reprocess"),
    acceptProposal: (id: W.CallId, field: string) =>
      act<W.Lead>(id, "proposals/accept", { field } satisfies W.AcceptProposal),
    waveform: (id: W.CallId) => send<W.Waveform>("GET", `/recordings/${id}/waveform`),
    recordingUrl: (id: W.CallId, format: "ogg" | "wav") =>
      send<W.SignedUrl>("GET", `/recordings/${id}/url?format=${format}`),
  };
}

function people(send: Send) {
  return {
    leads: (filter: W.LeadFilter) => send<W.Page<W.Lead>>("GET", `/leads${query({ ...filter })}`),
    lead: (id: W.LeadId) => send<W.LeadCard>("GET", `/leads/${id}`),
    createLead: (body: W.CreateLead) => send<W.Lead>("POST", "/leads", body, key()),
    updateLead: (id: W.LeadId, body: W.UpdateLead) => send<W.Lead>("PATCH", `/leads/${id}`, body),
    leadChanges: (id: W.LeadId) => send<W.LeadChange[]>("GET", `/leads/${id}/changes`),
    consents: (id: W.LeadId) => send<W.ConsentRecord[]>("GET", `/leads/${id}/consents`),
    addConsent: (id: W.LeadId, body: W.AddConsent) => send<W.ConsentRecord>("POST", `/leads/${id}/consents`, body, key()),
    undoChange: (id: W.LeadId, change: W.LeadChangeId) =>
      send<W.Lead>("POST", `/leads/${id}/changes/${change}/undo`, {}, key()),
    leadBoard: (filter: W.BoardFilter) => send<W.BoardColumn[]>("GET", `/leads/board${query({ ...filter })}`),
    leadDuplicates: (id: W.LeadId) => send<W.LeadDuplicate[]>("GET", `/leads/${id}/duplicates`),
    leadMerges: (id: W.LeadId) => send<W.LeadMerge[]>("GET", `/leads/${id}/merges`),
    mergeLeads: (id: W.LeadId, body: W.MergeLeads) => send<W.Lead>("POST", `/leads/${id}/merge`, body, key()),
    undoMerge: (id: W.LeadMergeId) => send<W.Lead>("POST", `/lead-merges/${id}/undo`, {}, key()),
    leadNotes: (id: W.LeadId, cursor?: string) => send<W.Page<W.LeadNote>>("GET", `/leads/${id}/notes${query({ cursor })}`),
    addLeadNote: (id: W.LeadId, body: W.AddLeadNote) => send<W.LeadNote>("POST", `/leads/${id}/notes`, body, key()),
    removeLeadNote: (id: W.NoteId) => send<null>("DELETE", `/lead-notes/${id}`),
    restoreLeadNote: (id: W.NoteId) => send<W.LeadNote>("POST", `/lead-notes/${id}/restore`, {}),
    leadFiles: (id: W.LeadId) => send<W.LeadFile[]>("GET", `/leads/${id}/files`),
    // Larger than what is kept under a key.
    addLeadFile: (id: W.LeadId, body: W.AddLeadFile) => send<W.LeadFile>("POST", `/leads/${id}/files`, body),
    leadFileUrl: (id: W.LeadFileId) => send<W.SignedUrl>("GET", `/lead-files/${id}/url`),
    removeLeadFile: (id: W.LeadFileId) => send<null>("DELETE", `/lead-files/${id}`),
    restoreLeadFile: (id: W.LeadFileId) => send<W.LeadFile>("POST", `/lead-files/${id}/restore`, {}),
    tasks: (filter: W.TaskFilter) => send<W.Page<W.Task>>("GET", `/tasks${query({ ...filter })}`),
    snoozeTask: (id: W.TaskId, body: W.SnoozeFollowUp) => send<W.Task>("POST", `/tasks/${id}/snooze`, body, key()),
    updateCallback: (id: W.CallbackId, body: W.UpdateCallback) => send<W.Callback>("PATCH", `/callbacks/${id}`, body),
    snoozeCallback: (id: W.CallbackId, body: W.SnoozeFollowUp) => send<W.Callback>("POST", `/callbacks/${id}/snooze`, body, key()),
    reassignFollowUps: (body: W.ReassignFollowUps) => send<W.FollowUpsReassigned>("POST", "/follow-ups/reassign", body, key()),
    optOutLink: (id: W.LeadId, body: W.AskOptOutLink) => send<W.OptOutLink>("POST", `/leads/${id}/opt-out-link`, body, key()),
    updateTask: (id: W.TaskId, body: W.UpdateTask) => send<W.Task>("PATCH", `/tasks/${id}`, body),
    worklist: (filter: W.WorklistFilter) => send<W.Page<W.WorklistEntry>>("GET", `/worklist${query({ ...filter })}`),
    worklistCounts: () => send<W.WorklistCounts>("GET", "/worklist/counts"),
    nextLead: (body: W.AskNext) => send<W.NextLead>("POST", "/worklist/next", body, key()),
    heldLeads: () => send<W.HeldLead[]>("GET", "/worklist/held"),
    renewLease: (id: W.LeadId, body: W.RenewLease) => send<W.LeaseState>("POST", `/worklist/${id}/renew`, body, key()),
    skipLead: (id: W.LeadId, body: W.SkipLead) => send<null>("POST", `/worklist/${id}/skip`, body, key()),
    callbacks: (filter: W.TaskFilter) => send<W.Page<W.Callback>>("GET", `/callbacks${query({ ...filter })}`),
    setMyState: (body: W.AskedAgentState) => send<W.AgentStatus>("PUT", "/agents/me/state", body),
    setState: (id: W.UserId, body: W.AskedAgentState) => send<W.AgentStatus>("PUT", `/agents/${id}/state`, body),
    agents: () => send<W.AgentStatus[]>("GET", "/agents"),
    deviceChecks: {
      own: () => send<W.DeviceCheck[]>("GET", "/me/device-checks"),
      agents: () => send<W.DeviceCheck[]>("GET", "/agents/device-checks"),
    },
    setup: () => send<W.SetupStatus>("GET", "/setup"),
    updateMe: (body: W.UpdateMe) => send<W.Me>("PATCH", "/me", body),
    mySessions: () => send<W.SessionInfo[]>("GET", "/me/sessions"),
    endSession: (id: W.SessionId) => send<null>("DELETE", `/me/sessions/${id}`),
  };
}

function leadSets(send: Send) {
  return {
    tags: () => send<W.Tag[]>("GET", "/tags"),
    createTag: (body: W.SaveTag) => send<W.Tag>("POST", "/tags", body, key()),
    updateTag: (id: W.TagId, body: W.SaveTag) => send<W.Tag>("PUT", `/tags/${id}`, body),
    deleteTag: (id: W.TagId) => send<null>("DELETE", `/tags/${id}`),
    tagLead: (id: W.LeadId, tag: W.TagId) => send<W.Lead>("PUT", `/leads/${id}/tags/${tag}`, {}),
    untagLead: (id: W.LeadId, tag: W.TagId) => send<W.Lead>("DELETE", `/leads/${id}/tags/${tag}`),
    bulkActions: (limit?: number, cursor?: string) => send<W.Page<W.BulkAction>>("GET", `/bulk-actions${query({ limit, cursor })}`),
    startBulkAction: (body: W.StartBulkAction) => send<W.BulkAction>("POST", "/bulk-actions", body, key()),
    cancelBulkAction: (id: W.BulkActionId) => send<W.BulkAction>("POST", `/bulk-actions/${id}/cancel`, {}, key()),
    bulkActionFile: (id: W.BulkActionId) => send<W.SignedUrl>("GET", `/bulk-actions/${id}/file`),
    undoBulkAction: (id: W.BulkActionId) => send<W.BulkAction>("POST", `/bulk-actions/${id}/undo`, {}, key()),
    leadViews: () => send<W.LeadView[]>("GET", "/lead-views"),
    createLeadView: (body: W.SaveLeadView) => send<W.LeadView>("POST", "/lead-views", body, key()),
    updateLeadView: (id: W.LeadViewId, body: W.SaveLeadView) => send<W.LeadView>("PUT", `/lead-views/${id}`, body),
    deleteLeadView: (id: W.LeadViewId) => send<null>("DELETE", `/lead-views/${id}`),
  };
}

function takingIn(send: Send) {
  const act = (id: W.ImportId, what: string, body: unknown = {}): Promise<W.Import> =>
    send<W.Import>("POST", `/imports/${id}/${what}`, body, key());
  return {
    imports: (cursor?: string) => send<W.Page<W.Import>>("GET", `/imports${query({ cursor })}`),
    import: (id: W.ImportId) => send<W.Import>("GET", `/imports/${id}`),
    beginImport: (body: W.BeginImport) => send<W.Import>("POST", "/imports", body, key()),
    addImportPart: (id: W.ImportId, body: W.ImportPart) => send<W.Import>("PUT", `/imports/${id}/parts`, body),
    previewImport: (id: W.ImportId, body: W.PreviewImport) => send<W.ImportPreview>("POST", `/imports/${id}/preview`, body),
    rehearseImport: (id: W.ImportId, body: W.RunImport) => act(id, "rehearse", body),
    startImport: (id: W.ImportId, body: W.RunImport) => act(id, "start", body),
    cancelImport: (id: W.ImportId) => act(id, "cancel"),
    undoImport: (id: W.ImportId) => act(id, "undo"),
    importProblems: (id: W.ImportId, cursor?: string) =>
      send<W.Page<W.ImportProblem>>("GET", `/imports/${id}/problems${query({ cursor })}`),
    importProblemRows: (id: W.ImportId, cursor?: string) =>
      send<W.FilePart>("GET", `/imports/${id}/problem-rows${query({ cursor })}`),
    importTemplate: () => send<W.FilePart>("GET", "/imports/template"),
    importMappings: () => send<W.ImportMapping[]>("GET", "/import-mappings"),
    saveImportMapping: (body: W.SaveImportMapping) => send<W.ImportMapping>("PUT", "/import-mappings", body),
    removeImportMapping: (name: string) => send<null>("DELETE", `/import-mappings${query({ name })}`),
  };
}

function admin(send: Send) {
  const settings = <Out, In>(name: string) => ({
    get: () => send<Out>("GET", `/settings/${name}`),
    put: (body: In) => send<Out>("PUT", `/settings/${name}`, body),
    test: (which?: string) => send<W.TestResult>("POST", `/settings/${name}/test${query({ which })}`, {}),
  });
  return {
    users: (cursor?: string) => send<W.Page<W.User>>("GET", `/users${query({ cursor })}`),
    createUser: (body: W.CreateUser) => send<W.User>("POST", "/users", body, key()),
    updateUser: (id: W.UserId, body: W.UpdateUser) => send<W.User>("PATCH", `/users/${id}`, body),
    queues: () => list<W.Queue>(send, "/queues"),
    createQueue: (body: W.QueueInput) => send<W.Queue>("POST", "/queues", body, key()),
    updateQueue: (id: W.QueueId, body: W.QueueInput) => send<W.Queue>("PUT", `/queues/${id}`, body),
    deleteQueue: (id: W.QueueId) => send<null>("DELETE", `/queues/${id}`),
    numbers: () => list<W.Number>(send, "/numbers"),
    unknownNumbers: () => list<W.UnknownNumber>(send, "/numbers/unknown"),
    createNumber: (body: W.NumberInput) => send<W.Number>("POST", "/numbers", body, key()),
    updateNumber: (id: W.NumberId, body: W.NumberInput) => send<W.Number>("PUT", `/numbers/${id}`, body),
    deleteNumber: (id: W.NumberId) => send<null>("DELETE", `/numbers/${id}`),
    campaigns: () => list<W.Campaign>(send, "/campaigns"),
    createCampaign: (body: W.CampaignInput) => send<W.Campaign>("POST", "/campaigns", body, key()),
    updateCampaign: (id: W.CampaignId, body: W.CampaignInput) => send<W.Campaign>("PUT", `/campaigns/${id}`, body),
    dispositionSets: () => send<W.DispositionSet[]>("GET", "/disposition-sets"),
    dispositionTemplates: () => send<W.DispositionTemplate[]>("GET", "/disposition-templates"),
    createDispositionSet: (body: W.DispositionSetInput) => send<W.DispositionSet>("POST", "/disposition-sets", body, key()),
    updateDispositionSet: (id: W.DispositionSetId, body: W.DispositionSetInput) => send<W.DispositionSet>("PUT", `/disposition-sets/${id}`, body),
    copyDispositionSet: (id: W.DispositionSetId, body: W.CopyDispositionSet) => send<W.DispositionSet>("POST", `/disposition-sets/${id}/copy`, body, key()),
    archiveDispositionSet: (id: W.DispositionSetId, body: W.ArchiveDispositionSet) => send<W.DispositionSet>("POST", `/disposition-sets/${id}/archive`, body, key()),
    tryDispositions: (body: W.TryDispositions) => send<W.DispositionEffect[]>("POST", "/disposition-sets/try", body),
    registry: () => send<W.RegistrySettings>("GET", "/settings/registry"),
    putRegistry: (body: W.RegistrySettingsInput) => send<W.RegistrySettings>("PUT", "/settings/registry", body),
    uploadRegistry: (body: W.RegistryUpload) => send<W.RegistrySettings>("POST", "/settings/registry/list", body, key()),
    testRegistry: (body: W.TestRegistry) => send<W.TestResult>("POST", "/settings/registry/test", body),
    defaultDispositions: () => send<W.Disposition[]>("GET", "/campaigns/default-dispositions"),
    doNotCall: (filter: W.DncFilter, cursor?: string) =>
      send<W.Page<W.DncEntry>>("GET", `/do-not-call${query({ ...filter, cursor })}`),
    addDoNotCall: (body: W.AddDnc) => send<W.DncEntry>("POST", "/do-not-call", body, key()),
    uploadDoNotCall: (body: W.DncUpload) => send<W.DncUploaded>("POST", "/do-not-call/upload", body, key()),
    removeDoNotCall: (id: W.DncId) => send<null>("DELETE", `/do-not-call/${id}`),
    leadWebhook: () => send<W.LeadWebhook>("GET", "/settings/lead-webhook"),
    putLeadWebhook: (body: W.LeadWebhookInput) => send<W.LeadWebhook>("PUT", "/settings/lead-webhook", body),
    webhookDeliveries: (cursor?: string) => send<W.Page<W.WebhookDelivery>>("GET", `/webhook-deliveries${query({ cursor })}`),
    intakeKeys: () => send<W.IntakeKey[]>("GET", "/intake-keys"),
    createIntakeKey: (body: W.IntakeKeyInput) => send<W.IntakeKeyMade>("POST", "/intake-keys", body, key()),
    updateIntakeKey: (id: W.IntakeKeyId, body: W.IntakeKeyInput) => send<W.IntakeKey>("PUT", `/intake-keys/${id}`, body),
    removeIntakeKey: (id: W.IntakeKeyId) => send<null>("DELETE", `/intake-keys/${id}`),
    crm: {
      list: () => send<W.CrmConnector[]>("GET", "/crm-connectors"),
      create: (body: W.CrmConnectorInput) => send<W.CrmConnector>("POST", "/crm-connectors", body, key()),
      update: (id: W.CrmConnectorId, body: W.CrmConnectorInput) => send<W.CrmConnector>("PUT", `/crm-connectors/${id}`, body),
      remove: (id: W.CrmConnectorId) => send<null>("DELETE", `/crm-connectors/${id}`),
      pause: (id: W.CrmConnectorId, body: W.PauseCrm) => send<W.CrmConnector>("PUT", `/crm-connectors/${id}/pause`, body),
      sync: (id: W.CrmConnectorId, body: W.SyncCrm) => send<W.CrmConnector>("POST", `/crm-connectors/${id}/sync`, body, key()),
      test: (id: W.CrmConnectorId) => send<W.TestResult>("POST", `/crm-connectors/${id}/test`, {}),
      problems: (id: W.CrmConnectorId, cursor?: string) => send<W.Page<W.CrmProblem>>("GET", `/crm-connectors/${id}/problems${query({ cursor })}`),
    },
    jobs: (status?: W.JobStatus, cursor?: string) => send<W.Page<W.Job>>("GET", `/jobs${query({ status, cursor })}`),
    retryJob: (id: W.JobId) => send<W.Job>("POST", `/jobs/${id}/retry`, {}, key()),
    audit: (cursor?: string) => send<W.Page<W.AuditEntry>>("GET", `/audit${query({ cursor })}`),
    carrier: settings<W.CarrierSettings, W.CarrierSettingsInput>("carrier"),
    maskingPools: () => send<W.MaskingPool[]>("GET", "/masking/pools"),
    createMaskingPool: (body: W.MaskingPoolInput) => send<W.MaskingPool>("POST", "/masking/pools", body, key()),
    updateMaskingPool: (id: W.PoolId, body: W.MaskingPoolInput) => send<W.MaskingPool>("PUT", `/masking/pools/${id}`, body),
    deleteMaskingPool: (id: W.PoolId) => send<null>("DELETE", `/masking/pools/${id}`),
    maskingMappings: (cursor?: string) => send<W.Page<W.MaskingMapping>>("GET", `/masking/mappings${query({ cursor })}`),
    makeMapping: (lead_id: W.LeadId) => send<W.MaskingMapping>("POST", "/masking/mappings", { lead_id }, key()),
    endMapping: (id: W.MappingId) => send<null>("DELETE", `/masking/mappings/${id}`),
    voicemailMessages: () => send<W.VoicemailMessage[]>("GET", "/voicemail/messages"),
    // Larger than what is kept under a key; its name makes it once.
    addVoicemailMessage: (body: W.VoicemailMessageInput) => send<W.VoicemailMessage>("POST", "/voicemail/messages", body),
    deleteVoicemailMessage: (id: W.VoicemailId) => send<null>("DELETE", `/voicemail/messages/${id}`),
    voicemail: () => send<W.VoicemailSettings>("GET", "/settings/voicemail"),
    putVoicemail: (body: W.VoicemailSettings) => send<W.VoicemailSettings>("PUT", "/settings/voicemail", body),
    carrierNumbers: () => send<W.CarrierNumbers>("GET", "/settings/carrier/numbers"),
    connectCarrierNumber: (body: W.ConnectNumber) => send<W.CarrierNumbers>("POST", "/settings/carrier/numbers/connect", body),
    carrierRecordings: () => send<W.CarrierRecordings>("GET", "/settings/carrier-recordings"),
    putCarrierRecordings: (body: W.CarrierRecordings) => send<W.CarrierRecordings>("PUT", "/settings/carrier-recordings", body),
    exotel: settings<W.ExotelSettings, W.ExotelSettingsInput>("exotel"),
    dialing: () => send<W.DialingSettings>("GET", "/settings/dialing"),
    putDialing: (body: W.DialingSettings) => send<W.DialingSettings>("PUT", "/settings/dialing", body),
    callingHours: () => send<W.CallingHours>("GET", "/settings/calling-hours"),
    putCallingHours: (body: W.CallingHours) => send<W.CallingHours>("PUT", "/settings/calling-hours", body),
    assignmentRules: () => send<W.AssignmentRules>("GET", "/assignment/rules"),
    saveAssignmentRules: (body: W.SaveAssignmentRules) => send<W.AssignmentRules>("PUT", "/assignment/rules", body),
    tryAssignment: (body: W.AskDryRun) => send<W.AssignmentDryRun>("POST", "/assignment/dry-run", body),
    assignmentFigures: () => send<W.AssignmentFigures>("GET", "/assignment/figures"),
    reassignLeads: (body: W.ReassignLeads) => send<W.Reassigned>("POST", "/assignment/reassign", body, key()),
    assignments: (lead: W.LeadId) => send<W.Page<W.Assignment>>("GET", `/assignments${query({ lead_id: lead, limit: 20 })}`),
    handOut: () => send<W.HandOutSettings>("GET", "/settings/hand-out"),
    putHandOut: (body: W.HandOutSettings) => send<W.HandOutSettings>("PUT", "/settings/hand-out", body),
    sip: settings<W.SipSettings, W.SipSettingsInput>("sip"),
    testTrunk: (trunk_id: W.TrunkId) => send<W.TestResult>("POST", "/settings/sip/test", { trunk_id }),
    storage: settings<W.StorageSettings, W.StorageSettingsInput>("storage"),
    engines: settings<W.EngineSettings, W.EngineSettingsInput>("engines"),
  };
}

/** Short lists answer as a plain list or as a page; both read the same. */
async function list<T>(send: Send, path: string): Promise<T[]> {
  const answer = await send<T[] | W.Page<T>>("GET", path);
  return Array.isArray(answer) ? answer : answer.items;
}

/** Every endpoint that the screens use, by name. */
export function createApi(platform: Pick<Platform, "request">) {
  const send = createSend(platform);
  return { ...calls(send), ...people(send), ...leadSets(send), ...takingIn(send), ...admin(send) };
}

export type Api = ReturnType<typeof createApi>;
