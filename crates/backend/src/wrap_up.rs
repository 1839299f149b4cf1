//! After the conversation: notes, the outcome, and what follows from it.

mod follow;
mod heir;

use domain::{
    call::{self, CallEvent},
    dispositions::{self as rules, DispositionEffect as Effect, DispositionError, DispositionInput, LeadFacts},
    ids::CallId,
    pii::Personal,
    time::UnixMillis,
    worklist::{self, Kind},
};
use storage::{
    calls::Call as CallRow,
    dispositions::{Disposition as SavedRow, Saved},
    leads::{Heat as HeatRow, Lead as LeadRow},
    notes::Note,
};
use wire::{
    agents::AgentStatus,
    calls::{AfterWrapUp, DispositionEffect, DispositionResult, SaveDisposition, SaveNotes},
    error::FieldError,
    leads::Heat,
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};
use follow::Outcome;

/// Writers that lose the race for the lead read it again.
const MOST_TRIES: u32 = 4;
/// Late messages of an agent who was offline may be so old.
const OLDEST_MS: i64 = 14 * 24 * 3600 * 1000;

const fn heat(heat: rules::Heat) -> Heat {
    match heat {
        rules::Heat::Cold => Heat::Cold,
        rules::Heat::Warm => Heat::Warm,
        rules::Heat::Hot => Heat::Hot,
    }
}

const fn rule_heat(heat: HeatRow) -> rules::Heat {
    match heat {
        HeatRow::Cold => rules::Heat::Cold,
        HeatRow::Warm => rules::Heat::Warm,
        HeatRow::Hot => rules::Heat::Hot,
    }
}

fn shown(effect: &Effect) -> DispositionEffect {
    match effect {
        Effect::Callback { due_at, local_time, zone } => {
            DispositionEffect::Callback { due_at_ms: *due_at, local_time: local_time.clone(), zone: zone.clone() }
        }
        Effect::Retry { due_at } => DispositionEffect::Retry { due_at_ms: *due_at },
        Effect::Task { text, due_at } => DispositionEffect::Task { text: text.clone(), due_at_ms: *due_at },
        Effect::DoNotCall => DispositionEffect::DoNotCall,
        Effect::Stage { to } => DispositionEffect::Stage { to: to.clone() },
        Effect::Heat { to } => DispositionEffect::Heat { to: heat(*to) },
        Effect::MarkInvalid => DispositionEffect::MarkInvalid,
        Effect::Escalate => DispositionEffect::Escalate,
        Effect::Visit { due_at } => DispositionEffect::Visit { due_at_ms: *due_at },
        Effect::Nurture { sequence, again_at } => {
            DispositionEffect::Nurture { sequence: sequence.clone(), again_at_ms: *again_at }
        }
        Effect::Reassign { language, due_at } => {
            DispositionEffect::Reassign { language: language.clone(), due_at_ms: *due_at }
        }
        Effect::LeavesRetries => DispositionEffect::LeavesRetries,
    }
}

fn refused(error: DispositionError) -> BackendError {
    let field = |one: rules::InvalidField| FieldError { field: one.field, problem: one.problem.to_string() };
    BackendError::InvalidFields(error.0.into_iter().map(field).collect())
}

/// What the rules look at; of a caller who is no lead, nothing is known.
fn facts(lead: Option<&LeadRow>, zone: &str, in_line: Option<Kind>) -> LeadFacts {
    match lead {
        Some(lead) => LeadFacts {
            stage: lead.stage.clone(),
            heat: rule_heat(lead.heat),
            owner: lead.owner_id,
            do_not_call: lead.do_not_call,
            zone: lead.zone.clone(),
            fields: lead.fields.reveal().clone(),
            in_line,
        },
        None => LeadFacts {
            stage: "new".to_owned(),
            heat: rules::Heat::Cold,
            owner: None,
            do_not_call: false,
            zone: zone.to_owned(),
            fields: Default::default(),
            in_line,
        },
    }
}

