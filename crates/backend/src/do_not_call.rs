//! Numbers that must not be called: by nobody or by a campaign, for ever or for a while.

use domain::{
    consent::Source,
    do_not_call::{MOST_LISTED, Objection, may_be_called, read_list},
    ids::{CampaignId, DncId},
    masking,
    phone_number::E164,
    pii::Personal,
    time::UnixMillis,
};
use storage::{
    TenantScope, Tx,
    dnc::{Added, DncEntry as DncRow, DncFilter as RowFilter},
    leads::Lead as LeadRow,
};
use wire::{
    config::{AddDnc, DncEntry, DncFilter, DncState, DncUpload, DncUploaded, WrongLine},
    page::Page,
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    paging,
};

const LONGEST_REASON: usize = 200;
const LONGEST_PROOF: usize = 2_000;
/// Named in the answer to an upload; the rest is only counted.
const MOST_WRONG_LINES: usize = 50;
/// Entries that are written in one transaction.
const AT_ONCE: usize = 250;

fn shown(actor: &Actor, row: DncRow, now: UnixMillis) -> DncEntry {
    let in_full = actor.role.sees_contact_data();
    let in_force = row.listing().is_in_force(now);
    let number = row.number.into_inner();
    DncEntry {
        id: row.id,
        number: if in_full { number } else { masking::mask_number(&number) },
        campaign_id: row.campaign_id,
        until_ms: row.until,
        in_force,
        reason: row.reason,
        source: row.source,
        proof: row.proof.map(Personal::into_inner).filter(|_| in_full),
        added_by: row.added_by_name,
        added_at_ms: row.added_at,
    }
}

/// Puts a number on the list, and marks its leads when it is for ever.
pub(crate) async fn put_on_list(unit: &mut Tx, scope: TenantScope, row: &DncRow) -> Result<Added, BackendError> {
    let added = storage::dnc::add(&mut *unit, scope, row).await?;
    if row.until.is_none() {
        storage::leads::mark_do_not_call(unit, scope, &row.number, row.campaign_id).await?;
    }
    Ok(added)
}

fn check_terms(checks: &mut FieldChecks, reason: &str, proof: Option<&str>, until: Option<UnixMillis>) {
    checks.text(reason, LONGEST_REASON, "reason");
    checks.at_most(proof.unwrap_or_default(), LONGEST_PROOF, "proof");
    let ahead = until.is_none_or(|until| until > clock::now());
    checks.require(ahead, "until_ms", "expected a moment in the future");
}

fn proof_of(text: Option<String>) -> Option<Personal<String>> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).map(Personal::new)
}

