//! What an outcome brings about. It is written in the transaction of the outcome itself: all of it, or nothing and the agent
//! saves again.

use std::time::Duration;

use domain::{
    assignment::Reason,
    consent::Source,
    dispositions::{DispositionEffect as Effect, SEQUENCE_FIELD},
    ids::{CallbackId, DncId, LeadId, TaskId, UserId},
    pii::Personal,
    time::UnixMillis,
    worklist,
};
use storage::{
    Tx,
    callbacks::Callback as CallbackRow,
    calls::Call as CallRow,
    dnc::DncEntry,
    lead_changes::ChangedBy,
    leads::Lead as LeadRow,
    leases::Subject,
    notes::Note,
    tasks::{Task as TaskRow, TaskStatus},
};
use wire::calls::{DispositionResult, SaveDisposition};

use super::{
    heat,
    heir::{Heir, passed_on},
};
use crate::{
    Actor, clock,
    error::BackendError,
    leads::{self, Edit},
    tasks,
};

/// A call so shortly before a promised hour is the promised one.
const SOON: Duration = Duration::from_secs(15 * 60);

/// An outcome that is being written.
pub(super) struct Outcome<'a> {
    pub unit: Tx,
    pub actor: &'a Actor,
    pub row: CallRow,
    pub body: &'a SaveDisposition,
    pub result: DispositionResult,
    /// Who goes on with a lead that is passed on.
    pub heir: Option<Heir>,
}

