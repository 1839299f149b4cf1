//! The TypeScript types of the UI come from the Rust types and nowhere else.
//!
//! `UPDATE_TYPES=1 cargo test -p switchboard-wire` writes them; without it a stale file fails.

use std::{fs, path::Path};

use domain::{
    assignment as give, consent as wish, crm as step, device_check as shift, dispositions as outcome,
    do_not_call as dnc, follow_up as due, ids, imports as taking_in, intake as form, intelligence as call,
    lead_files as kept, lead_sets as many, role, sound as call_sound, time, trunk, worklist as line,
};
use switchboard_wire::{
    accounts, agents, assignment as given, calls, config, crm, device_check, dispositions as sets, error, imports,
    intake, intelligence, jobs, lead_pages, lead_sets, leads, live, masking, media, opt_out, page, recordings, sip,
    sound, tasks, worklist,
};
use ts_rs::{Config, TS};

const HEADER: &str =
    "// Generated from the Rust types by `UPDATE_TYPES=1 cargo test -p switchboard-wire`. Do not edit.\n";

macro_rules! declare {
    ($out:ident, $cfg:ident: $($type:ty),+ $(,)?) => {$(
        if let Some(docs) = <$type as TS>::docs() {
            $out.push_str(&docs);
        }
        $out.push_str("export ");
        $out.push_str(<$type as TS>::decl($cfg).trim());
        $out.push_str("\n\n");
    )+};
}