fn input(body: &SaveDisposition) -> DispositionInput {
    DispositionInput {
        code: body.code.clone(),
        sub_code: body.sub_code.clone(),
        notes: body.notes.clone(),
        callback: body.callback.clone().map(|at| rules::CallbackAt { local_time: at.local_time, zone: at.zone }),
        fields: body.fields.clone(),
    }
}

/// What an outcome would bring about for a lead of whom nothing is known but that one try did not reach them.
///
/// # Errors
/// What is not complete.
pub(crate) fn tried(
    set: &[rules::Disposition],
    body: &SaveDisposition,
    zone: &str,
) -> Result<Vec<DispositionEffect>, BackendError> {
    let lead = facts(None, zone, Some(Kind::Retry));
    Ok(rules::effects(set, &input(body), &lead, made_at(body)).map_err(refused)?.iter().map(shown).collect())
}

fn json<T: serde::Serialize>(value: &T) -> Result<Personal<serde_json::Value>, BackendError> {
    serde_json::to_value(value).map(Personal::new).map_err(|error| BackendError::Internal(error.to_string()))
}

fn stored_result(row: SavedRow) -> Result<DispositionResult, BackendError> {
    serde_json::from_value(row.result.into_inner()).map_err(|error| BackendError::Internal(error.to_string()))
}

impl Backend {
    pub async fn save_notes(&self, actor: &Actor, id: CallId, body: SaveNotes) -> Result<(), BackendError> {
        actor.must_take_calls()?;
        self.call_row(actor, id).await?;
        let mut checks = FieldChecks::default();
        checks.at_most(&body.text, rules::NOTES_LIMIT, "text");
        checks.done()?;
        let note = Note {
            user_id: actor.user,
            text: Personal::new(body.text),
            revision: body.revision,
            saved_at: clock::now(),
        };
        storage::notes::save(self.store(), actor.scope, id, &note).await?;
        Ok(())
    }

    async fn lead_of(&self, actor: &Actor, row: &CallRow) -> Result<Option<LeadRow>, BackendError> {
        match row.lead_id {
            Some(lead) => Ok(storage::leads::get(self.store(), actor.scope, lead).await?),
            None => Ok(None),
        }
    }

    async fn follows(
        &self,
        actor: &Actor,
        row: &CallRow,
        lead: Option<&LeadRow>,
        body: &SaveDisposition,
    ) -> Result<Vec<Effect>, BackendError> {
        let set = self.disposition_set(actor, row.id).await?;
        let place = match lead {
            Some(lead) => storage::worklist::place_of(self.store(), actor.scope, lead.id).await?,
            None => None,
        };
        let in_line = place.map(|place| worklist::kind_of(place.class));
        rules::effects(&set, &input(body), &facts(lead, &actor.zone, in_line), made_at(body)).map_err(refused)
    }

    pub async fn preview_disposition(
        &self,
        actor: &Actor,
        id: CallId,
        body: SaveDisposition,
    ) -> Result<Vec<DispositionEffect>, BackendError> {
        actor.must_take_calls()?;
        let row = self.call_row(actor, id).await?;
        let lead = self.lead_of(actor, &row).await?;
        Ok(self.follows(actor, &row, lead.as_ref(), &body).await?.iter().map(shown).collect())
    }

    pub async fn save_disposition(
        &self,
        actor: &Actor,
        id: CallId,
        body: SaveDisposition,
    ) -> Result<DispositionResult, BackendError> {
        actor.must_take_calls()?;
        let row = self.call_row(actor, id).await?;
        // The same result, saved again after a lost answer, has the same instant.
        let key = format!("{id}:{}:{}", actor.user, body.made_at_ms.0);
        let mut tries = 0;
        let result = loop {
            tries += 1;
            // Before anything is checked: what was right when it was saved is answered as it was.
            if let Some(before) = storage::dispositions::by_key(self.store(), actor.scope, &key).await? {
                break stored_result(before)?;
            }
            match self.write_outcome(actor, row.clone(), &key, &body).await {
                // The lead was changed, or entered, by somebody else in between.
                Err(BackendError::Conflict(_) | BackendError::AlreadyExists(_)) if tries < MOST_TRIES => {}
                written => break written?,
            }
        };
        self.tell_call(id, actor, &body);
        Ok(result)
    }

