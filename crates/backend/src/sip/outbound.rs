//! Calls out, by the first trunk that takes them.

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use ::sip::{CallKey, Endpoint, OutgoingCall, sdp};
use domain::{
    call::Party,
    ids::{CallId, LegId, TenantId},
    phone_number::E164,
    pii::Personal,
    trunk::{CallerId, DialRefusal, may_dial, tries_next, tries_next_server},
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
    pub to: E164,
    from: Personal<String>,
    ring: Duration,
    /// The one that is tried, and its servers that have not been.
    trunk: Option<Trunk>,
    servers: VecDeque<SocketAddr>,
    /// Those that have not been tried.
    rest: VecDeque<Trunk>,
    /// It has rung somewhere.
    pub progressed: bool,
    number: u32,
}

/// A server that has not said a word by then is passed over, when there is another one. Its own limit would be 32 s (RFC 3261
/// section 17.1.1.2), in which an agent waits.
const WORD_WITHIN: Duration = Duration::from_secs(6);

impl Attempt {
    fn is_last(&self) -> bool {
        self.servers.is_empty() && self.rest.is_empty()
    }

    /// The server that is tried next, and its trunk.
    async fn next(&mut self, endpoint: &Endpoint) -> Option<Result<(Trunk, SocketAddr), CarrierError>> {
        if self.servers.is_empty() {
            let trunk = self.trunk.insert(self.rest.pop_front()?);
            match endpoint.locate(trunk.first_hop()).await {
                Ok(found) => self.servers = found.into(),
                Err(error) => return Some(Err(CarrierError::Unreachable { reason: error.to_string() })),
            }
        }
        Some(Ok((self.trunk.clone()?, self.servers.pop_front()?)))
    }
}

fn refused(refusal: &DialRefusal) -> CarrierError {
    match refusal {
        DialRefusal::TooFast(_) => CarrierError::RateLimited { retry_after: Some(Duration::from_secs(1)) },
        other => CarrierError::NotAllowed { code: 0, message: other.to_string() },
    }
}

/// A call to a number by a server of a trunk, from a number of ours.
pub(super) fn order(
    key: CallKey,
    (trunk, at): (&Trunk, SocketAddr),
    (to, from): (&E164, &Personal<String>),
    ring: Duration,
    offer: Vec<u8>,
) -> OutgoingCall {
    let settings = &trunk.settings;
    let domain = trunk.domain();
    let written = settings.number_format.write(to, &settings.country, &settings.prefix);
    let number = match &settings.caller_id {
        CallerId::OfTheCall => Some(from.reveal().clone()),
        CallerId::Always { number } => Some(number.clone()),
        CallerId::Withheld => None,
    };
    let shown = number.as_deref().and_then(|number| E164::from_carrier(number).ok());
    let shown = shown.map(|number| settings.number_format.write(&number, &settings.country, "")).or(number);
    let caller = match &shown {
        Some(user) => format!("sip:{user}@{domain}"),
        None => "sip:anonymous@anonymous.invalid".to_owned(),
    };
    OutgoingCall {
        call: key,
        attempt: 1,
        to: Personal::new(format!("sip:{written}@{domain}")),
        from: Personal::new(caller),
        from_name: None,
        target: Some(trunk.host.clone()),
        proxy: trunk.proxy.clone(),
        at: Some(at),
        account: trunk.account.clone(),
        asserted: shown.filter(|_| settings.asserted_identity).map(Personal::new),
        private: settings.caller_id == CallerId::Withheld,
        offer,
        replaces: None,
        ring_for: ring,
        silent_for: None,
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
        // Whom the agent speaks with first is called by us.
        if let Party::Outside { attempt } = party
            && !self.is_consulted(call)
            && let Some(key) = self.pass_on(call, attempt, &to).await
        {
            return Ok(key);
        }
        let key = CallKey(clock::new_uuid());
        let rest = self.directory().trunks_of(tenant).into();
        let (trunk, servers) = (None, VecDeque::new());
        let attempt = Attempt { to, from: from.clone(), ring, trunk, servers, rest, progressed: false, number: 0 };
        self.try_next(key, call, tenant, party, attempt).await?;
        Ok(key)
    }

    /// Takes the next server of a trunk that may and can be used.
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
        while let Some(next) = attempt.next(&endpoint).await {
            let (trunk, at) = match next {
                Ok(next) => next,
                Err(error) => {
                    why = error;
                    continue;
                }
            };
            attempt.number += 1;
            let now = clock::now();
            let usage = self.meter().usage(trunk.id, now);
            if let Err(refusal) = may_dial(&attempt.to, &trunk.settings.limits, usage) {
                tracing::info!(%call, trunk = %trunk.settings.name, %refusal, "a trunk may not be used for a call");
                why = refused(&refusal);
                attempt.servers.clear();
                continue;
            }
            let leg = LegId::new(clock::new_uuid());
            let opened = self.open_sound(leg, Some(at.ip()), trunk.codecs.clone(), trunk.srtp()).await;
            let (sound, ours) = match opened {
                Ok(opened) => opened,
                Err(error) => {
                    why = CarrierError::Unreachable { reason: error.to_string() };
                    continue;
                }
            };
            let numbers = (&attempt.to, &attempt.from);
            let outgoing = OutgoingCall {
                attempt: attempt.number,
                silent_for: (!attempt.is_last()).then_some(WORD_WITHIN),
                ..order(key, (&trunk, at), numbers, attempt.ring, sdp::offer(&ours).into_bytes())
            };
            self.meter().begin(key, trunk.id, true, now);
            let kept = Leg {
                attempt: Some(attempt.clone()),
                trunk: Some(trunk.id),
                shown: attempt.from.clone(),
                ..Leg::new(call, tenant, Whose::Party(party), leg, sound, ours)
            };
            self.legs().insert(key, kept);
            match endpoint.invite(outgoing) {
                Ok(()) => {
                    tracing::info!(%call, trunk = %trunk.settings.name, %at, "a trunk is asked to call");
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
        let Some(Leg { call, tenant, whose: Whose::Party(party), attempt: Some(mut attempt), .. }) = failed else {
            return false;
        };
        if !tries_next_server(status, attempt.progressed) {
            attempt.servers.clear();
        }
        let of_trunk = tries_next(status, attempt.progressed) && !attempt.rest.is_empty();
        if attempt.servers.is_empty() && !of_trunk {
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
