//! What a person said about being contacted: given or withdrawn, by channel and purpose. Nothing of it is ever changed.

use domain::{
    consent::{Consent, is_purpose},
    ids::{ConsentId, LeadId},
    pii::Personal,
};
use storage::consents::ConsentRow;
use wire::leads::{AddConsent, ConsentRecord};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

/// Of one person; nobody says more.
const MOST_SHOWN: usize = 200;

fn shown(actor: &Actor, row: ConsentRow) -> ConsentRecord {
    ConsentRecord {
        id: row.id,
        channel: row.said.channel,
        purpose: row.said.purpose,
        given: row.said.given,
        source: row.source,
        proof: row.proof.map(Personal::into_inner).filter(|_| actor.role.sees_contact_data()),
        by: row.by_name,
        at_ms: row.said.at,
    }
}

impl Backend {
    pub async fn list_consents(&self, actor: &Actor, lead: LeadId) -> Result<Vec<ConsentRecord>, BackendError> {
        let lead = self.lead_row(actor, lead).await?;
        let rows = storage::consents::of_lead(self.store(), actor.scope, lead.id, MOST_SHOWN).await?;
        Ok(rows.into_iter().map(|row| shown(actor, row)).collect())
    }

    pub async fn add_consent(
        &self,
        actor: &Actor,
        lead: LeadId,
        body: AddConsent,
    ) -> Result<ConsentRecord, BackendError> {
        actor.must_take_calls()?;
        let mut checks = FieldChecks::default();
        checks.require(is_purpose(&body.purpose), "purpose", "expected 1 to 40 of a-z 0-9 - _");
        checks.at_most(body.proof.as_deref().unwrap_or_default(), 2_000, "proof");
        checks.done()?;
        let lead = self.lead_row(actor, lead).await?;
        let row = ConsentRow {
            id: ConsentId::new(clock::new_uuid()),
            lead_id: lead.id,
            said: Consent { channel: body.channel, purpose: body.purpose, given: body.given, at: clock::now() },
            source: body.source.unwrap_or_default().as_str().to_owned(),
            proof: body.proof.filter(|proof| !proof.trim().is_empty()).map(Personal::new),
            by: Some(actor.user),
            by_name: Some(actor.name.clone()),
        };
        storage::consents::add(self.store(), actor.scope, &row).await?;
        let told = serde_json::json!({ "channel": row.said.channel, "purpose": row.said.purpose });
        let action = if row.said.given { "consent.give" } else { "consent.withdraw" };
        self.audit(actor, action, &lead.id.to_string(), told).await;
        self.lead_changed(actor.scope, lead.id);
        Ok(shown(actor, row))
    }
}