    /// The outcome and everything that follows from it, in one transaction.
    async fn write_outcome(
        &self,
        actor: &Actor,
        row: CallRow,
        key: &str,
        body: &SaveDisposition,
    ) -> Result<DispositionResult, BackendError> {
        let lead = self.lead_of(actor, &row).await?;
        let effects = self.follows(actor, &row, lead.as_ref(), body).await?;
        let result = DispositionResult { effects: effects.iter().map(shown).collect(), task: None, callback: None };
        let saved = SavedRow {
            save_key: key.to_owned(),
            call_id: row.id,
            user_id: actor.user,
            code: body.code.clone(),
            sub_code: body.sub_code.clone(),
            input: json(&input(body))?,
            result: json(&result)?,
            made_at: made_at(body),
            saved_at: clock::now(),
        };
        let heir = self.heir(actor, &row, &effects).await?;
        let mut unit = self.store().begin().await?;
        if let Saved::Before(before) = storage::dispositions::save(&mut unit, actor.scope, &saved).await? {
            return stored_result(*before);
        }
        let mut outcome = Outcome { unit, actor, row, body, result, heir };
        let lead = match lead {
            // What was typed and what follows need somebody to belong to.
            None if !body.fields.is_empty() || !effects.is_empty() => outcome.lead_of_stranger().await?,
            known => known,
        };
        outcome.row.lead_id = lead.as_ref().map(|one| one.id);
        let lead_id = outcome.follow(lead, &effects).await?;
        let Outcome { mut unit, result, heir, .. } = outcome;
        storage::dispositions::set_result(&mut unit, actor.scope, key, &json(&result)?).await?;
        unit.commit().await?;
        self.tasks_changed(actor.tenant, actor.user);
        if effects.iter().any(|effect| matches!(effect, Effect::Escalate | Effect::Reassign { .. })) {
            self.team_tasks_changed(actor.tenant);
            let people = [Some(actor.user), heir.map(|heir| heir.id)];
            self.leads_changed_for(actor.scope, people.into_iter().flatten());
        }
        if let Some(lead) = lead_id {
            self.lead_changed(actor.scope, lead);
        }
        Ok(result)
    }

    /// Ends the wrap-up. A call that is over already has nobody to tell.
    fn tell_call(&self, id: CallId, actor: &Actor, body: &SaveDisposition) {
        let event = CallEvent::DispositionSaved {
            agent: actor.user,
            code: body.code.clone(),
            sub_code: body.sub_code.clone(),
            made_at: made_at(body),
            then: match body.then {
                AfterWrapUp::Available => call::AfterWrapUp::Available,
                AfterWrapUp::Break => call::AfterWrapUp::Break,
            },
        };
        if self.calls().tenant_of(id) == Some(actor.tenant) {
            self.calls().event(id, event);
        }
    }

    pub async fn extend_wrap_up(&self, actor: &Actor, id: CallId) -> Result<AgentStatus, BackendError> {
        actor.must_take_calls()?;
        self.ask_quietly(actor, id, CallEvent::WrapUpExtended { agent: actor.user }).await?;
        self.own_status(actor).await
    }
}

/// When the agent pressed save, as far as it can be believed.
fn made_at(body: &SaveDisposition) -> UnixMillis {
    let now = clock::now();
    let believable = (now.0 - OLDEST_MS..=now.0 + 60_000).contains(&body.made_at_ms.0);
    if believable { body.made_at_ms } else { now }
}
