//! The CRM is told of leads that have changed here.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    crm::{CrmPush, Seen, Texts, body_of, external_id, read_record, value_at},
    pii::Personal,
};
use providers::crm::CrmError;
use serde_json::Value;
use storage::{
    crm::{
        links::{self, Link},
        outbox::{self, Waiting},
    },
    leads::Lead as LeadRow,
};

use super::{
    problem::Refusal,
    take_in::texts_of,
    turn::{Stop, Turn, is_for_all},
};
use crate::clock;

const AT_ONCE: u32 = 50;
/// Leads that are noted in one step when all are to be told of.
const FILL_AT_ONCE: u32 = 1_000;
/// Until a record that may have been made would be found by reading.
const UNKNOWN_WAITS: Duration = Duration::from_secs(30);
/// Behind the others.
const FAILED_WAITS: Duration = Duration::from_secs(10);

impl Turn {
    pub(super) async fn push(&mut self) -> Result<(), Stop> {
        let store = self.backend.store().clone();
        while let Some(after) = self.state.fill_after.filter(|_| self.goes_on()) {
            let last = outbox::fill(&store, self.scope, self.id, self.campaign_id, after, FILL_AT_ONCE).await?;
            self.state.fill_after = last;
            self.keep().await?;
        }
        while self.goes_on() {
            let waiting = outbox::next(&store, self.scope, self.id, clock::now(), AT_ONCE).await?;
            if waiting.is_empty() {
                break;
            }
            for one in &waiting {
                if let Err(stop) = self.tell(one).await {
                    // If the CRM fails over this one alone, the others come first next time.
                    let later = clock::now().plus(FAILED_WAITS);
                    outbox::defer(&store, self.scope, self.id, one.lead_id, later, None).await?;
                    return Err(stop);
                }
            }
            self.keep().await?;
        }
        Ok(())
    }

    async fn done(&self, waiting: &Waiting) -> Result<(), Stop> {
        Ok(outbox::done(self.backend.store(), self.scope, self.id, waiting).await?)
    }

    async fn tell(&mut self, waiting: &Waiting) -> Result<(), Stop> {
        let store = self.backend.store().clone();
        let Some(lead) = storage::leads::get(&store, self.scope, waiting.lead_id).await? else {
            return self.done(waiting).await;
        };
        match links::by_lead(&store, self.scope, self.id, lead.id).await? {
            Some(link) => self.tell_changes(waiting, &lead, link).await,
            None => self.tell_new(waiting, &lead).await,
        }
    }

    /// Fields of which the CRM does not know what they say here.
    fn untold(&self, lead: &LeadRow, ours: &Texts, seen: &Seen) -> BTreeSet<String> {
        let compared = self.plan().compared();
        let changed =
            compared.into_iter().filter(|(field, flow)| flow.pushes() && ours.get(field) != seen.ours.get(field));
        let mut fields: BTreeSet<String> = changed.map(|(field, _)| field).collect();
        if lead.do_not_call && !seen.told_do_not_call && self.tells_do_not_call() {
            fields.insert("do_not_call".to_owned());
        }
        fields
    }

    /// The record is read first, so that what is newer there is not written over.
    async fn tell_changes(&mut self, waiting: &Waiting, lead: &LeadRow, link: Link) -> Result<(), Stop> {
        if self.untold(lead, &texts_of(lead), link.seen.reveal()).is_empty() {
            return self.done(waiting).await;
        }
        let id = link.external_id.clone();
        let answer = match self.client.record(&id, clock::now()).await {
            Err(error) if !is_for_all(&error) => {
                self.refuse(&Refusal::of(&error), Some(&id), Some(lead.id)).await?;
                return self.done(waiting).await;
            }
            answer => answer?,
        };
        self.answered(&answer);
        match self.read_one(&answer.body) {
            Ok(record) => self.take(&record).await?,
            Err(refusal) => {
                self.refuse(&refusal, Some(&id), Some(lead.id)).await?;
                return self.done(waiting).await;
            }
        }
        let store = self.backend.store().clone();
        let lead = storage::leads::get(&store, self.scope, lead.id).await?;
        let link = links::by_record(&store, self.scope, self.id, &id).await?;
        let (Some(lead), Some(link)) = (lead, link) else { return self.done(waiting).await };
        let ours = texts_of(&lead);
        let fields = self.untold(&lead, &ours, link.seen.reveal());
        if fields.is_empty() {
            return self.done(waiting).await;
        }
        match self.client.update(&id, &body_of(self.plan(), &ours, Some(&fields)), clock::now()).await {
            Ok(answer) => {
                self.answered(&answer);
                let theirs = self.read_one(&answer.body).ok().map(|record| record.texts);
                let mut seen = link.seen.reveal().told(&fields, &ours, theirs.as_ref());
                seen.told_do_not_call |= fields.contains("do_not_call");
                let link = Link { seen: Personal::new(seen), synced_at: clock::now(), ..link };
                links::put(&store, self.scope, self.id, &link).await?;
                storage::crm::problems::solved(&store, self.scope, self.id, Some(&id), Some(lead.id)).await?;
                self.state.counts.told += 1;
                self.done(waiting).await
            }
            Err(error) if !is_for_all(&error) => {
                self.refuse(&Refusal::of(&error), Some(&id), Some(lead.id)).await?;
                self.done(waiting).await
            }
            Err(error) => Err(error.into()),
        }
    }