fn wire_types(cfg: &Config) -> String {
    let mut out = format!("{HEADER}\nimport type {{ Analysis, Transcript }} from \"./intelligence\";\n\n");
    declare!(out, cfg:
        ids::TenantId, ids::UserId, ids::SessionId, ids::QueueId, ids::CampaignId, ids::NumberId, ids::LeadId,
        ids::LeadChangeId, ids::CallId, ids::MediaSessionId, ids::RecordingId, ids::TaskId,
        ids::CallbackId, ids::JobId, ids::DncId, ids::AuditId, ids::TrunkId, ids::ExtensionId, ids::VoicemailId, time::UnixMillis, role::Role, page::Page<ts_rs::Dummy>, page::PageQuery, config::DncState, config::DncFilter, leads::LeadFilter, tasks::TaskFilter, jobs::JobFilter, config::EngineKind, config::EngineQuery, recordings::AudioFormat, recordings::AudioQuery, domain::pii::Personal<ts_rs::Dummy>,
        error::ErrorCode, error::FieldError, error::ApiError,
        accounts::SetupStatus, accounts::RegisterTenant, accounts::DeviceKind, accounts::SignIn, accounts::RefreshRequest,
        accounts::SignedIn, accounts::Me, accounts::Tenant, accounts::UiTheme, accounts::UiLocale, accounts::User,
        accounts::CreateUser, accounts::UpdateUser, accounts::UpdateMe, accounts::ChangePassword, accounts::SessionInfo,
        agents::AgentState, agents::AgentStatus, agents::AskedAgentState, agents::QueueStatus,
        media::OpenMediaSession, media::MediaSession, media::RenegotiateMediaSession, media::DroppedMedia,
        media::RelayServers, media::RelayServer, media::SoundHello, media::SoundWelcome,
        shift::CheckFigures, shift::MicrophoneFigures, shift::SpeakerFigures, shift::EchoFigures, shift::NetworkFigures,
        shift::LoopFigures, shift::CheckSubject, shift::CheckVerdict, shift::CheckFinding, shift::CheckLine,
        device_check::SaveDeviceCheck, device_check::DeviceCheck, device_check::StartMediaLoop, device_check::MediaLoop,
        leads::Heat, leads::Lead, leads::LeadNumber, leads::LeadCard, leads::CreateLead, leads::UpdateLead, leads::ChangedBy, leads::LeadChange, ids::TagId, ids::BulkActionId, ids::LeadViewId, many::LeadSort, many::TagColour, many::BulkActionKind, many::BulkCounts, many::BulkState, lead_sets::Tag, lead_sets::SaveTag, lead_sets::LeadSetFilter, lead_sets::StartBulkAction, lead_sets::BulkAction, lead_sets::LeadView, lead_sets::SaveLeadView, ids::ConsentId, leads::ConsentRecord, leads::AddConsent,
        ids::LeadMergeId, ids::LeadFileId, ids::NoteId, lead_pages::Likeness, lead_pages::LeadDuplicate, lead_pages::MergeLeads,
        lead_pages::LeadMerge, lead_pages::LeadNote, lead_pages::AddLeadNote, kept::FileKind, lead_pages::LeadFile,
        lead_pages::AddLeadFile, lead_pages::BoardFilter, lead_pages::BoardColumn,
        ids::ImportId, taking_in::FileReading, taking_in::Duplicates, taking_in::KnownWithin, taking_in::Listed,
        taking_in::ImportPlan, taking_in::ImportCounts, taking_in::DateOrder, taking_in::TargetName, taking_in::ColumnRule,
        taking_in::Reason, taking_in::ImportState, imports::Import, imports::ImportProgress, imports::BeginImport,
        imports::ImportPart, imports::PreviewImport, imports::ImportPreview, imports::PreviewColumn, imports::PreviewRow,
        imports::PreviewLead, imports::RunImport, imports::ImportProblem, imports::FilePart, imports::ImportMapping,
        imports::SaveImportMapping, imports::MappingQuery,
        ids::IntakeKeyId, form::ConsentRule, form::IntakePlan, intake::IntakeKey, intake::IntakeKeyInput, intake::IntakeKeyMade,
        intake::IntakeOutcome, intake::IntakeAnswer, ids::DeliveryId, intake::LeadWebhook, intake::LeadWebhookInput,
        intake::DeliveryStatus, intake::WebhookDelivery,
        ids::CrmConnectorId, ids::CrmProblemId, step::CrmField, step::CrmFlow, step::CrmRule, step::CrmPlan, step::SinceAs,
        step::CrmPush, step::CrmApi, crm::CrmAuth, crm::CrmConnectorInput, crm::CrmConnector, crm::CrmState,
        crm::CrmFailureCode, crm::CrmFailure, crm::CrmCounts, crm::CrmStatus, crm::SyncCrm, crm::PauseCrm,
        crm::CrmProblemCode, crm::CrmProblem,
        tasks::TaskStatus, tasks::Task, tasks::UpdateTask, tasks::Callback, due::Snooze, tasks::UpdateCallback,
        tasks::SnoozeFollowUp, tasks::ReassignFollowUps, tasks::FollowUpsReassigned, tasks::FollowUpKind, tasks::Reminder,
        recordings::CallOutcomeBrief, recordings::RecordingState, recordings::RecordingReceipt, recordings::RecordingGap,
        recordings::Waveform, recordings::SignedUrl,
        sound::DeviceSound, call_sound::CauseSide, call_sound::Cause, sound::SoundCause, sound::SideSound, sound::SoundPoint,
        sound::SoundMarkKind, sound::SoundMark, sound::CallSound,
        calls::Direction, calls::SoundPlace, calls::CallStatus, calls::Offer, calls::OfferEnd, calls::LegSound, calls::Side, calls::MonitorMode,
        calls::Monitor, calls::TransferTarget, calls::Transfer, calls::LiveCall, calls::AnswerCall, calls::DeclineCall,
        calls::PlaceCall, calls::StartTransfer, calls::LeaveVoicemail, calls::SendDigits, calls::SetMonitor, calls::SaveNotes, calls::CallbackAt,
        calls::SaveDisposition, calls::AfterWrapUp, calls::DispositionEffect, calls::DispositionResult, calls::CallRow,
        calls::CallFilter, calls::CallDetail, calls::Cost, calls::Span, calls::CallEventRow, calls::RoutingDecision,
        calls::Candidate,
        intelligence::AnalysisStatus, intelligence::CallIntelligence, intelligence::FieldProposal, intelligence::AcceptProposal,
        jobs::JobStatus, jobs::Job,
        config::RoutingStrategy, config::Queue, config::QueueInput, config::Number, config::NumberInput, config::UnknownNumber, config::NumberProvider, config::NumberMedia,
        config::NumberRoute, config::MessageRoute, config::CarrierNumber, config::CarrierNumbers, config::ConnectNumber, config::CarrierRecordings,
        config::VoicemailMessage, config::VoicemailMessageInput, config::VoicemailSettings,
        ids::PoolId, ids::MappingId, masking::MaskingPool, masking::MaskingPoolInput, masking::MaskingMapping, masking::AskMapping,
        config::DialingSettings, config::ExotelSettings, config::ExotelApplet, config::ExotelSettingsInput,
        trunk::NumberFormat, trunk::CallerId, trunk::PassingOn, trunk::Limits, sip::TrunkKind, sip::TrunkSettings, sip::TrunkState, sip::Trunk,
        sip::Extension, sip::SipSettings, sip::TrunkInput, sip::ExtensionInput, sip::SipSettingsInput, sip::TestTrunk,
        config::CampaignState,
        config::CallingHours, config::ScriptStep, config::NextAction, config::Disposition, config::SubDisposition,
        ids::DispositionSetId, outcome::SetKind, sets::DispositionSet, sets::DispositionSetInput,
        sets::CopyDispositionSet, sets::ArchiveDispositionSet, sets::DispositionSetVersion, sets::DispositionTemplate,
        sets::TryDispositions, opt_out::AskOptOutLink, opt_out::OptOutLink, opt_out::RegistryKind,
        opt_out::RegistrySettings, opt_out::RegistrySettingsInput, opt_out::RegistryUpload, opt_out::TestRegistry,
        config::Campaign, config::CampaignInput, config::DncEntry, config::AddDnc, config::DncUpload, config::DncUploaded, config::WrongLine,
        wish::Channel, wish::Source, dnc::Objection, config::CarrierSettings,
        config::CarrierSettingsInput, config::StorageSettings, config::StorageSettingsInput, config::EngineSettings,
        config::Engine, config::EngineInput, config::EngineSettingsInput, config::TestResult, config::AuditEntry,
        line::Kind, line::Reason, worklist::WorklistSort, worklist::WorklistFilter, worklist::WorklistHindrance,
        worklist::WorklistEntry, worklist::WorklistCounts, worklist::AskNext, worklist::HeldLead, worklist::NextLead,
        worklist::RenewLease, worklist::LeaseState, worklist::SkipLead, worklist::HandOutSettings,
        give::Strategy, give::AgentGroup, give::Operator, give::Condition, give::Rule,
        give::Fallback, give::RuleSet, give::Warning, give::NotBy, give::Met, give::Passed, give::Reason, ids::AssignmentId, given::AssignmentRules,
        given::SaveAssignmentRules, given::DryRunLeads, given::AskDryRun, given::DryRunAgent, given::DryRunRule,
        given::DryRunLead, given::AssignmentDryRun, given::AssignmentCause, given::Assignment, given::AssignmentQuery,
        given::AgentFigures, given::RuleFigures, given::LeftBehind, given::AssignmentFigures, given::ReassignLeads,
        given::Reassigned,
        live::ClientMessage, live::ServerMessage, live::LiveEvent, live::Notice, live::NoticeLevel, live::Snapshot,
    );
    out
}

