//! Calls that were made before this server knew of them: demo data and, later, imports. Their events go through the same
//! decisions as those of live calls, and are written with the times that they bring.

use domain::{
    call::{Call, CallEvent, CallFacts, Customer, step},
    intelligence::{Analysis, Transcript},
    pii::Personal,
    time::UnixMillis,
};
use storage::calls::{AnalysisProgress, AnalysisState, Conclusion};

use crate::{Actor, Backend, calls, error::BackendError};

/// What was said in such a call.
#[derive(Debug, Clone)]
pub struct Told {
    pub transcript: Transcript,
    pub analysis: Option<Analysis>,
}

/// Writes one past call whole. Admins only.
pub async fn keep(
    backend: &Backend,
    actor: &Actor,
    facts: CallFacts,
    events: &[(UnixMillis, CallEvent)],
    told: Option<Told>,
) -> Result<(), BackendError> {
    actor.must_configure()?;
    let id = facts.id;
    let number = match &facts.customer {
        Customer::Known { number } => number.as_str().to_owned(),
        Customer::Withheld { said } => said.reveal().clone(),
    };
    let last = events.iter().fold(Call::new(facts.clone()), |call, (at, event)| step(call, event, *at).0);
    let disposition = last.disposition.clone();
    let mut unit = backend.store().begin().await?;
    calls::keep_past(&mut unit, actor.scope, &facts, &last, events, &number).await?;
    if let Some(saved) = disposition {
        let row = storage::dispositions::Disposition {
            save_key: format!("past:{id}"),
            call_id: id,
            user_id: saved.agent,
            code: saved.code,
            sub_code: saved.sub_code,
            input: Personal::new(serde_json::json!({})),
            result: Personal::new(serde_json::json!({ "effects": [], "task": null, "callback": null })),
            made_at: saved.made_at,
            saved_at: saved.made_at,
        };
        storage::dispositions::save(&mut unit, actor.scope, &row).await?;
    }
    if let Some(told) = told {
        let at = last.end.map_or(last.facts.started_at, |end| end.at);
        storage::intelligence::put_transcript(&mut unit, actor.scope, id, &told.transcript, at).await?;
        if let Some(analysis) = &told.analysis {
            let none = Personal::new(serde_json::json!([]));
            storage::intelligence::put_analysis(&mut unit, actor.scope, id, analysis, &none, at).await?;
            #[expect(clippy::cast_possible_truncation, reason = "a score between -1 and 1, times 100")]
            let sentiment = (analysis.sentiment.score * 100.0).round() as i32;
            let conclusion = Conclusion {
                sentiment: Some(sentiment),
                lead_quality: Some(u32::from(analysis.lead_quality.score)),
                hot: analysis.hot_lead.hot,
                summary: Some(analysis.summary_short.clone()),
            };
            storage::calls::set_conclusion(&mut unit, actor.scope, id, &conclusion).await?;
            let done = AnalysisProgress { state: AnalysisState::Completed, reason: None, message: None };
            storage::calls::set_analysis(&mut unit, actor.scope, id, &done).await?;
        }
    }
    unit.commit().await?;
    Ok(())
}