impl Backend {
    pub async fn list_do_not_call(&self, actor: &Actor, query: DncFilter) -> Result<Page<DncEntry>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let now = clock::now();
        let filter = RowFilter {
            search: query.search,
            campaign_id: query.campaign_id,
            source: query.source.map(|source| source.as_str().to_owned()),
            in_force: query.state.map(|state| (state == DncState::InForce, now)),
        };
        let page = storage::dnc::list(self.store(), actor.scope, &filter, request).await?;
        Ok(paging::page(page, |row| shown(actor, row, now)))
    }

    pub async fn add_do_not_call(&self, actor: &Actor, body: AddDnc) -> Result<DncEntry, BackendError> {
        actor.must_take_calls()?;
        let mut checks = FieldChecks::default();
        check_terms(&mut checks, &body.reason, body.proof.as_deref(), body.until_ms);
        let number = E164::parse(&body.number, Some(&actor.country));
        if let Err(error) = &number {
            checks.require(false, "number", &error.to_string());
        }
        checks.done()?;
        let number = number.map_err(|error| BackendError::field("number", error.to_string()))?;
        let row = DncRow {
            id: DncId::new(clock::new_uuid()),
            number: Personal::new(number.as_str().to_owned()),
            campaign_id: body.campaign_id,
            until: body.until_ms,
            reason: body.reason.trim().to_owned(),
            source: body.source.unwrap_or_default().as_str().to_owned(),
            proof: proof_of(body.proof),
            added_by: Some(actor.user),
            added_by_name: None,
            added_at: clock::now(),
        };
        let mut unit = self.store().begin().await?;
        let id = match put_on_list(&mut unit, actor.scope, &row).await? {
            Added::New => row.id,
            Added::Longer(id) | Added::Before(id) => id,
        };
        unit.commit().await?;
        self.audit(actor, "do_not_call.add", &id.to_string(), serde_json::json!({})).await;
        let kept = storage::dnc::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("entry"))?;
        Ok(shown(actor, kept, clock::now()))
    }

    /// Takes a list of numbers, one in each line.
    pub async fn upload_do_not_call(&self, actor: &Actor, body: DncUpload) -> Result<DncUploaded, BackendError> {
        actor.must_supervise()?;
        let mut checks = FieldChecks::default();
        check_terms(&mut checks, &body.reason, body.proof.as_deref(), body.until_ms);
        let lines = read_list(&body.text, &actor.country);
        checks.require(!lines.is_empty(), "text", "expected one number in each line");
        checks.require(lines.len() <= MOST_LISTED, "text", "expected at most 5000 lines");
        checks.done()?;
        let now = clock::now();
        let proof = proof_of(body.proof);
        let (mut uploaded, mut rows) = (DncUploaded::default(), Vec::new());
        for line in lines {
            match line.number {
                Ok(number) => rows.push(DncRow {
                    id: DncId::new(clock::new_uuid()),
                    number: Personal::new(number.as_str().to_owned()),
                    campaign_id: body.campaign_id,
                    until: body.until_ms,
                    reason: body.reason.trim().to_owned(),
                    source: Source::Upload.as_str().to_owned(),
                    proof: proof.clone(),
                    added_by: Some(actor.user),
                    added_by_name: None,
                    added_at: now,
                }),
                Err(problem) => {
                    uploaded.wrong += 1;
                    if uploaded.wrong_lines.len() < MOST_WRONG_LINES {
                        uploaded.wrong_lines.push(WrongLine { line: line.line, problem: problem.into() });
                    }
                }
            }
        }
        for part in rows.chunks(AT_ONCE) {
            let mut unit = self.store().begin().await?;
            for row in part {
                match put_on_list(&mut unit, actor.scope, row).await? {
                    Added::New | Added::Longer(_) => uploaded.added += 1,
                    Added::Before(_) => uploaded.known += 1,
                }
            }
            unit.commit().await?;
        }
        let told = serde_json::json!({ "added": uploaded.added, "known": uploaded.known, "wrong": uploaded.wrong });
        self.audit(actor, "do_not_call.upload", "list", told).await;
        Ok(uploaded)
    }

    pub async fn remove_do_not_call(&self, actor: &Actor, id: DncId) -> Result<(), BackendError> {
        actor.must_supervise()?;
        let mut unit = self.store().begin().await?;
        let removed = storage::dnc::remove(&mut unit, actor.scope, id).await?.ok_or(BackendError::NotFound("entry"))?;
        storage::leads::unmark_do_not_call(&mut unit, actor.scope, &removed.number, removed.campaign_id).await?;
        unit.commit().await?;
        self.audit(actor, "do_not_call.remove", &id.to_string(), serde_json::json!({})).await;
        Ok(())
    }

    /// What keeps a lead from being called at all.
    pub(crate) async fn objection_to_lead(
        &self,
        scope: TenantScope,
        lead: &LeadRow,
        campaign: Option<CampaignId>,
    ) -> Result<Option<Objection>, BackendError> {
        let objections = storage::objections::of_lead(self.store(), scope, lead).await?;
        let objection = may_be_called(&objections, campaign, clock::now()).err();
        if objection == Some(Objection::RegistryUnknown)
            && self.ask_registry(scope, &lead.phone, objections.registry).await?
        {
            let objections = storage::objections::of_lead(self.store(), scope, lead).await?;
            return Ok(may_be_called(&objections, campaign, clock::now()).err());
        }
        Ok(objection)
    }

    /// The same as far as it is known, for those who look and do not call: a registry that has not been asked yet is asked when
    /// somebody calls.
    pub(crate) async fn known_objection(
        &self,
        scope: TenantScope,
        lead: &LeadRow,
        campaign: Option<CampaignId>,
    ) -> Result<Option<Objection>, BackendError> {
        let objections = storage::objections::of_lead(self.store(), scope, lead).await?;
        let objection = may_be_called(&objections, campaign, clock::now()).err();
        Ok(objection.filter(|objection| *objection != Objection::RegistryUnknown))
    }

    /// What keeps a number of nobody known from being called at all.
    pub(crate) async fn objection_to_number(
        &self,
        scope: TenantScope,
        number: &E164,
        campaign: Option<CampaignId>,
    ) -> Result<Option<Objection>, BackendError> {
        let number = Personal::new(number.as_str().to_owned());
        let objections = storage::objections::of_number(self.store(), scope, &number).await?;
        let objection = may_be_called(&objections, campaign, clock::now()).err();
        if objection == Some(Objection::RegistryUnknown)
            && self.ask_registry(scope, &number, objections.registry).await?
        {
            let objections = storage::objections::of_number(self.store(), scope, &number).await?;
            return Ok(may_be_called(&objections, campaign, clock::now()).err());
        }
        Ok(objection)
    }
}
