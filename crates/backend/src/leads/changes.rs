//! Changes of a lead, kept one by one, with undo.

use domain::{
    ids::{CampaignId, LeadChangeId, LeadId, UserId},
    phone_number::E164,
    pii::Personal,
};
use storage::{
    On, TenantScope,
    lead_changes::{ChangedBy as ByRow, LeadChange as ChangeRow},
    leads::{Heat as HeatRow, Lead as LeadRow},
};
use wire::{
    leads::{ChangedBy, Lead, LeadChange},
    live::LiveEvent,
};

use crate::{Actor, Backend, clock, error::BackendError, live::Audience};

/// A lead that is being changed, with a note of each field.
pub(crate) struct Edit {
    pub row: LeadRow,
    by: ByRow,
    changes: Vec<ChangeRow>,
}

const fn heat_text(heat: HeatRow) -> &'static str {
    match heat {
        HeatRow::Cold => "cold",
        HeatRow::Warm => "warm",
        HeatRow::Hot => "hot",
    }
}

fn heat_of(text: &str) -> Option<HeatRow> {
    [HeatRow::Cold, HeatRow::Warm, HeatRow::Hot].into_iter().find(|heat| heat_text(*heat) == text)
}

impl Edit {
    pub fn new(row: LeadRow, by: ByRow) -> Self {
        Self { row, by, changes: Vec::new() }
    }

    fn note(&mut self, field: &str, from: Option<String>, to: Option<String>) {
        if from == to {
            return;
        }
        self.changes.push(ChangeRow {
            id: LeadChangeId::new(clock::new_uuid()),
            lead_id: self.row.id,
            field: field.to_owned(),
            from: from.map(Personal::new),
            to: to.map(Personal::new),
            by: self.by.clone(),
            at: clock::now(),
            undone_at: None,
            merges: 0,
        });
    }

    pub fn name(&mut self, name: &str) {
        let old = std::mem::replace(&mut self.row.name, Personal::new(name.to_owned()));
        self.note("name", Some(old.into_inner()), Some(name.to_owned()));
    }

    pub fn email(&mut self, email: &str) {
        let new = Some(email.to_owned()).filter(|email| !email.is_empty());
        let old = std::mem::replace(&mut self.row.email, new.clone().map(Personal::new));
        self.note("email", old.map(Personal::into_inner), new);
    }

    /// E.164, as it is kept.
    pub fn phone(&mut self, e164: &str) {
        let kind = E164::parse_with_kind(e164, None).map(|(_, kind)| kind.as_str().to_owned());
        let old = std::mem::replace(&mut self.row.phone, Personal::new(e164.to_owned()));
        self.row.phone_kind = kind.ok();
        self.note("phone", Some(old.into_inner()), Some(e164.to_owned()));
    }

    /// ISO 639; an empty one is forgotten.
    pub fn language(&mut self, language: &str) {
        let new = Some(language.to_owned()).filter(|language| !language.is_empty());
        let old = std::mem::replace(&mut self.row.language, new.clone());
        self.note("language", old, new);
    }

    /// What a CRM says and was older: it is kept in the history alone.
    pub fn lost(&mut self, by: ByRow, field: &str, theirs: Option<String>) {
        let ours = Self::value(&self.row, field);
        let usual = std::mem::replace(&mut self.by, by);
        self.note(field, theirs, ours);
        self.by = usual;
    }

    pub fn stage(&mut self, stage: &str) {
        let old = std::mem::replace(&mut self.row.stage, stage.to_owned());
        self.note("stage", Some(old), Some(stage.to_owned()));
    }

    pub fn heat(&mut self, heat: HeatRow) {
        let old = std::mem::replace(&mut self.row.heat, heat);
        self.note("heat", Some(heat_text(old).to_owned()), Some(heat_text(heat).to_owned()));
    }

    pub fn owner(&mut self, owner: Option<UserId>) {
        let old = std::mem::replace(&mut self.row.owner_id, owner);
        self.note("owner", old.map(|id| id.to_string()), owner.map(|id| id.to_string()));
    }

