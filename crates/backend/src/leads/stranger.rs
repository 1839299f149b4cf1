//! Callers who were no lead when they called.

use std::collections::BTreeMap;

use domain::{ids::LeadId, phone_number::E164, pii::Personal, zone};
use storage::{
    Tx,
    calls::Call as CallRow,
    leads::{Heat as HeatRow, Lead as LeadRow},
};

use crate::{Actor, clock, error::BackendError, lead_webhook};

/// A lead of whom nothing but the number is known.
pub(super) fn unknown(actor: &Actor, number: &E164, name: String) -> LeadRow {
    let (zone, zone_source) = zone::zone_of(number).unwrap_or((&actor.zone, "tenant"));
    let now = clock::now();
    LeadRow {
        id: LeadId::new(clock::new_uuid()),
        name: Personal::new(name),
        phone: Personal::new(number.as_str().to_owned()),
        email: None,
        stage: "new".to_owned(),
        heat: HeatRow::Cold,
        source: None,
        source_detail: None,
        owner_id: Some(actor.user),
        owner_name: None,
        campaign_id: None,
        language: None,
        zone: zone.to_owned(),
        zone_source: zone_source.to_owned(),
        fields: Personal::new(BTreeMap::new()),
        provenance: Personal::new(serde_json::json!({})),
        do_not_call: false,
        phone_kind: None,
        phone_extension: None,
        priority: 0,
        import_id: None,
        attempts: 0,
        last_contact_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// The lead of a call whose caller was nobody known: one that was made since, else a new one, named by what the agent typed.
/// `None` when the number was withheld: nobody can be called back at it.
pub(crate) async fn of_stranger(
    unit: &mut Tx,
    actor: &Actor,
    row: &CallRow,
    typed: &BTreeMap<String, String>,
) -> Result<Option<LeadRow>, BackendError> {
    let Ok(number) = E164::parse(row.customer_number.reveal(), None) else { return Ok(None) };
    let phone = Personal::new(number.as_str().to_owned());
    let lead = match storage::leads::by_phone(&mut *unit, actor.scope, &phone).await? {
        Some(lead) => lead,
        None => {
            let named = ["name", "customer_name"].iter().find_map(|key| typed.get(*key)).map(|name| name.trim());
            let name = named.filter(|name| !name.is_empty()).unwrap_or("Unknown caller").to_owned();
            let lead = LeadRow {
                do_not_call: storage::objections::of_number(&mut *unit, actor.scope, &phone)
                    .await?
                    .for_ever(row.campaign_id),
                campaign_id: row.campaign_id,
                ..unknown(actor, &number, name)
            };
            storage::leads::insert(&mut *unit, actor.scope, &lead).await?;
            lead_webhook::tell_of(&mut *unit, actor.scope, lead.id).await?;
            lead
        }
    };
    storage::calls::set_lead(unit, actor.scope, row.id, lead.id).await?;
    Ok(Some(lead))
}
