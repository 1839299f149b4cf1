//! People entering and changing leads.

use std::collections::BTreeMap;

use domain::{ids::LeadId, masking, phone_number::E164, pii::Personal, zone};
use storage::{lead_changes::ChangedBy, leads::Lead as LeadRow};
use wire::leads::{CreateLead, Lead, UpdateLead};

use super::{changes::Edit, heat_row, stranger};
use crate::{
    Actor, Backend,
    error::{BackendError, FieldChecks},
    lead_webhook,
};

const MOST_FIELDS: usize = 60;

fn check_fields(checks: &mut FieldChecks, fields: &BTreeMap<String, String>) {
    checks.require(fields.len() <= MOST_FIELDS, "fields", "expected at most 60");
    for (key, value) in fields {
        checks.require(key.len() <= 40 && !key.is_empty(), "fields", "expected keys of 1 to 40 characters");
        checks.at_most(value, 1000, &format!("fields.{key}"));
    }
}

fn check_email(checks: &mut FieldChecks, email: &str) {
    // RFC 5321 section 4.5.3.1.
    checks.at_most(email, 254, "email");
}

fn check_language(checks: &mut FieldChecks, language: Option<&str>) {
    checks.at_most(language.unwrap_or_default(), 16, "language");
}

fn check_zone(checks: &mut FieldChecks, zone: &str) {
    checks.require(zone::zone(zone).is_ok(), "zone", "expected an IANA time zone such as Asia/Kolkata");
}

impl Backend {
    pub async fn create_lead(&self, actor: &Actor, body: CreateLead) -> Result<Lead, BackendError> {
        actor.must_take_calls()?;
        let mut checks = FieldChecks::default();
        checks.text(&body.name, 120, "name");
        check_fields(&mut checks, &body.fields);
        check_email(&mut checks, body.email.as_deref().unwrap_or_default());
        check_language(&mut checks, body.language.as_deref());
        checks.at_most(body.source.as_deref().unwrap_or_default(), 80, "source");
        checks.at_most(body.source_detail.as_deref().unwrap_or_default(), 500, "source_detail");
        if let Some(zone) = &body.zone {
            check_zone(&mut checks, zone);
        }
        let number = E164::parse(&body.phone, Some(&actor.country));
        if let Err(error) = &number {
            checks.require(false, "phone", &error.to_string());
        }
        checks.done()?;
        let number = number.map_err(|error| BackendError::field("phone", error.to_string()))?;
        let mut row = stranger::unknown(actor, &number, body.name.trim().to_owned());
        if let Some(zone) = body.zone {
            (row.zone, row.zone_source) = (zone, "said".to_owned());
        }
        let row = LeadRow {
            do_not_call: storage::objections::of_number(self.store(), actor.scope, &row.phone)
                .await?
                .for_ever(body.campaign_id),
            email: body.email.filter(|email| !email.is_empty()).map(Personal::new),
            source: body.source,
            source_detail: body.source_detail.map(Personal::new),
            owner_id: body.owner_id.or(Some(actor.user)),
            campaign_id: body.campaign_id,
            language: body.language,
            fields: Personal::new(body.fields),
            ..row
        };
        let mut unit = self.store().begin().await?;
        storage::leads::insert(&mut unit, actor.scope, &row).await?;
        lead_webhook::tell_of(&mut unit, actor.scope, row.id).await?;
        unit.commit().await?;
        self.wake_jobs();
        self.lead_for(actor, row.id).await
    }

    pub async fn update_lead(&self, actor: &Actor, id: LeadId, body: UpdateLead) -> Result<Lead, BackendError> {
        actor.must_take_calls()?;
        let mut checks = FieldChecks::default();
        if let Some(name) = &body.name {
            checks.text(name, 120, "name");
        }
        if let Some(fields) = &body.fields {
            check_fields(&mut checks, fields);
        }
        check_email(&mut checks, body.email.as_deref().unwrap_or_default());
        check_language(&mut checks, body.language.as_deref());
        if let Some(zone) = &body.zone {
            check_zone(&mut checks, zone);
        }
        if let Some(stage) = &body.stage {
            checks.text(stage, 40, "stage");
        }
        checks.done()?;
        let row = self.lead_row(actor, id).await?;
        let before = row.owner_id;
        let mut edit = Edit::new(row, ChangedBy::Person { user_id: actor.user, name: actor.name.clone() });
        if let Some(name) = body.name {
            edit.name(name.trim());
        }
        if let Some(email) = body.email {
            // A masked value that comes back from a form is not a new one.
            if !email.contains(masking_mark()) {
                edit.email(&email);
            }
        }
        if let Some(stage) = body.stage {
            edit.stage(&stage);
        }
        if let Some(heat) = body.heat {
            edit.heat(heat_row(heat));
        }
        let mut given = None;
        if let Some(owner) = body.owner_id.filter(|owner| before != Some(*owner)) {
            let owner = self.user_of(actor, owner).await?;
            edit.owner(Some(owner.id));
            given = Some(owner);
        }
        for (key, value) in body.fields.unwrap_or_default() {
            edit.field(&key, &value);
        }
        if let Some(language) = body.language {
            edit.language(language.trim());
        }
        if let Some(zone) = body.zone {
            edit.zone(&zone);
        }
        self.apply_edit(actor.scope, edit).await?;
        if let Some(owner) = given {
            self.note_gift(actor, id, before, &owner).await?;
        }
        self.lead_for(actor, id).await
    }
}

/// The character that masks are made of.
fn masking_mark() -> char {
    masking::mask_number("+910000000000").chars().find(|c| !c.is_ascii()).unwrap_or('•')
}