fn intelligence_types(cfg: &Config) -> String {
    let mut out =
        format!("{HEADER}\nimport type {{ UnixMillis }} from \"./wire\";\n\nexport type Personal<T> = T;\n\n");
    declare!(out, cfg:
        call::Speaker, call::Segment, call::Transcript, call::Engine, call::Evidence, call::FieldKey, call::FieldValue,
        call::TimelineClass, call::ExtractedField, call::When, call::SentimentLabel, call::Sentiment, call::IntentKind,
        call::Intent, call::Intents, call::Owner, call::Priority, call::ActionItem, call::FollowUp, call::QualityReason,
        call::LeadQuality, call::NextAction, call::HotLead, call::ProposedDisposition, call::Analysis,
    );
    out
}

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/api/generated").join(name);
    let text = text.trim_end().to_owned() + "\n";
    if std::env::var_os("UPDATE_TYPES").is_some() {
        fs::write(&path, &text).expect("ui/src/api/generated can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "{name} is stale: run UPDATE_TYPES=1 cargo test -p switchboard-wire");
}

#[test]
fn the_committed_typescript_types_are_those_of_the_rust_types() {
    let cfg = Config::new().with_large_int("number");
    check("wire.ts", &wire_types(&cfg));
    check("intelligence.ts", &intelligence_types(&cfg));
}
