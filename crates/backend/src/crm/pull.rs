//! What the CRM has changed is read: records that it has named, and pages.

use std::time::Duration;

use domain::{
    crm::{CrmPush, Place, Record, Walk, external_id, next_since, read_page, read_record, value_at},
    ids::LeadId,
    time::UnixMillis,
};
use providers::crm::CrmError;
use serde_json::Value;
use storage::crm::{self as rows, links::Link};

use super::{
    problem::Refusal,
    take_in::Taken,
    turn::{Stop, Turn, is_for_all},
};
use crate::clock;

const NAMED_AT_ONCE: u32 = 20;

impl Turn {
    /// Records that the CRM has named.
    pub(super) async fn read_named(&mut self) -> Result<(), Stop> {
        while self.goes_on() {
            let store = self.backend.store().clone();
            let named = rows::named::next(&store, self.scope, self.id, NAMED_AT_ONCE).await?;
            if named.is_empty() {
                return Ok(());
            }
            for one in &named {
                match self.client.record(&one.external_id, clock::now()).await {
                    Ok(answer) => {
                        self.answered(&answer);
                        let record =
                            value_at(&answer.body, &self.settings.api.record_path).cloned().unwrap_or_default();
                        self.take_page(std::slice::from_ref(&record)).await?;
                    }
                    Err(error) if !is_for_all(&error) => {
                        let lead = rows::links::by_record(&store, self.scope, self.id, &one.external_id).await?;
                        let lead = lead.map(|link| link.lead_id);
                        self.refuse(&Refusal::of(&error), Some(&one.external_id), lead).await?;
                    }
                    Err(error @ CrmError::Broken { .. }) => {
                        // If the CRM fails over this one alone it holds up no other; the pages have it too.
                        rows::named::done(&store, self.scope, self.id, one).await?;
                        return Err(error.into());
                    }
                    Err(error) => return Err(error.into()),
                }
                rows::named::done(&store, self.scope, self.id, one).await?;
                self.keep().await?;
            }
        }
        Ok(())
    }

    pub(super) async fn walk(&mut self) -> Result<(), Stop> {
        let now = clock::now();
        let walk = self.state.walk.take().map(|walk| walk.resume(now));
        let mut walk = walk.unwrap_or_else(|| Walk::new(self.state.since, now));
        while self.goes_on() {
            let read = self.read_page(&walk).await;
            let next = match read {
                Ok(next) => next,
                Err(stop) => {
                    self.state.walk = Some(walk);
                    return Err(stop);
                }
            };
            let now = clock::now();
            let (full, started_at) = (walk.is_full(), walk.started_at);
            let began_at = walk.began_at.or(self.their_now).unwrap_or(walk.started_at);
            match walk.read(next, began_at, now) {
                Some(further) => {
                    walk = further;
                    self.state.walk = Some(walk.clone());
                    self.keep().await?;
                }
                None => {
                    self.walked(full, started_at, began_at, now);
                    return self.keep().await;
                }
            }
        }
        self.state.walk = Some(walk);
        Ok(())
    }

    fn walked(&mut self, full: bool, started_at: UnixMillis, began_at: UnixMillis, now: UnixMillis) {
        let state = &mut self.state;
        (state.walk, state.since) = (None, Some(next_since(began_at)));
        (state.last_pull_at, state.last_pull_began_at) = (Some(now), Some(started_at));
        if full {
            state.last_full_at = Some(now);
            if self.settings.push != CrmPush::Nothing {
                state.fill_after = Some(0);
            }
        }
        self.ready = true;
        self.pull_at = now.plus(Duration::from_secs(u64::from(self.settings.every_minutes) * 60));
    }

    async fn read_page(&mut self, walk: &Walk) -> Result<Option<Place>, Stop> {
        let answer = self.client.page(walk.since, walk.ask(), clock::now()).await?;
        self.answered(&answer);
        let page = read_page(&self.settings.api, walk.ask(), &answer.body).map_err(|_| Stop::Page)?;
        let (items, next) = (page.items.to_vec(), page.next);
        self.take_page(&items).await?;
        Ok(next)
    }

    /// Takes records in, each by itself: one that cannot be taken in holds up no other.
    async fn take_page(&mut self, items: &[Value]) -> Result<(), Stop> {
        let store = self.backend.store().clone();
        let ids: Vec<String> = items.iter().filter_map(|item| external_id(&self.settings.api, item)).collect();
        let links = rows::links::of_records(&store, self.scope, self.id, &ids).await?;
        let any_problem = rows::problems::count(&store, self.scope, self.id).await? > 0;
        for item in items {
            self.state.counts.read += 1;
            let record = match read_record(&self.settings.api, &self.settings.plan, item) {
                Ok(record) => record,
                Err(problem) => {
                    let id = external_id(&self.settings.api, item);
                    let lead = id.as_ref().and_then(|id| links.get(id)).map(|link| link.lead_id);
                    self.refuse(&problem.into(), id.as_deref(), lead).await?;
                    continue;
                }
            };
            let link = links.get(&record.external_id);
            if link.is_some_and(|link| says_nothing_new(&record, link)) {
                if any_problem && record.doubts.is_empty() {
                    self.solved(&record, link).await?;
                }
                continue;
            }
            self.take(&record).await?;
        }
        Ok(())
    }

    /// Takes a record in and notes what is wrong with it.
    pub(super) async fn take(&mut self, record: &Record) -> Result<(), Stop> {
        let (taken, lead) = match self.take_in(record).await? {
            Ok(done) => done,
            Err((refusal, lead)) => return self.refuse(&refusal, Some(&record.external_id), lead).await,
        };
        match taken {
            Taken::New => self.state.counts.new += 1,
            Taken::Updated => self.state.counts.updated += 1,
            Taken::Unchanged => {}
        }
        match record.doubts.first() {
            Some((path, reason)) => {
                let doubt = Refusal::Doubtful { path: path.clone(), reason: *reason };
                self.refuse(&doubt, Some(&record.external_id), Some(lead)).await
            }
            None => {
                let store = self.backend.store();
                let id = Some(record.external_id.as_str());
                Ok(rows::problems::solved(store, self.scope, self.id, id, Some(lead)).await?)
            }
        }
    }

    async fn solved(&self, record: &Record, link: Option<&Link>) -> Result<(), Stop> {
        let lead = link.map(|link| link.lead_id);
        let id = Some(record.external_id.as_str());
        Ok(rows::problems::solved(self.backend.store(), self.scope, self.id, id, lead).await?)
    }

    pub(super) async fn refuse(
        &self,
        refusal: &Refusal,
        external_id: Option<&str>,
        lead: Option<LeadId>,
    ) -> Result<(), Stop> {
        let row = refusal.row(external_id, lead);
        Ok(rows::problems::put(self.backend.store(), self.scope, self.id, &row).await?)
    }
}

/// The same as when it was looked at last: a page that is read twice changes nothing.
fn says_nothing_new(record: &Record, link: &Link) -> bool {
    let seen = link.seen.reveal();
    record.texts == seen.theirs && record.do_not_call == seen.told_do_not_call
}
