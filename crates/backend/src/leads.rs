//! Leads: what is known of people, and each change of it with undo.

mod board;
mod card;
mod changes;
mod consents;
mod edit;
mod files;
mod list;
mod merge;
mod notes;
mod stranger;

pub(crate) use card::mask_card;
pub(crate) use changes::{Edit, change};
pub(crate) use files::forget_old as forget_old_files;
pub(crate) use merge::forget_old as forget_old_merges;
pub(crate) use stranger::of_stranger;

use domain::{masking, pii::Personal};
use storage::leads::{Heat as HeatRow, Lead as LeadRow};
use wire::leads::{Heat, Lead};

use crate::Actor;

pub(crate) const fn heat(heat: HeatRow) -> Heat {
    match heat {
        HeatRow::Cold => Heat::Cold,
        HeatRow::Warm => Heat::Warm,
        HeatRow::Hot => Heat::Hot,
    }
}

pub(crate) const fn heat_row(heat: Heat) -> HeatRow {
    match heat {
        Heat::Cold => HeatRow::Cold,
        Heat::Warm => HeatRow::Warm,
        Heat::Hot => HeatRow::Hot,
    }
}

/// In full and without its tags, which stand elsewhere; [`mask`] it for readers who may not see contact data.
pub(crate) fn shown(row: LeadRow) -> Lead {
    Lead {
        id: row.id,
        name: row.name.into_inner(),
        phone: row.phone.into_inner(),
        email: row.email.map(Personal::into_inner),
        masked: false,
        stage: row.stage,
        heat: heat(row.heat),
        source: row.source,
        source_detail: row.source_detail.map(Personal::into_inner),
        owner_id: row.owner_id,
        owner_name: row.owner_name,
        campaign_id: row.campaign_id,
        language: row.language,
        zone: row.zone,
        zone_source: row.zone_source,
        do_not_call: row.do_not_call,
        tags: Vec::new(),
        fields: row.fields.into_inner(),
        attempts: row.attempts,
        last_contact_at_ms: row.last_contact_at,
        created_at_ms: row.created_at,
        version: row.version,
    }
}

/// Facts that are contact data too.
const CONTACT_FIELDS: [&str; 2] = ["phone", "email"];

pub(crate) fn mask(lead: &mut Lead) {
    lead.masked = true;
    lead.phone = masking::mask_number(&lead.phone);
    lead.email = lead.email.as_deref().map(masking::mask_email);
    for field in CONTACT_FIELDS {
        if let Some(value) = lead.fields.get_mut(field) {
            *value = if field == "email" { masking::mask_email(value) } else { masking::mask_number(value) };
        }
    }
}

pub(crate) fn for_reader(actor: &Actor, mut lead: Lead) -> Lead {
    if !actor.role.sees_contact_data() {
        mask(&mut lead);
    }
    lead
}