impl Outcome<'_> {
    pub async fn lead_of_stranger(&mut self) -> Result<Option<LeadRow>, BackendError> {
        leads::of_stranger(&mut self.unit, self.actor, &self.row, &self.body.fields).await
    }

    /// Gives the lead that was changed.
    pub async fn follow(&mut self, lead: Option<LeadRow>, effects: &[Effect]) -> Result<Option<LeadId>, BackendError> {
        if !self.body.notes.is_empty() {
            let note = Note {
                user_id: self.actor.user,
                text: Personal::new(self.body.notes.clone()),
                revision: u32::MAX,
                saved_at: clock::now(),
            };
            storage::notes::save(&mut self.unit, self.actor.scope, self.row.id, &note).await?;
        }
        self.tasks(effects, lead.is_some()).await?;
        let Some(lead) = lead else { return Ok(None) };
        let id = lead.id;
        let (scope, number, created_at) = (self.actor.scope, lead.phone.clone(), lead.created_at);
        let now = clock::now();
        storage::callbacks::keep_promises(&mut self.unit, scope, id, now.plus(SOON), now).await?;
        let mut edit = Edit::new(lead, ChangedBy::Disposition { call_id: self.row.id });
        for (key, value) in &self.body.fields {
            edit.field(key, value);
        }
        for effect in effects {
            match effect {
                Effect::Stage { to } => edit.stage(to),
                Effect::Heat { to } => edit.heat(leads::heat_row(heat(*to))),
                Effect::MarkInvalid => edit.stage("invalid"),
                Effect::DoNotCall => self.must_not_be_called(&mut edit).await?,
                Effect::Callback { due_at, local_time, zone } => {
                    self.promise(&edit.row, *due_at, local_time, zone).await?;
                }
                Effect::Nurture { sequence, .. } => edit.field(SEQUENCE_FIELD, sequence),
                Effect::Reassign { language, .. } => self.pass_on(&mut edit, language).await?,
                Effect::Retry { .. }
                | Effect::Task { .. }
                | Effect::Escalate
                | Effect::Visit { .. }
                | Effect::LeavesRetries => {}
            }
        }
        let heat = edit.row.heat.into();
        edit.write(&mut self.unit, scope).await?;
        if effects.contains(&Effect::DoNotCall) {
            storage::leads::mark_do_not_call(&mut self.unit, scope, &number, None).await?;
        }
        let standing = worklist::after_outcome(effects, heat, created_at);
        storage::worklist::put(&mut self.unit, scope, id, standing).await?;
        if !self.body.notes.is_empty() {
            storage::worklist::index_note(&mut self.unit, scope, id, &Personal::new(self.body.notes.clone())).await?;
        }
        let subject = Subject { lead: id, number: &number };
        storage::leases::release(&mut self.unit, scope, subject, self.actor.user, None, now).await?;
        Ok(Some(id))
    }

    /// Somebody has to do these, also when nobody knows who called.
    async fn tasks(&mut self, effects: &[Effect], has_lead: bool) -> Result<(), BackendError> {
        for effect in effects {
            let mine = Some(self.actor.user);
            let (text, due_at, owner) = match effect {
                // A lead stands in the line again by itself.
                Effect::Retry { .. } if has_lead => continue,
                Effect::Retry { due_at } => ("Try again", Some(*due_at), mine),
                Effect::Task { text, due_at } => (text.as_str(), *due_at, mine),
                Effect::Visit { due_at } => ("Arrange the visit", Some(*due_at), mine),
                Effect::Escalate => ("A supervisor has to look at this call", None, None),
                Effect::Reassign { due_at, .. } if self.heir.is_none() => {
                    ("Nobody here speaks this person's language: find somebody", Some(*due_at), None)
                }
                Effect::Stage { .. }
                | Effect::Heat { .. }
                | Effect::MarkInvalid
                | Effect::DoNotCall
                | Effect::Nurture { .. }
                | Effect::Reassign { .. }
                | Effect::LeavesRetries
                | Effect::Callback { .. } => continue,
            };
            self.make_task(text.to_owned(), due_at, owner).await?;
        }
        Ok(())
    }

    async fn must_not_be_called(&mut self, edit: &mut Edit) -> Result<(), BackendError> {
        let entry = DncEntry {
            id: DncId::new(clock::new_uuid()),
            number: edit.row.phone.clone(),
            campaign_id: None,
            until: None,
            reason: "asked not to be called".to_owned(),
            source: Source::Agent.as_str().to_owned(),
            proof: Some(Personal::new(format!("call {}", self.row.id))),
            added_by: Some(self.actor.user),
            added_by_name: None,
            added_at: clock::now(),
        };
        storage::dnc::add(&mut self.unit, self.actor.scope, &entry).await?;
        edit.row.do_not_call = true;
        Ok(())
    }

    async fn promise(
        &mut self,
        lead: &LeadRow,
        due_at: UnixMillis,
        local_time: &str,
        zone: &str,
    ) -> Result<(), BackendError> {
        let callback = CallbackRow {
            id: CallbackId::new(clock::new_uuid()),
            lead_id: lead.id,
            lead_name: lead.name.clone(),
            call_id: Some(self.row.id),
            agent_id: Some(self.actor.user),
            agent_name: Some(self.actor.name.clone()),
            due_at,
            remind_at: Some(due_at),
            local_time: local_time.to_owned(),
            zone: zone.to_owned(),
            zone_source: if zone == lead.zone { lead.zone_source.clone() } else { "said".to_owned() },
            status: TaskStatus::Open,
            created_at: clock::now(),
        };
        storage::callbacks::insert(&mut self.unit, self.actor.scope, &callback).await?;
        self.result.callback = Some(tasks::callback(callback));
        Ok(())
    }

    /// The lead goes to somebody who speaks its language; nobody does: it stays, and the team is told.
    async fn pass_on(&mut self, edit: &mut Edit, language: &str) -> Result<(), BackendError> {
        edit.row.language = Some(language.to_owned());
        if let Some(heir) = self.heir.as_ref() {
            let before = edit.row.owner_id;
            edit.owner(Some(heir.id));
            let reason = Reason::Language {
                language: language.to_owned(),
                speaks: heir.name.clone(),
                does_not: self.actor.name.clone(),
            };
            let row = passed_on(edit.row.id, before, heir.id, reason, self.actor.user);
            storage::assignment::note(&mut self.unit, self.actor.scope, &[row]).await?;
        }
        Ok(())
    }

    /// Without an owner it is the team's, and supervisors see it.
    async fn make_task(
        &mut self,
        text: String,
        due_at: Option<UnixMillis>,
        owner: Option<UserId>,
    ) -> Result<(), BackendError> {
        let task = TaskRow {
            id: TaskId::new(clock::new_uuid()),
            lead_id: self.row.lead_id,
            lead_name: self.row.lead_name.clone(),
            call_id: Some(self.row.id),
            owner_id: owner,
            owner_name: owner.map(|_| self.actor.name.clone()),
            text: Personal::new(text),
            due_at,
            remind_at: due_at,
            zone: None,
            made_by: "disposition".to_owned(),
            quote: None,
            status: TaskStatus::Open,
            created_at: clock::now(),
        };
        storage::tasks::insert(&mut self.unit, self.actor.scope, &task).await?;
        self.result.task = Some(tasks::task(task));
        Ok(())
    }
}