    fn read_one(&self, answer: &Value) -> Result<domain::crm::Record, Refusal> {
        let record = value_at(answer, &self.settings.api.record_path).unwrap_or(&Value::Null);
        read_record(&self.settings.api, self.plan(), record).map_err(Refusal::from)
    }

    /// Makes the record. When the CRM does not say whether it did, it is made again only after a walk that would have found it.
    async fn tell_new(&mut self, waiting: &Waiting, lead: &LeadRow) -> Result<(), Stop> {
        let of_campaign = self.campaign_id.is_none() || self.campaign_id == lead.campaign_id;
        if self.settings.push != CrmPush::All || !of_campaign {
            return self.done(waiting).await;
        }
        let store = self.backend.store().clone();
        let looked_for = |at| self.state.last_pull_began_at.is_some_and(|began| began > at);
        if waiting.unknown_at.is_some_and(|at| !looked_for(at)) {
            let later = clock::now().plus(UNKNOWN_WAITS);
            outbox::defer(&store, self.scope, self.id, lead.id, later, None).await?;
            self.pull_at = clock::now();
            return Ok(());
        }
        let ours = texts_of(lead);
        let body = body_of(self.plan(), &ours, None);
        match self.client.create(&body, &lead.id.to_string(), clock::now()).await {
            Ok(answer) => {
                self.answered(&answer);
                self.made(waiting, lead, ours, &answer.body).await
            }
            Err(CrmError::OutcomeUnknown(_)) => {
                let now = clock::now();
                let later = now.plus(UNKNOWN_WAITS);
                outbox::defer(&store, self.scope, self.id, lead.id, later, Some(now)).await?;
                self.pull_at = now;
                Ok(())
            }
            Err(error @ (CrmError::NotFound(status) | CrmError::Refused(status))) => {
                tracing::warn!(connector = %self.id, lead = %lead.id, %error, "a CRM made no record of a lead");
                self.refuse(&Refusal::Refused { http_status: status }, None, Some(lead.id)).await?;
                self.done(waiting).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn made(&mut self, waiting: &Waiting, lead: &LeadRow, ours: Texts, answer: &Value) -> Result<(), Stop> {
        let store = self.backend.store().clone();
        let record = value_at(answer, &self.settings.api.record_path).unwrap_or(&Value::Null);
        let Some(external_id) = external_id(&self.settings.api, record) else {
            self.refuse(&Refusal::NoId, None, Some(lead.id)).await?;
            self.pull_at = clock::now();
            return self.done(waiting).await;
        };
        let compared = self.plan().compared();
        let ours: Texts =
            ours.into_iter().filter(|(field, _)| compared.iter().any(|(known, _)| known == field)).collect();
        let theirs = self.read_one(answer).map_or_else(|_| ours.clone(), |record| record.texts);
        let seen = Seen { ours, theirs, told_do_not_call: lead.do_not_call && self.tells_do_not_call() };
        let link = Link { external_id, lead_id: lead.id, seen: Personal::new(seen), synced_at: clock::now() };
        links::put(&store, self.scope, self.id, &link).await?;
        let id = Some(link.external_id.as_str());
        storage::crm::problems::solved(&store, self.scope, self.id, id, Some(lead.id)).await?;
        self.state.counts.made += 1;
        self.done(waiting).await
    }
}