    pub fn campaign(&mut self, campaign: Option<CampaignId>) {
        let old = std::mem::replace(&mut self.row.campaign_id, campaign);
        self.note("campaign", old.map(|id| id.to_string()), campaign.map(|id| id.to_string()));
    }

    /// Somebody says where the person is.
    pub fn zone(&mut self, zone: &str) {
        let old = std::mem::replace(&mut self.row.zone, zone.to_owned());
        self.row.zone_source = "said".to_owned();
        self.note("zone", Some(old), Some(zone.to_owned()));
    }

    pub fn source(&mut self, source: Option<&str>) {
        let new = source.filter(|text| !text.is_empty()).map(str::to_owned);
        let old = std::mem::replace(&mut self.row.source, new.clone());
        self.note("source", old, new);
    }

    pub fn source_detail(&mut self, detail: Option<&str>) {
        let new = detail.filter(|text| !text.is_empty()).map(str::to_owned);
        let old = std::mem::replace(&mut self.row.source_detail, new.clone().map(Personal::new));
        self.note("source_detail", old.map(Personal::into_inner), new);
    }

    /// Tells that a lead of this name was made one with this one.
    pub fn merged(&mut self, name: &str) {
        self.note("merged", None, Some(name.to_owned()));
    }

    /// Ids of the changes so far, by the fields.
    pub fn noted(&self) -> impl Iterator<Item = (LeadChangeId, &str)> {
        self.changes.iter().map(|change| (change.id, change.field.as_str()))
    }

    /// An empty value removes the fact.
    pub fn field(&mut self, key: &str, value: &str) {
        let mut fields = std::mem::take(&mut self.row.fields).into_inner();
        let new = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        let old = match &new {
            Some(value) => fields.insert(key.to_owned(), value.clone()),
            None => fields.remove(key),
        };
        self.row.fields = Personal::new(fields);
        self.note(&format!("fields.{key}"), old, new);
    }

    /// Sets a field by the name under which changes are kept. False for a name that is not known.
    pub fn set(&mut self, field: &str, value: Option<&str>) -> bool {
        let text = value.unwrap_or_default();
        match field {
            "name" => self.name(text),
            "phone" if !text.is_empty() => self.phone(text),
            "email" => self.email(text),
            "language" => self.language(text),
            "stage" => self.stage(text),
            "heat" => match heat_of(text) {
                Some(heat) => self.heat(heat),
                None => return false,
            },
            "owner" => match value.map(str::parse).transpose() {
                Ok(owner) => self.owner(owner),
                Err(_) => return false,
            },
            "campaign" => match value.map(str::parse).transpose() {
                Ok(campaign) => self.campaign(campaign),
                Err(_) => return false,
            },
            "zone" if !text.is_empty() => self.zone(text),
            "source" => self.source(value),
            "source_detail" => self.source_detail(value),
            other => match other.strip_prefix("fields.") {
                Some(key) => self.field(key, text),
                None => return false,
            },
        }
        true
    }

    /// The present value of a field, by the name under which changes are kept.
    pub fn value(row: &LeadRow, field: &str) -> Option<String> {
        match field {
            "name" => Some(row.name.reveal().clone()),
            "phone" => Some(row.phone.reveal().clone()),
            "email" => row.email.clone().map(Personal::into_inner),
            "language" => row.language.clone(),
            "stage" => Some(row.stage.clone()),
            "heat" => Some(heat_text(row.heat).to_owned()),
            "owner" => row.owner_id.map(|id| id.to_string()),
            "campaign" => row.campaign_id.map(|id| id.to_string()),
            "zone" => Some(row.zone.clone()),
            "source" => row.source.clone(),
            "source_detail" => row.source_detail.clone().map(Personal::into_inner),
            other => row.fields.reveal().get(other.strip_prefix("fields.")?).cloned(),
        }
    }

