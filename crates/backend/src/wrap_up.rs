//! After the conversation: notes, the outcome, and what follows from it.

use domain::{
    call::{self, CallEvent},
    dispositions::{self as rules, DispositionEffect as Effect, DispositionError, DispositionInput, LeadFacts},
    ids::{CallId, CallbackId, DncId, TaskId},
    pii::Personal,
    time::UnixMillis,
};
use storage::{
    callbacks::Callback as CallbackRow,
    calls::Call as CallRow,
    dispositions::{Disposition as SavedRow, Saved},
    dnc::DncEntry,
    lead_changes::ChangedBy,
    leads::{Heat as HeatRow, Lead as LeadRow},
    notes::Note,
    tasks::{Task as TaskRow, TaskStatus},
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
    leads::{self, Edit},
    tasks,
};

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
    }
}

fn refused(error: DispositionError) -> BackendError {
    let field = |one: rules::InvalidField| FieldError { field: one.field, problem: one.problem.to_string() };
    BackendError::InvalidFields(error.0.into_iter().map(field).collect())
}

/// What the rules look at; of a caller who is no lead, nothing is known.
fn facts(lead: Option<&LeadRow>, zone: &str) -> LeadFacts {
    match lead {
        Some(lead) => LeadFacts {
            stage: lead.stage.clone(),
            heat: rule_heat(lead.heat),
            owner: lead.owner_id,
            do_not_call: lead.do_not_call,
            zone: lead.zone.clone(),
            fields: lead.fields.reveal().clone(),
        },
        None => LeadFacts {
            stage: "new".to_owned(),
            heat: rules::Heat::Cold,
            owner: None,
            do_not_call: false,
            zone: zone.to_owned(),
            fields: Default::default(),
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
        rules::effects(&set, &input(body), &facts(lead, &actor.zone), made_at(body)).map_err(refused)
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
        let lead = self.lead_of(actor, &row).await?;
        let effects = self.follows(actor, &row, lead.as_ref(), &body).await?;
        let mut result = DispositionResult { effects: effects.iter().map(shown).collect(), task: None, callback: None };
        let json = |value: serde_json::Result<serde_json::Value>| {
            value.map(Personal::new).map_err(|error| BackendError::Internal(error.to_string()))
        };
        let saved = SavedRow {
            // The same result, saved again after a lost answer, has the same instant.
            save_key: format!("{id}:{}:{}", actor.user, body.made_at_ms.0),
            call_id: id,
            user_id: actor.user,
            code: body.code.clone(),
            sub_code: body.sub_code.clone(),
            input: json(serde_json::to_value(input(&body)))?,
            result: json(serde_json::to_value(&result))?,
            made_at: made_at(&body),
            saved_at: clock::now(),
        };
        let fresh = match storage::dispositions::save(self.store(), actor.scope, &saved).await? {
            Saved::New => true,
            Saved::Before(_) => false,
        };
        if fresh {
            let lead = match lead {
                // What was typed and what follows need somebody to belong to.
                None if !body.fields.is_empty() || !effects.is_empty() => {
                    self.lead_of_stranger(actor, &row, &body.fields).await?
                }
                known => known,
            };
            let row = CallRow { lead_id: lead.as_ref().map(|one| one.id), ..row };
            self.follow(actor, &row, lead, &body, &effects, &mut result).await?;
            self.tasks_changed(actor.tenant, actor.user);
        }
        self.tell_call(id, actor, &body);
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

    async fn follow(
        &self,
        actor: &Actor,
        row: &CallRow,
        lead: Option<LeadRow>,
        body: &SaveDisposition,
        effects: &[Effect],
        result: &mut DispositionResult,
    ) -> Result<(), BackendError> {
        if !body.notes.is_empty() {
            let note = Note {
                user_id: actor.user,
                text: Personal::new(body.notes.clone()),
                revision: u32::MAX,
                saved_at: clock::now(),
            };
            storage::notes::save(self.store(), actor.scope, row.id, &note).await?;
        }
        self.tasks_that_follow(actor, row, effects, result).await?;
        let Some(lead) = lead else { return Ok(()) };
        let mut edit = Edit::new(lead, ChangedBy::Disposition { call_id: row.id });
        for (key, value) in &body.fields {
            edit.field(key, value);
        }
        for effect in effects {
            match effect {
                Effect::Stage { to } => edit.stage(to),
                Effect::Heat { to } => edit.heat(leads::heat_row(heat(*to))),
                Effect::MarkInvalid => edit.stage("invalid"),
                Effect::DoNotCall => self.must_not_be_called(actor, &mut edit).await?,
                Effect::Callback { due_at, local_time, zone } => {
                    let made = self.promise(actor, row, &edit.row, *due_at, local_time, zone).await?;
                    result.callback = Some(made);
                }
                Effect::Retry { .. } | Effect::Task { .. } | Effect::Escalate => {}
            }
        }
        self.apply_edit(actor.scope, edit).await
    }

    /// Somebody has to do these, also when nobody knows who called.
    async fn tasks_that_follow(
        &self,
        actor: &Actor,
        row: &CallRow,
        effects: &[Effect],
        result: &mut DispositionResult,
    ) -> Result<(), BackendError> {
        for effect in effects {
            let (text, due_at) = match effect {
                Effect::Retry { due_at } => ("Try again", Some(*due_at)),
                Effect::Task { text, due_at } => (text.as_str(), *due_at),
                Effect::Escalate => ("A supervisor has to look at this call", None),
                Effect::Stage { .. }
                | Effect::Heat { .. }
                | Effect::MarkInvalid
                | Effect::DoNotCall
                | Effect::Callback { .. } => continue,
            };
            result.task = Some(self.make_task(actor, row, text.to_owned(), due_at).await?);
        }
        Ok(())
    }

    async fn must_not_be_called(&self, actor: &Actor, edit: &mut Edit) -> Result<(), BackendError> {
        let entry = DncEntry {
            id: DncId::new(clock::new_uuid()),
            number: edit.row.phone.clone(),
            reason: "asked not to be called".to_owned(),
            source: "agent".to_owned(),
            added_by: Some(actor.user),
            added_by_name: None,
            added_at: clock::now(),
        };
        storage::dnc::add(self.store(), actor.scope, &entry).await?;
        edit.row.do_not_call = true;
        Ok(())
    }

    async fn promise(
        &self,
        actor: &Actor,
        row: &CallRow,
        lead: &LeadRow,
        due_at: UnixMillis,
        local_time: &str,
        zone: &str,
    ) -> Result<wire::tasks::Callback, BackendError> {
        let callback = CallbackRow {
            id: CallbackId::new(clock::new_uuid()),
            lead_id: lead.id,
            lead_name: lead.name.clone(),
            call_id: Some(row.id),
            agent_id: Some(actor.user),
            due_at,
            local_time: local_time.to_owned(),
            zone: zone.to_owned(),
            zone_source: if zone == lead.zone { lead.zone_source.clone() } else { "said".to_owned() },
            status: TaskStatus::Open,
            created_at: clock::now(),
        };
        storage::callbacks::insert(self.store(), actor.scope, &callback).await?;
        Ok(tasks::callback(callback))
    }

    async fn make_task(
        &self,
        actor: &Actor,
        row: &CallRow,
        text: String,
        due_at: Option<UnixMillis>,
    ) -> Result<wire::tasks::Task, BackendError> {
        let task = TaskRow {
            id: TaskId::new(clock::new_uuid()),
            lead_id: row.lead_id,
            lead_name: row.lead_name.clone(),
            call_id: Some(row.id),
            owner_id: Some(actor.user),
            text: Personal::new(text),
            due_at,
            made_by: "disposition".to_owned(),
            quote: None,
            status: TaskStatus::Open,
            created_at: clock::now(),
        };
        storage::tasks::insert(self.store(), actor.scope, &task).await?;
        Ok(tasks::task(task))
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
