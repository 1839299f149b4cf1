//! Leads that forms and programs hand in.

mod form;
mod keys;
mod limits;

pub(crate) use limits::IntakeLimits;

use domain::{
    consent::{Consent, Source},
    ids::{ConsentId, LeadId, TenantId},
    imports::{Draft, Duplicates, KnownWithin, combine},
    intake::{Form, FormConsent, FormProblem, IntakePlan},
    phone_number::E164,
    pii::Personal,
    time::UnixMillis,
};
use hmac::Mac;
use sha2::{Digest, Sha256};
use storage::{
    StorageError, TenantScope,
    consents::ConsentRow,
    intake::{Handed, IntakeKey as KeyRow, Taken},
    lead_changes::ChangedBy,
    leads::{
        Lead as LeadRow,
        bulk::{self, NumberHash, Within},
    },
};
use wire::{
    error::FieldError,
    intake::{IntakeAnswer, IntakeOutcome},
};

use crate::{
    Backend, clock,
    error::BackendError,
    imports::{NewLeadOf, new_lead, present},
    lead_webhook,
    leads::Edit,
    mac,
};

/// What a key may do.
const LEADS_WRITE: &str = "leads:write";
/// Without a key of the sender's own, the same number from the same source within this time is the same form.
const SAME_FORM_MS: i64 = 10 * 60 * 1000;
const LONGEST_KEY: usize = 64;
/// Somebody else may make a lead of the same number at the same moment.
const TRIES: u32 = 3;

/// A form as it came.
#[derive(Debug)]
pub struct HandedIn {
    /// Of `Authorization: Bearer`.
    pub key: Option<String>,
    /// `Idempotency-Key`.
    pub request_key: Option<String>,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// The secret is long and random, so that one round of hashing keeps it.
fn hash_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

fn plan_of(row: &KeyRow) -> Result<IntakePlan, BackendError> {
    serde_json::from_value(row.plan.clone())
        .map_err(|error| BackendError::Internal(format!("the plan of a key cannot be read: {error}")))
}

fn told(problems: Vec<FormProblem>) -> Vec<FieldError> {
    problems.into_iter().map(|one| FieldError { field: one.field, problem: one.problem }).collect()
}

const fn outcome_text(outcome: IntakeOutcome) -> &'static str {
    match outcome {
        IntakeOutcome::New => "new",
        IntakeOutcome::Updated => "updated",
        IntakeOutcome::Known => "known",
        IntakeOutcome::Ignored => "ignored",
    }
}

fn outcome_of(text: &str) -> IntakeOutcome {
    let all = [IntakeOutcome::New, IntakeOutcome::Updated, IntakeOutcome::Known];
    all.into_iter().find(|one| outcome_text(*one) == text).unwrap_or(IntakeOutcome::Ignored)
}

/// What one form is worked on with.
struct Work<'a> {
    scope: TenantScope,
    key: &'a KeyRow,
    plan: &'a IntakePlan,
    draft: &'a Draft,
    number: &'a E164,
    /// Of the tenant.
    zone: &'a str,
    request_key: &'a str,
    body_hash: &'a str,
    /// The sender's own key must come with the same body.
    own_key: bool,
    consents: &'a [FormConsent],
    now: UnixMillis,
}

/// What a form came to.
struct Done {
    lead: Option<LeadRow>,
    outcome: IntakeOutcome,
    repeated: bool,
}

