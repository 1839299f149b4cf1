//! SIP as one of the carriers.

use std::time::Duration;

use ::sip::CallKey;
use async_trait::async_trait;
use domain::{
    call::Party,
    ids::{CallId, TenantId},
    pii::Personal,
};
use providers::telephony::{
    AccountInfo, CallSnapshot, Capabilities, Carrier, CarrierError, Instructions, PlaceCall, ProviderCallId,
};

use super::SipService;
use crate::carriers::{party_of, party_text};

/// As a carrier's addresses for reports are; ours come by themselves.
pub(crate) fn report_name(call: CallId, party: Party) -> String {
    format!("sip-call:{call}/{}", party_text(party))
}

fn named(report: &str) -> Option<(CallId, Party)> {
    let (call, party) = report.strip_prefix("sip-call:")?.split_once('/')?;
    Some((call.parse().ok()?, party_of(Some(party))))
}

/// A tenant's trunks.
pub(crate) struct SipCarrier {
    pub service: SipService,
    pub tenant: TenantId,
}

pub(super) fn key_of(id: &ProviderCallId) -> Option<CallKey> {
    id.as_str().parse().ok().map(CallKey)
}

#[async_trait]
impl Carrier for SipCarrier {
    fn name(&self) -> &'static str {
        "SIP"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            media_stream: true,
            hold: true,
            // What speaks for it is the bridge; there is no document that could be put in its place.
            transfer: false,
            media_restart: true,
            recording: false,
            delete_recordings: false,
            answering_machine_detection: false,
            dtmf: true,
            reports_keys: true,
            sms: false,
            whatsapp: false,
            hang_up: true,
            conference: false,
            two_numbers: false,
        }
    }

    async fn place_call(&self, call: &PlaceCall) -> Result<ProviderCallId, CarrierError> {
        let rejected = |message: &str| CarrierError::Rejected { code: None, message: message.to_owned() };
        let report = call.status_url.as_deref().unwrap_or_default();
        let (id, party) = named(report).ok_or_else(|| rejected("the call has no name"))?;
        let ring = call.ring_timeout.unwrap_or(Duration::from_secs(60));
        let key = self.service.dial(self.tenant, id, party, &call.to, &call.from, ring).await?;
        Ok(ProviderCallId::new(key.to_string()))
    }

    async fn hang_up(&self, call: &ProviderCallId) -> Result<(), CarrierError> {
        if let (Some(key), Ok(endpoint)) = (key_of(call), self.service.endpoint()) {
            for key in self.service.those_of(key) {
                self.service.give_up(key);
                endpoint.hang_up(key).await;
            }
        }
        Ok(())
    }

    async fn redirect(&self, call: &ProviderCallId, to: &Instructions) -> Result<(), CarrierError> {
        match to {
            Instructions::Document(_) => Err(self.cannot("run a document")),
            // The only address that a call of ours is sent to is that by which its sound is connected anew.
            Instructions::Url(_) => self.service.describe_anew(key_of(call).ok_or(CarrierError::CallOver)?),
        }
    }

    async fn fetch_call(&self, call: &ProviderCallId) -> Result<CallSnapshot, CarrierError> {
        let live = key_of(call).is_some_and(|key| self.service.is_under_way(key) || self.service.is_passed_on(key));
        Ok(CallSnapshot {
            id: call.clone(),
            status: if live { "in-progress" } else { "completed" }.to_owned(),
            over: !live,
            duration: None,
            answered_by: None,
            price: None,
            recording: None,
        })
    }

    async fn find_live_calls(
        &self,
        _: &Personal<String>,
        _: &Personal<String>,
    ) -> Result<Vec<CallSnapshot>, CarrierError> {
        // Nothing is ever unknown: what was sent is known here.
        Ok(Vec::new())
    }

    async fn test_credentials(&self) -> Result<AccountInfo, CarrierError> {
        let trunks = self.service.directory().trunks_of(self.tenant);
        let first = trunks.first().ok_or(CarrierError::Unreachable { reason: "no trunk is set up".to_owned() })?;
        let endpoint =
            self.service.endpoint().map_err(|error| CarrierError::Unreachable { reason: error.to_string() })?;
        let unreachable = |error: ::sip::SipFault| CarrierError::Unreachable { reason: error.to_string() };
        let (status, took) = endpoint.ping(first.first_hop()).await.map_err(unreachable)?;
        let status = format!("answered {status} in {} ms", took.as_millis());
        Ok(AccountInfo { name: first.settings.name.clone(), status, trial: false })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_report_names_its_call_and_party() {
        let call = CallId::new(Uuid::from_u128(5));
        for party in [Party::Customer, Party::Outside { attempt: 3 }] {
            assert_eq!(named(&report_name(call, party)), Some((call, party)));
        }
        assert_eq!(named("https://here.example"), None);
    }
}
