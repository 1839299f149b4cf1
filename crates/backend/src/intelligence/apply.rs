//! Facts of an analysis on the lead: the rule is `domain::leads`.

use std::collections::BTreeMap;

use domain::{
    dispositions::Heat,
    intelligence::Analysis,
    leads::{self as rule, LeadRecord, Proposal, SetBy},
    pii::Personal,
};
use storage::{
    TenantScope,
    calls::Call as CallRow,
    lead_changes::ChangedBy,
    leads::{Heat as HeatRow, Lead as LeadRow},
};
use wire::intelligence::FieldProposal;

use crate::{Backend, jobs::JobError, leads::Edit};

fn shown(proposal: Proposal, engine: &str) -> FieldProposal {
    let change = proposal.change;
    let (quote, at_s) = change.evidence.map_or_else(Default::default, |one| (one.quote.into_inner(), one.at_s));
    FieldProposal {
        field: change.field,
        current: change.from.map(Personal::into_inner),
        proposed: change.to.into_inner(),
        quote,
        at_s,
        confidence: change.confidence,
        engine: engine.to_owned(),
    }
}

/// Who set each field last: the newest change that stands.
async fn set_by(backend: &Backend, scope: TenantScope, lead: &LeadRow) -> Result<BTreeMap<String, SetBy>, JobError> {
    let mut last = BTreeMap::new();
    for change in storage::lead_changes::of_lead(backend.store(), scope, lead.id).await? {
        // What a CRM said in vain set nothing.
        if change.undone_at.is_some() || matches!(change.by, ChangedBy::Crm { lost: true, .. }) {
            continue;
        }
        last.entry(change.field).or_insert(match change.by {
            ChangedBy::Person { user_id, .. } => SetBy::Person { user_id },
            ChangedBy::Analysis { call_id, engine } => SetBy::Analysis { call_id, engine },
            ChangedBy::Disposition { call_id } => SetBy::Disposition { call_id },
            ChangedBy::Import { .. } | ChangedBy::Crm { .. } => SetBy::Import,
        });
    }
    Ok(last)
}

fn record(lead: &LeadRow, set_by: BTreeMap<String, SetBy>) -> LeadRecord {
    let fields = lead.fields.reveal().iter();
    let mut texts: BTreeMap<String, Personal<String>> =
        fields.map(|(key, value)| (format!("fields.{key}"), Personal::new(value.clone()))).collect();
    texts.insert("name".to_owned(), lead.name.clone());
    if let Some(email) = &lead.email {
        texts.insert("email".to_owned(), email.clone());
    }
    let heat = match lead.heat {
        HeatRow::Cold => Heat::Cold,
        HeatRow::Warm => Heat::Warm,
        HeatRow::Hot => Heat::Hot,
    };
    LeadRecord { heat, texts, set_by }
}

/// Fills what nobody entered and proposes the rest; with `write` false everything is proposed.
pub(super) async fn to_lead(
    backend: &Backend,
    scope: TenantScope,
    row: &CallRow,
    analysis: &Analysis,
    write: bool,
) -> Result<Vec<FieldProposal>, JobError> {
    let lead = match row.lead_id {
        Some(id) => storage::leads::get(backend.store(), scope, id).await?,
        None => None,
    };
    let Some(lead) = lead else { return Ok(Vec::new()) };
    let engine = analysis.engine.name.clone();
    let set_by = set_by(backend, scope, &lead).await?;
    let update = rule::update(&record(&lead, set_by), analysis);
    let mut proposals: Vec<FieldProposal> =
        update.proposals.into_iter().map(|proposal| shown(proposal, &engine)).collect();
    if write {
        let mut edit = Edit::new(lead, ChangedBy::Analysis { call_id: row.id, engine });
        for change in &update.changes {
            edit.set(&change.field, Some(change.to.reveal()));
        }
        if !edit.is_empty() {
            backend.apply_edit(scope, edit).await?;
        }
    } else {
        let because = rule::ProposedBecause::GivenByPerson;
        proposals.extend(update.changes.into_iter().map(|change| shown(Proposal { change, because }, &engine)));
    }
    Ok(proposals)
}