impl Backend {
    /// Takes in what a form says, once.
    pub async fn hand_in(&self, handed: HandedIn) -> Result<IntakeAnswer, BackendError> {
        let secret = handed.key.as_deref().ok_or(BackendError::NotSignedIn)?;
        let found = storage::intake::find(self.store(), &hash_of(secret)).await?;
        let (tenant, key) =
            found.filter(|(_, key)| key.on && key.scope == LEADS_WRITE).ok_or(BackendError::NotSignedIn)?;
        let (scope, now) = (TenantScope::authenticated(tenant), clock::now());
        self.intake_limits()
            .begin(key.id, now)
            .map_err(|retry_after_s| BackendError::TooManyTries { retry_after_s })?;
        storage::intake::touch(self.store(), scope, key.id, now).await?;
        let own_key = handed.request_key.as_deref().filter(|own| !own.is_empty());
        if own_key.is_some_and(|own| own.len() > LONGEST_KEY || !own.is_ascii()) {
            return Err(BackendError::field("Idempotency-Key", "expected 1 to 64 characters"));
        }
        let fields = form::read(&handed.content_type, &handed.body)?;
        let plan = plan_of(&key)?;
        let (draft, notices, consents) = match plan.read(&fields) {
            Ok(Form::Lead { draft, notices, consents }) => (draft, notices, consents),
            Ok(Form::Spam) => {
                tracing::info!(key = %key.id, "a form was filled in by a program and is left out");
                return Ok(ignored());
            }
            Err(problems) => return Err(BackendError::InvalidFields(told(problems))),
        };
        let number = draft.numbers.first().map(|found| found.number.clone());
        let number = number.ok_or_else(|| BackendError::field("phone", "a telephone number is needed"))?;
        let zone = storage::tenants::get(self.store(), scope).await?.ok_or(BackendError::NotFound("tenant"))?.zone;
        let request_key = match own_key {
            Some(own) => format!("own:{own}"),
            None => self.same_form(tenant, &number, draft.source.as_deref().unwrap_or(&key.source)),
        };
        let work = Work {
            scope,
            key: &key,
            plan: &plan,
            draft: &draft,
            number: &number,
            zone: &zone,
            request_key: &request_key,
            body_hash: &hex::encode(Sha256::digest(&handed.body)),
            own_key: own_key.is_some(),
            consents: &consents,
            now,
        };
        let done = self.take_form(&work).await?;
        let may_be_called = match &done.lead {
            Some(lead) => self.objection_to_lead(scope, lead, lead.campaign_id).await?.is_none(),
            None => false,
        };
        Ok(IntakeAnswer {
            outcome: done.outcome,
            lead_id: done.lead.map(|lead| lead.id),
            repeated: done.repeated,
            may_be_called,
            notices: told(notices),
        })
    }

    /// Stands for a form without a key of its own; tells nobody the number.
    fn same_form(&self, tenant: TenantId, number: &E164, source: &str) -> String {
        let mut mac = mac::keyed(self.secret());
        mac.update(format!("intake/{tenant}/{}/{source}", number.as_str()).as_bytes());
        format!("same:{}", hex::encode(mac.finalize().into_bytes()))
    }

    async fn take_form(&self, work: &Work<'_>) -> Result<Done, BackendError> {
        for _ in 1..TRIES {
            match self.try_take_form(work).await {
                // Somebody else made a lead of this number meanwhile: then it is known.
                Err(BackendError::AlreadyExists(_)) => {}
                done => return done,
            }
        }
        self.try_take_form(work).await
    }

    /// All of it in one transaction, so that a form that fails can be handed in again.
    async fn try_take_form(&self, work: &Work<'_>) -> Result<Done, BackendError> {
        let &Work { scope, now, .. } = work;
        let since = if work.own_key { UnixMillis(i64::MIN) } else { UnixMillis(now.0 - SAME_FORM_MS) };
        let handed = Handed { key: work.key.id, request_key: work.request_key, body_hash: work.body_hash, at: now };
        let mut unit = self.store().begin().await?;
        if let Some(taken) = storage::intake::begin(&mut unit, scope, handed, since).await? {
            return self.again(work, taken).await;
        }
        let hash = NumberHash::of(self.store(), scope, work.number.as_str());
        let within = match work.plan.known_within {
            KnownWithin::Campaign => Within::Campaign(work.key.campaign_id),
            KnownWithin::Tenant => Within::Tenant,
        };
        let known = bulk::known(&mut unit, scope, std::slice::from_ref(&hash), within).await?.remove(&hash);
        let (lead, outcome) = match known {
            None => (self.new_of_form(&mut unit, work).await?, IntakeOutcome::New),
            Some(known) => {
                let lead = storage::leads::get(&mut unit, scope, known.id).await?;
                let lead = lead.ok_or(StorageError::Conflict { what: "lead" })?;
                update(&mut unit, work, lead).await?
            }
        };
        for said in work.consents {
            storage::consents::add(&mut unit, scope, &consent_row(work, lead.id, said)).await?;
        }
        storage::intake::finish(&mut unit, scope, handed, Some(lead.id), outcome_text(outcome)).await?;
        unit.commit().await?;
        if outcome != IntakeOutcome::Known || !work.consents.is_empty() {
            self.lead_changed(scope, lead.id);
        }
        if outcome == IntakeOutcome::New {
            self.wake_assignment();
            self.wake_jobs();
        }
        Ok(Done { lead: Some(lead), outcome, repeated: false })
    }

