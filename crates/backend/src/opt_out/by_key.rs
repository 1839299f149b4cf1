//! A key of the telephone, in a call of a campaign whose plan says so.

use domain::{
    call::CallEvent,
    consent::{Channel, Source},
    ids::{CallId, TenantId},
    opt_out,
    phone_number::E164,
};
use storage::TenantScope;
use wire::live::{LiveEvent, Notice, NoticeLevel};

use super::{Wish, stop_calls, withdraw};
use crate::{Backend, error::BackendError, live::Audience, outage::until_written};

impl Backend {
    /// The customer of a call has pressed a key.
    pub(crate) fn customer_pressed(&self, call: CallId, digit: char) {
        self.calls().event(call, CallEvent::DigitReceived { digit });
        let Some(tenant) = self.calls().tenant_of(call) else { return };
        let backend = self.clone();
        self.finishing().spawn(async move {
            let written = until_written!(
                &backend,
                "an opt-out by a key of the telephone",
                backend.opt_out_by_key(tenant, call, digit).await
            );
            if let Err(error) = written {
                tracing::error!(%call, %error, "an opt-out by a key could not be written");
            }
        });
    }

    async fn opt_out_by_key(&self, tenant: TenantId, call: CallId, digit: char) -> Result<(), BackendError> {
        let scope = TenantScope::system(tenant);
        let Some(row) = storage::calls::get(self.store(), scope, call).await? else { return Ok(()) };
        let Some(campaign) = row.campaign_id else { return Ok(()) };
        let plan = self.campaign_row(scope, campaign).await?.opt_out_key.and_then(|key| key.chars().next());
        if !opt_out::by_key(plan, digit) {
            return Ok(());
        }
        let Ok(number) = E164::from_carrier(row.customer_number.reveal()) else { return Ok(()) };
        let proof = format!("key {digit} in call {call}");
        let wish = Wish { source: Source::Keypad, proof: &proof };
        let mut unit = self.store().begin().await?;
        stop_calls(&mut unit, scope, &number, &wish).await?;
        if let Some(lead) = row.lead_id {
            withdraw(&mut unit, scope, lead, Channel::Call, &wish).await?;
        }
        unit.commit().await?;
        if let Some(lead) = row.lead_id {
            self.lead_changed(scope, lead);
        }
        let notice = Notice {
            level: NoticeLevel::Warning,
            code: "opted_out".to_owned(),
            text: "The customer has pressed the key for no more calls. They are on the do-not-call list now."
                .to_owned(),
            call_id: Some(call),
        };
        let audience = row.agent_id.map_or(Audience::Supervisors, Audience::User);
        self.feed().publish(tenant, audience, LiveEvent::Notice { notice });
        Ok(())
    }
}
