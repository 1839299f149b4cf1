//! A record becomes a lead, or changes one.

use std::collections::BTreeMap;

use domain::{
    crm::{CrmField, Record, Seen, Sides, Texts, Verdict, by_our_clock, reconcile},
    ids::LeadId,
    imports::{Duplicates, KnownWithin, combine},
    pii::Personal,
    time::UnixMillis,
};
use storage::{
    StorageError, Tx,
    crm::{links, links::Link, outbox},
    leads::{
        Lead as LeadRow,
        bulk::{self, NumberHash, Within},
    },
};

use super::{
    problem::Refusal,
    turn::{Stop, Turn},
};
use crate::{
    clock,
    error::BackendError,
    imports::{NewLeadOf, new_lead, present},
    lead_webhook,
    leads::Edit,
};

/// Somebody else may write the lead, or make one of the same number, at the same moment.
const TRIES: u32 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    New,
    Updated,
    Unchanged,
}

/// The lead, or why the record cannot be taken in and whom it is about.
pub(super) type Done = Result<(Taken, LeadId), (Refusal, Option<LeadId>)>;

/// What a lead says, by the names of its fields.
pub(super) fn texts_of(lead: &LeadRow) -> Texts {
    let mut texts: Texts = lead
        .fields
        .reveal()
        .iter()
        .map(|(key, value)| (format!("fields.{key}"), Personal::new(value.clone())))
        .collect();
    texts.insert("name".to_owned(), lead.name.clone());
    texts.insert("phone".to_owned(), lead.phone.clone());
    texts.insert("stage".to_owned(), Personal::new(lead.stage.clone()));
    let plain = |text: &Option<String>| text.clone().map(Personal::new);
    for (field, text) in [
        ("email", lead.email.clone()),
        ("language", plain(&lead.language)),
        ("source", plain(&lead.source)),
        ("source_detail", lead.source_detail.clone()),
        ("do_not_call", lead.do_not_call.then(|| Personal::new("true".to_owned()))),
    ] {
        if let Some(text) = text {
            texts.insert(field.to_owned(), text);
        }
    }
    texts.retain(|_, text| !text.reveal().trim().is_empty());
    texts
}

/// When each field was changed last.
pub(super) async fn changed_at(
    tx: &mut Tx,
    turn: &Turn,
    lead: LeadId,
) -> Result<BTreeMap<String, UnixMillis>, StorageError> {
    let mut last = BTreeMap::new();
    for change in storage::lead_changes::of_lead(tx, turn.scope, lead).await? {
        let at = change.undone_at.map_or(change.at, |undone| undone.max(change.at));
        let known = last.entry(change.field).or_insert(at);
        *known = at.max(*known);
    }
    Ok(last)
}