    async fn new_of_form(&self, unit: &mut storage::Tx, work: &Work<'_>) -> Result<LeadRow, BackendError> {
        let (scope, campaign_id) = (work.scope, work.key.campaign_id);
        let number = Personal::new(work.number.as_str().to_owned());
        let objections = storage::objections::of_number(&mut *unit, scope, &number).await?;
        let mut draft = work.draft.clone();
        draft.do_not_call |= objections.for_ever(campaign_id);
        let of = NewLeadOf { import_id: None, campaign_id, source: Some(&work.key.source), zone: work.zone };
        let (lead, others) = new_lead(draft, of, work.now);
        storage::leads::insert(&mut *unit, scope, &lead).await?;
        if !others.is_empty() {
            storage::leads::numbers::set(&mut *unit, scope, lead.id, &others).await?;
        }
        lead_webhook::tell_of(unit, scope, lead.id).await?;
        Ok(lead)
    }

    /// What the same form came to before.
    async fn again(&self, work: &Work<'_>, taken: Taken) -> Result<Done, BackendError> {
        if work.own_key && taken.body_hash != work.body_hash {
            return Err(BackendError::IdempotencyMismatch);
        }
        let lead = match taken.lead_id {
            Some(id) => storage::leads::get(self.store(), work.scope, id).await?,
            None => None,
        };
        Ok(Done { lead, outcome: outcome_of(&taken.outcome), repeated: true })
    }
}

/// What shows it is the form itself: by which key it came, which field, and what stood there.
fn consent_row(work: &Work<'_>, lead: LeadId, said: &FormConsent) -> ConsentRow {
    let FormConsent { channel, purpose, given, field, text } = said;
    let proof = format!("form {:?} ({}), field {field:?}: {text:?}", work.key.name, work.key.id);
    ConsentRow {
        id: ConsentId::new(clock::new_uuid()),
        lead_id: lead,
        said: Consent { channel: *channel, purpose: purpose.clone(), given: *given, at: work.now },
        source: Source::Form.as_str().to_owned(),
        proof: Some(Personal::new(proof)),
        by: None,
        by_name: None,
    }
}

/// By the rules of imports: what the form changes of a person who is known.
async fn update(
    unit: &mut storage::Tx,
    work: &Work<'_>,
    lead: LeadRow,
) -> Result<(LeadRow, IntakeOutcome), BackendError> {
    let values = combine(&present(&lead), work.draft, work.plan.duplicates);
    let mark = work.draft.do_not_call && !lead.do_not_call && work.plan.duplicates != Duplicates::Skip;
    if values.is_empty() && !mark {
        return Ok((lead, IntakeOutcome::Known));
    }
    let mut edit = Edit::new(lead, ChangedBy::Import { import_id: None });
    for value in values {
        edit.set(&value.field, Some(value.to.reveal()));
    }
    edit.row.do_not_call |= mark;
    edit.write(unit, work.scope).await?;
    Ok((edit.row, IntakeOutcome::Updated))
}

const fn ignored() -> IntakeAnswer {
    IntakeAnswer {
        outcome: IntakeOutcome::Ignored,
        lead_id: None,
        repeated: false,
        may_be_called: false,
        notices: Vec::new(),
    }
}
