//! Calls out, by the first trunk that takes them.

use std::time::Duration;

use ::sip::{CallKey, OutgoingCall, sdp};
use domain::{
    call::Party,
    ids::{CallId, LegId, TenantId},
    phone_number::E164,
    pii::Personal,
    trunk::{CallerId, DialRefusal, may_dial, tries_next},
};
use providers::telephony::CarrierError;

use super::{
    SipService,
    directory::Trunk,
    legs::{Leg, Whose},
};
use crate::clock;

/// What is needed to try another trunk.
#[derive(Clone)]
pub(super) struct Attempt {
    to: E164,
    from: Personal<String>,
    ring: Duration,
    /// Those that have not been tried.
    rest: Vec<Trunk>,
    /// It has rung somewhere.
    pub progressed: bool,
    number: u32,
}

fn refused(refusal: &DialRefusal) -> CarrierError {
    match refusal {
        DialRefusal::TooFast(_) => CarrierError::RateLimited { retry_after: Some(Duration::from_secs(1)) },
        other => CarrierError::NotAllowed { code: 0, message: other.to_string() },
    }
}

fn plan(key: CallKey, trunk: &Trunk, attempt: &Attempt, offer: Vec<u8>) -> OutgoingCall {
    let settings = &trunk.settings;
    let domain = trunk.domain();
    let written = settings.number_format.write(&attempt.to, &settings.country, &settings.prefix);
    let number = match &settings.caller_id {
        CallerId::OfTheCall => Some(attempt.from.reveal().clone()),
        CallerId::Always { number } => Some(number.clone()),
        CallerId::Withheld => None,
    };
    let shown = number.as_deref().and_then(|number| E164::from_carrier(number).ok());
    let shown = shown.map(|number| settings.number_format.write(&number, &settings.country, "")).or(number);
    let from = match &shown {
        Some(user) => format!("sip:{user}@{domain}"),
        None => "sip:anonymous@anonymous.invalid".to_owned(),
    };
    OutgoingCall {
        call: key,
        attempt: attempt.number,
        to: Personal::new(format!("sip:{written}@{domain}")),
        from: Personal::new(from),
        from_name: None,
        target: Some(trunk.host.clone()),
        proxy: trunk.proxy.clone(),
        account: trunk.account.clone(),
        asserted: shown.filter(|_| settings.asserted_identity).map(Personal::new),
        private: settings.caller_id == CallerId::Withheld,
        offer,
        replaces: None,
        ring_for: attempt.ring,
    }
}

impl SipService {
    /// Calls a number for a party of a call, by the tenant's trunks in their order.
    pub(super) async fn dial(
        &self,
        tenant: TenantId,
        call: CallId,
        party: Party,
        to: &Personal<String>,
        from: &Personal<String>,
        ring: Duration,
    ) -> Result<CallKey, CarrierError> {
        let to = E164::from_carrier(to.reveal()).map_err(|error| CarrierError::InvalidNumber {
            party: providers::telephony::Party::Called,
            code: 0,
            message: error.to_string(),
        })?;
        let key = CallKey(clock::new_uuid());
        let rest = self.directory().trunks_of(tenant);
        let attempt = Attempt { to, from: from.clone(), ring, rest, progressed: false, number: 0 };
        self.try_next(key, call, tenant, party, attempt).await?;
        Ok(key)
    }

    /// Takes the next trunk that may and can be used.
    async fn try_next(
        &self,
        key: CallKey,
        call: CallId,
        tenant: TenantId,
        party: Party,
        mut attempt: Attempt,
    ) -> Result<(), CarrierError> {
        let endpoint = self.endpoint().map_err(|error| CarrierError::Unreachable { reason: error.to_string() })?;
        let mut why = CarrierError::Unreachable { reason: "no trunk is set up, or none is left to try".to_owned() };
        while !attempt.rest.is_empty() {
            let trunk = attempt.rest.remove(0);
            attempt.number += 1;
            let now = clock::now();
            let usage = self.meter().usage(trunk.id, now);
            if let Err(refusal) = may_dial(&attempt.to, &trunk.settings.limits, usage) {
                tracing::info!(%call, trunk = %trunk.settings.name, %refusal, "a trunk may not be used for a call");
                why = refused(&refusal);
                continue;
            }
            let leg = LegId::new(clock::new_uuid());
            let towards = trunk.proxy.as_ref().unwrap_or(&trunk.host).address().or(trunk.addresses.first().copied());
            let opened = self.open_sound(leg, towards, trunk.codecs.clone(), trunk.srtp()).await;
            let (sound, ours) = match opened {
                Ok(opened) => opened,
                Err(error) => {
                    why = CarrierError::Unreachable { reason: error.to_string() };
                    continue;
                }
            };
            let outgoing = plan(key, &trunk, &attempt, sdp::offer(&ours).into_bytes());
            self.meter().begin(key, trunk.id, true, now);
            let kept = Leg {
                call,
                tenant,
                whose: Whose::Party(party),
                leg,
                sound,
                ours,
                attempt: Some(attempt.clone()),
                attached: false,
            };
            self.legs().insert(key, kept);
            match endpoint.invite(outgoing) {
                Ok(()) => {
                    tracing::info!(%call, trunk = %trunk.settings.name, "a trunk is asked to call");
                    return Ok(());
                }
                Err(error) => {
                    self.legs().remove(&key);
                    self.meter().end(key, now);
                    why = CarrierError::Unreachable { reason: error.to_string() };
                }
            }
        }
        Err(why)
    }

    /// No further trunk is tried for this call.
    pub(super) fn give_up(&self, key: CallKey) {
        if let Some(leg) = self.legs().get_mut(&key) {
            leg.attempt = None;
        }
    }

    /// An outgoing call came to nothing: true when another trunk has taken it.
    pub(super) async fn fail_over(&self, key: CallKey, status: u16) -> bool {
        let failed = self.legs().remove(&key);
        self.ended_on_trunk(key);
        let Some(Leg { call, tenant, whose: Whose::Party(party), attempt: Some(attempt), .. }) = failed else {
            return false;
        };
        if !tries_next(status, attempt.progressed) || attempt.rest.is_empty() {
            return false;
        }
        match self.try_next(key, call, tenant, party, attempt).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%call, %error, "no other trunk takes a call");
                false
            }
        }
    }
}