impl Turn {
    /// All of it in one transaction.
    pub(super) async fn take_in(&self, record: &Record) -> Result<Done, Stop> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_take_in(record).await {
                Ok(done) => return Ok(done),
                Err(BackendError::AlreadyExists(_) | BackendError::Conflict(_)) if tries < TRIES => {}
                Err(BackendError::AlreadyExists(_)) => return Ok(Err((Refusal::NumberTaken, None))),
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn try_take_in(&self, record: &Record) -> Result<Done, BackendError> {
        let mut tx = self.backend.store().begin().await?;
        let done = match links::by_record(&mut tx, self.scope, self.id, &record.external_id).await? {
            Some(link) => self.change(&mut tx, record, link).await?,
            None => self.first_seen(&mut tx, record).await?,
        };
        match done {
            Ok((taken, lead)) => {
                tx.commit().await?;
                if taken != Taken::Unchanged {
                    self.backend.lead_changed(self.scope, lead);
                }
                if taken == Taken::New {
                    self.backend.wake_assignment();
                    self.backend.wake_jobs();
                }
            }
            Err(_) => tx.undo().await?,
        }
        Ok(done)
    }

    /// Of a record that is a lead already: the newest wins.
    async fn change(&self, tx: &mut Tx, record: &Record, link: Link) -> Result<Done, BackendError> {
        let Some(lead) = storage::leads::get(&mut *tx, self.scope, link.lead_id).await? else {
            return Ok(Err((Refusal::LeadDeleted, None)));
        };
        let (id, now) = (lead.id, clock::now());
        let ours = texts_of(&lead);
        let ours_at = changed_at(tx, self, id).await?;
        let theirs_at = record.changed_at.map_or(now, |at| by_our_clock(at, self.their_now, now));
        let sides = Sides {
            ours: &ours,
            ours_at: &ours_at,
            ours_else: lead.updated_at,
            theirs: &record.texts,
            theirs_at,
            doubtful: &record.doubtful,
        };
        let decisions = reconcile(&self.plan().compared(), sides, link.seen.reveal());
        let mut edit = Edit::new(lead, self.by(false));
        let theirs = |field: &str| record.texts.get(field).map(|text| text.reveal().clone());
        for decision in &decisions {
            match decision.verdict {
                Verdict::Take => {
                    edit.set(&decision.field, theirs(&decision.field).as_deref());
                }
                Verdict::Give { lost: true } | Verdict::Stand { lost: true } => {
                    edit.lost(self.by(true), &decision.field, theirs(&decision.field));
                }
                Verdict::Same | Verdict::Give { lost: false } | Verdict::Stand { lost: false } => {}
            }
        }
        let mark = record.do_not_call && !edit.row.do_not_call;
        edit.row.do_not_call |= mark;
        let mut seen = link.seen.reveal().after(&decisions, &ours, &record.texts, &record.doubtful);
        seen.told_do_not_call = record.do_not_call;
        let changed = mark || !edit.is_empty();
        if changed {
            edit.write(&mut *tx, self.scope).await?;
        }
        // The CRM does not take back who is not to be called here.
        if edit.row.do_not_call
            && !record.do_not_call
            && link.seen.reveal().told_do_not_call
            && self.tells_do_not_call()
        {
            outbox::again(&mut *tx, self.scope, id).await?;
        }
        if changed || seen != *link.seen.reveal() {
            let link = Link { seen: Personal::new(seen), synced_at: now, ..link };
            links::put(tx, self.scope, self.id, &link).await?;
        }
        Ok(Ok((if changed { Taken::Updated } else { Taken::Unchanged }, id)))
    }

    /// By the rules of imports: somebody new, or a person who is known by the number.
    async fn first_seen(&self, tx: &mut Tx, record: &Record) -> Result<Done, BackendError> {
        let Some(first) = record.draft.numbers.first() else { return Ok(Err((Refusal::NoId, None))) };
        let hash = NumberHash::of(self.backend.store(), self.scope, first.number.as_str());
        let within = match self.plan().known_within {
            KnownWithin::Campaign => Within::Campaign(self.campaign_id),
            KnownWithin::Tenant => Within::Tenant,
        };
        let known = bulk::known(&mut *tx, self.scope, std::slice::from_ref(&hash), within).await?.remove(&hash);
        let lead = match known {
            None => None,
            Some(known) => storage::leads::get(&mut *tx, self.scope, known.id).await?,
        };
        let Some(lead) = lead else { return self.make(tx, record).await };
        if let Some(other) = links::by_lead(&mut *tx, self.scope, self.id, lead.id).await? {
            return Ok(Err((Refusal::SamePerson { other_id: other.external_id }, Some(lead.id))));
        }
        self.join(tx, record, lead).await
    }

    async fn make(&self, tx: &mut Tx, record: &Record) -> Result<Done, BackendError> {
        let number = record.draft.numbers.first().map(|found| Personal::new(found.number.as_str().to_owned()));
        let objections = storage::objections::of_number(&mut *tx, self.scope, &number.unwrap_or_default()).await?;
        let mut draft = record.draft.clone();
        draft.do_not_call |= objections.for_ever(self.campaign_id);
        let source = Some(self.settings.source.as_str());
        let of = NewLeadOf { import_id: None, campaign_id: self.campaign_id, source, zone: &self.zone };
        let (mut lead, others) = new_lead(draft, of, clock::now());
        if let Some(stage) = record.texts.get("stage") {
            lead.stage.clone_from(stage.reveal());
        }
        storage::leads::insert(&mut *tx, self.scope, &lead).await?;
        if !others.is_empty() {
            storage::leads::numbers::set(&mut *tx, self.scope, lead.id, &others).await?;
        }
        lead_webhook::tell_of(tx, self.scope, lead.id).await?;
        let seen = self.seen(&lead, record, |_| true);
        self.link(tx, record, lead.id, seen).await?;
        // It was noted as changed like any other, and there is nothing that the CRM does not know.
        let unmarked = lead.do_not_call && !record.do_not_call;
        if !unmarked {
            outbox::forget(tx, self.scope, self.id, lead.id).await?;
        }
        Ok(Ok((Taken::New, lead.id)))
    }

    /// Somebody who is known by the number: what the CRM does not say it is told, unless leads stay as they are.
    async fn join(&self, tx: &mut Tx, record: &Record, lead: LeadRow) -> Result<Done, BackendError> {
        let how = self.plan().duplicates;
        let values = combine(&present(&lead), &record.draft, how);
        let mut edit = Edit::new(lead, self.by(false));
        for value in values {
            edit.set(&value.field, Some(value.to.reveal()));
        }
        if how == Duplicates::Update
            && let Some(stage) = record.texts.get("stage")
        {
            edit.stage(stage.reveal());
        }
        let mark = record.do_not_call && !edit.row.do_not_call && how != Duplicates::Skip;
        edit.row.do_not_call |= mark;
        let changed = mark || !edit.is_empty();
        if changed {
            edit.write(&mut *tx, self.scope).await?;
        }
        let seen = self.seen(&edit.row, record, |field| how == Duplicates::Skip || record.texts.contains_key(field));
        self.link(tx, record, edit.row.id, seen).await?;
        Ok(Ok((if changed { Taken::Updated } else { Taken::Unchanged }, edit.row.id)))
    }

    /// What both say now. What of ours is not `agreed` counts as a change of which the CRM is to be told.
    fn seen(&self, lead: &LeadRow, record: &Record, agreed: impl Fn(&str) -> bool) -> Seen {
        let mut ours = texts_of(lead);
        let compared = self.plan().compared();
        ours.retain(|field, _| compared.iter().any(|(known, _)| known == field) && agreed(field));
        Seen { ours, theirs: record.texts.clone(), told_do_not_call: record.do_not_call }
    }

    async fn link(&self, tx: &mut Tx, record: &Record, lead_id: LeadId, seen: Seen) -> Result<(), BackendError> {
        let external_id = record.external_id.clone();
        let link = Link { external_id, lead_id, seen: Personal::new(seen), synced_at: clock::now() };
        Ok(links::put(tx, self.scope, self.id, &link).await?)
    }

    /// Whether the CRM can be told that somebody is not to be called.
    pub(super) fn tells_do_not_call(&self) -> bool {
        self.plan().rules.iter().any(|rule| rule.to == CrmField::DoNotCall && rule.flow.pushes())
    }
}