    /// Writes the lead and its changes in one transaction.
    pub async fn write(&self, on: impl Into<On<'_>>, scope: TenantScope) -> Result<(), BackendError> {
        storage::lead_changes::apply(on, scope, &self.row, &self.changes).await?;
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

fn by(by: ByRow) -> ChangedBy {
    match by {
        ByRow::Person { user_id, name } => ChangedBy::Person { user_id, name },
        ByRow::Analysis { call_id, engine } => ChangedBy::Analysis { call_id, engine },
        ByRow::Disposition { call_id } => ChangedBy::Disposition { call_id },
        ByRow::Import { .. } => ChangedBy::Import,
        ByRow::Crm { name, lost, .. } => ChangedBy::Crm { name, lost },
    }
}

/// A number is changed back by undoing the merge that changed it, and what came from another lead is that lead's past.
fn undoable(change: &ChangeRow) -> bool {
    change.undone_at.is_none() && change.merges == 0 && change.field != "phone"
}

/// A change as a reader sees it; `row` is the lead as it is now.
pub(crate) fn change(actor: &Actor, change: ChangeRow, row: &LeadRow) -> LeadChange {
    let undoable = undoable(&change);
    let mut to = change.to.map(Personal::into_inner);
    let mut from = change.from.map(Personal::into_inner);
    let can_undo = undoable && Edit::value(row, &change.field) == to;
    if !actor.role.sees_contact_data() {
        let (email, phone) = (change.field.ends_with("email"), change.field.ends_with("phone"));
        for value in [&mut from, &mut to].into_iter().flatten() {
            if email {
                *value = domain::masking::mask_email(value);
            } else if phone {
                *value = domain::masking::mask_number(value);
            }
        }
    }
    LeadChange {
        id: change.id,
        lead_id: change.lead_id,
        field: change.field,
        from,
        to,
        by: by(change.by),
        at_ms: change.at,
        undone_at_ms: change.undone_at,
        can_undo,
    }
}

impl Backend {
    /// Writes the lead and its changes in one transaction. Does nothing when nothing changed but the clock.
    pub(crate) async fn apply_edit(&self, scope: TenantScope, edit: Edit) -> Result<(), BackendError> {
        edit.write(self.store(), scope).await?;
        self.lead_changed(scope, edit.row.id);
        Ok(())
    }

    pub(crate) fn lead_changed(&self, scope: TenantScope, lead_id: LeadId) {
        self.feed().publish(scope.tenant(), Audience::Everyone, LiveEvent::Lead { lead_id });
    }

    /// The worklists of these people have changed, each told once.
    pub(crate) fn leads_changed_for(&self, scope: TenantScope, people: impl Iterator<Item = UserId>) {
        for person in people.collect::<std::collections::BTreeSet<_>>() {
            self.feed().publish(scope.tenant(), Audience::User(person), LiveEvent::Worklist {});
        }
    }

    pub async fn list_lead_changes(&self, actor: &Actor, id: LeadId) -> Result<Vec<LeadChange>, BackendError> {
        let row = self.lead_row(actor, id).await?;
        let changes = storage::lead_changes::of_lead(self.store(), actor.scope, id).await?;
        Ok(changes.into_iter().map(|one| change(actor, one, &row)).collect())
    }

    pub async fn undo_lead_change(
        &self,
        actor: &Actor,
        id: LeadId,
        change: LeadChangeId,
    ) -> Result<Lead, BackendError> {
        actor.must_take_calls()?;
        let row = self.lead_row(actor, id).await?;
        let found = storage::lead_changes::get(self.store(), actor.scope, change)
            .await?
            .filter(|change| change.lead_id == id)
            .ok_or(BackendError::NotFound("change"))?;
        let to = found.to.as_ref().map(|value| value.reveal().clone());
        if !undoable(&found) || Edit::value(&row, &found.field) != to {
            return Err(BackendError::Conflict("the field has been changed again since"));
        }
        let mut edit = Edit::new(row, ByRow::Person { user_id: actor.user, name: actor.name.clone() });
        if !edit.set(&found.field, found.from.as_ref().map(|value| value.reveal().as_str())) {
            return Err(BackendError::Conflict("this change cannot be undone"));
        }
        storage::lead_changes::undo(self.store(), actor.scope, change, &edit.row, actor.user, clock::now()).await?;
        self.lead_changed(actor.scope, id);
        self.lead_for(actor, id).await
    }
}
