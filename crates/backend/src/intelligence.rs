//! From a stored recording to facts: transcript, analysis, changes of the lead.

mod analyse;
mod apply;
mod masked;
mod model;
mod transcribe;
mod view;

use domain::{ids::CallId, time::UnixMillis};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use storage::{
    TenantScope,
    calls::{AnalysisProgress, AnalysisState},
};
use wire::live::LiveEvent;

use crate::{Backend, error::BackendError, jobs::JobError, live::Audience};

pub(crate) use analyse::analyse;
pub(crate) use transcribe::transcribe;

/// Kinds of jobs.
pub(crate) const TRANSCRIBE: &str = "transcribe";
pub(crate) const ANALYSE: &str = "analyse";

/// The day of an instant in UTC: recordings are filed by it.
pub(crate) fn date_of(at: UnixMillis) -> Date {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).date()
}

impl Backend {
    /// Notes how far the analysis of a call is, and tells the screens.
    pub(crate) async fn analysis_progress(
        &self,
        scope: TenantScope,
        call: CallId,
        state: AnalysisState,
        reason: Option<&str>,
        message: Option<&str>,
    ) -> Result<(), BackendError> {
        let progress =
            AnalysisProgress { state, reason: reason.map(str::to_owned), message: message.map(str::to_owned) };
        storage::calls::set_analysis(self.store(), scope, call, &progress).await?;
        let status = crate::history::analysis(&progress);
        self.feed().publish(scope.tenant(), Audience::Everyone, LiveEvent::Analysis { call_id: call, status });
        Ok(())
    }
}

/// The recording is safe: what follows by itself?
pub(crate) async fn recording_stored(backend: &Backend, scope: TenantScope, call: CallId) -> Result<(), JobError> {
    let engines = backend.engines(scope).await?;
    let row = storage::calls::get(backend.store(), scope, call).await?;
    let talk_s = row.map_or(0, |row| row.talk_ms / 1000);
    let none = |reason| backend.analysis_progress(scope, call, AnalysisState::None, Some(reason), None);
    if !engines.auto_transcribe {
        none("switched_off").await?;
    } else if talk_s < u64::from(engines.min_call_s) {
        none("too_short").await?;
    } else {
        backend.analysis_progress(scope, call, AnalysisState::Pending, None, None).await?;
        backend.enqueue(scope, TRANSCRIBE, call, &call.to_string()).await?;
    }
    Ok(())
}

/// A job about a call will not be tried again.
pub(crate) async fn given_up(backend: &Backend, scope: TenantScope, call: CallId, error: &str) {
    let noted =
        backend.analysis_progress(scope, call, AnalysisState::Failed, Some("engine_refused"), Some(error)).await;
    if let Err(error) = noted {
        tracing::error!(%call, %error, "the failure of an analysis could not be noted");
    }
}

/// Reads one transcript with the rules and, when an engine is given (address, model, key), with a language model.
pub async fn analyse_transcript(
    input: &domain::intelligence::AnalysisInput,
    engine: Option<(String, String, Option<domain::pii::Personal<String>>)>,
) -> Result<domain::intelligence::Analysis, BackendError> {
    let rules = analysis::analyse(&input.transcript, &input.context);
    let Some((url, model, api_key)) = engine else { return Ok(rules) };
    let base_url =
        url::Url::parse(&url).map_err(|_| BackendError::field("engine_url", "expected an https:// address"))?;
    let settings = providers::ai::AiSettings { base_url, model, api_key, timeout: std::time::Duration::from_secs(60) };
    let upstream = |error: String| BackendError::Upstream(error);
    let chat = providers::language_model::OpenAiChat::new(settings).map_err(|error| upstream(error.to_string()))?;
    model::read(&chat, &input.transcript, rules).await.map_err(|error| upstream(error.to_string()))
}
