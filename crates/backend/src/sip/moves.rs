//! A caller whose trunk sends the call elsewhere: by REFER, or by a new call in place of the one that is under way (RFC 3891).
//! Either way the same call goes on with a new dialog and a new leg.

use std::{sync::Arc, time::Duration};

use ::sip::{CallKey, Invitation, Referral, Replaced, sdp};
use domain::{
    call::{CallEvent, Customer, Party, ProviderEnd},
    dialable::{self, Undialable},
    ids::{CallId, LegId, TenantId},
    phone_number::E164,
    pii::Personal,
    trunk::{may_dial, read_number},
};
use storage::TenantScope;

use super::{
    SipService,
    directory::Trunk,
    inbound::{Refused, caller},
    legs::{Instead, Leg, Whose},
    outbound,
};
use crate::{Backend, clock};

/// The new telephone rings for so long.
const RING: Duration = Duration::from_secs(60);
/// Whoever referred its call hangs up by itself; after this we do.
const TO_HANG_UP: Duration = Duration::from_secs(2);

/// What is known of the call that is to move.
struct Moving {
    call: CallId,
    tenant: TenantId,
    trunk: Trunk,
    instead: Instead,
    shown: Personal<String>,
}

impl SipService {
    /// All dialogs with the party that an order of the carrier's names by the first of them.
    pub(super) fn those_of(&self, first: CallKey) -> Vec<CallKey> {
        let legs = self.legs();
        let later = legs.iter().filter(|(_, leg)| leg.instead.is_some_and(|instead| instead.first == first));
        std::iter::once(first).chain(later.map(|(key, _)| *key)).collect()
    }

    pub(super) fn is_under_way(&self, first: CallKey) -> bool {
        self.those_of(first).iter().any(|key| self.legs().contains_key(key))
    }

    /// Another dialog takes, or has taken, the place of this one.
    pub(super) fn has_heir(&self, key: CallKey) -> bool {
        self.legs().values().any(|leg| leg.instead.is_some_and(|instead| instead.of == key))
    }

    /// `None` for what is no customer's call under way by a trunk, or moves already.
    fn moving(&self, key: CallKey) -> Option<Moving> {
        if self.has_heir(key) {
            return None;
        }
        let (call, tenant, trunk, instead, shown) = {
            let legs = self.legs();
            let leg = legs.get(&key).filter(|leg| leg.attached && leg.whose == Whose::Party(Party::Customer))?;
            let first = leg.instead.map_or(key, |before| before.first);
            (leg.call, leg.tenant, leg.trunk?, Instead { first, of: key }, leg.shown.clone())
        };
        let trunk = self.directory().trunk(trunk).filter(|trunk| trunk.settings.enabled)?.clone();
        Some(Moving { call, tenant, trunk, instead, shown })
    }
}

impl Backend {
    pub(super) async fn sip_referred(&self, referral: Referral) {
        let Referral { call: key, to_user, replaces, reply } = referral;
        let status = match self.refer(key, &to_user, replaces).await {
            Ok(call) => {
                tracing::info!(%call, "a trunk sends its caller elsewhere");
                202
            }
            Err(Refused(status, reason)) => {
                tracing::info!(dialog = %key, status, reason, "a trunk asked for a transfer; it was declined");
                status
            }
        };
        // It has given up waiting when this fails.
        let _ = reply.send(status);
    }

    async fn refer(&self, key: CallKey, to_user: &str, replaces: Option<Replaced>) -> Result<CallId, Refused> {
        if let Some(Replaced::Ours(other)) = replaces {
            return self.join_dialogs(key, other).await;
        }
        let moving = self.sip().moving(key).ok_or(Refused(603, "there is no caller who could be sent elsewhere"))?;
        let to = self.may_be_referred(&moving, to_user).await?;
        let endpoint = self.sip().endpoint().map_err(|_| Refused(503, "signalling has stopped"))?;
        let unreachable = |_| Refused(503, "the trunk cannot be reached");
        let at = endpoint.locate(moving.trunk.first_hop()).await.map_err(unreachable)?[0];
        let Moving { call, tenant, trunk, instead, shown } = moving;
        let leg = LegId::new(clock::new_uuid());
        let opened = self.sip().open_sound(leg, Some(at.ip()), trunk.codecs.clone(), trunk.srtp()).await;
        let (sound, ours) = opened.map_err(|_| Refused(503, "no port for sound"))?;
        let new = CallKey(clock::new_uuid());
        let mut outgoing = outbound::order(new, (&trunk, at), (&to, &shown), RING, sdp::offer(&ours).into_bytes());
        outgoing.replaces = replaces;
        self.sip().meter().begin(new, trunk.id, true, clock::now());
        let kept = Leg {
            trunk: Some(trunk.id),
            shown,
            instead: Some(instead),
            names: Some(to),
            ..Leg::new(call, tenant, Whose::Party(Party::Customer), leg, sound, ours)
        };
        self.sip().legs().insert(new, kept);
        if endpoint.invite(outgoing).is_err() {
            self.sip().legs().remove(&new);
            self.sip().ended_on_trunk(new);
            return Err(Refused(503, "the call could not be made"));
        }
        self.tell_referrer(key, 100);
        Ok(call)
    }

    /// It is the trunk's wish and not a person's of ours, so that all guards of calls hold; and it is called through the same
    /// trunk, whoever pays for it.
    async fn may_be_referred(&self, moving: &Moving, to_user: &str) -> Result<E164, Refused> {
        let country = &moving.trunk.settings.country;
        let scope = TenantScope::system(moving.tenant);
        let unavailable = |error: crate::error::BackendError| {
            tracing::error!(%error, "the number of a transfer cannot be looked up");
            Refused(503, "try again")
        };
        let allowed = self.allowed_numbers(scope).await.map_err(unavailable)?;
        let kind = Refused(403, "numbers of this kind are not called");
        // As a person would type it: an emergency number is no number of the plan.
        if let Err(Undialable::NotAllowed(_)) = dialable::read(to_user, Some(country), allowed) {
            return Err(kind);
        }
        let to = read_number(to_user, country).map_err(|_| Refused(404, "that is no number"))?;
        dialable::may_dial(&to, allowed).map_err(|_| kind)?;
        if self.objection_to_number(scope, &to, None).await.map_err(unavailable)?.is_some() {
            return Err(Refused(603, "this number must not be called"));
        }
        let usage = self.sip().meter().usage(moving.trunk.id, clock::now());
        may_dial(&to, &moving.trunk.settings.limits, usage)
            .map_err(|_| Refused(503, "the trunk may not be used for it"))?;
        Ok(to)
    }

    /// News of the call that was asked for (RFC 3515 section 2.4.5). Below 200 it goes on.
    pub(super) fn tell_referrer(&self, referrer: CallKey, status: u16) {
        if let Ok(endpoint) = self.sip().endpoint() {
            endpoint.tell_referrer(referrer, status, status >= 200);
        }
    }

    /// Nobody was reached elsewhere: the caller stays, or has gone meanwhile.
    pub(super) fn did_not_move(&self, new: CallKey, call: CallId, from: CallKey, status: u16) {
        self.sip().legs().remove(&new);
        self.sip().ended_on_trunk(new);
        if self.sip().legs().contains_key(&from) {
            self.tell_referrer(from, status);
        } else {
            let (party, status) = (Party::Customer, ProviderEnd::Completed);
            self.calls().event(call, CallEvent::ProviderEnded { party, status });
        }
    }

    /// The new telephone was taken up: the call goes on with it.
    pub(super) async fn moved(&self, new: CallKey, call: CallId, leg: LegId, from: CallKey) {
        self.calls().take_leg(leg, call);
        self.calls().event(call, CallEvent::CarrierAttached { party: Party::Customer, leg });
        self.tell_referrer(from, 200);
        // From now on its end says nothing of the call.
        self.sip().legs().remove(&from);
        if let Ok(endpoint) = self.sip().endpoint() {
            tokio::spawn(async move {
                tokio::time::sleep(TO_HANG_UP).await;
                endpoint.hang_up(from).await;
            });
        }
        let with = self.sip().legs().get_mut(&new).and_then(|leg| leg.names.take().map(|number| (leg.tenant, number)));
        if let Some((tenant, number)) = with {
            self.name_customer(TenantScope::system(tenant), call, number).await;
        }
    }

    /// The call is with this number from now on.
    async fn name_customer(&self, scope: TenantScope, call: CallId, number: E164) {
        let phone = Personal::new(number.as_str().to_owned());
        let found = storage::leads::by_phone(self.store(), scope, &phone).await;
        let lead = found.unwrap_or_else(|error| {
            tracing::warn!(%call, %error, "the lead of whom a call was sent on to cannot be looked up");
            None
        });
        let (customer, lead) = (Customer::Known { number }, lead.map(|lead| lead.id));
        self.calls().event(call, CallEvent::CustomerNamed { customer, lead });
    }

    /// A new call that is to take the place of one under way.
    pub(super) async fn take_place(
        &self,
        invitation: &Invitation,
        trunks: &[&Trunk],
        old: CallKey,
    ) -> Result<(), Refused> {
        let gone = Refused(481, "there is no call to be replaced");
        let Some(moving) = self.sip().moving(old) else { return Err(gone) };
        let Moving { call, tenant, trunk, instead, shown } = moving;
        if !trunks.iter().any(|one| one.id == trunk.id) {
            return Err(gone);
        }
        let key = invitation.call;
        let described = self.describe(invitation, trunk.codecs.clone(), trunk.srtp()).await?;
        self.sip().meter().begin(key, trunk.id, false, clock::now());
        let leg = described.leg;
        let kept = Leg {
            trunk: Some(trunk.id),
            shown,
            instead: Some(instead),
            attached: described.agreed.is_some(),
            by_handshake: described.is_by_handshake(),
            ..Leg::new(
                call,
                tenant,
                Whose::Party(Party::Customer),
                leg,
                Arc::clone(&described.sound),
                described.ours.clone(),
            )
        };
        self.sip().legs().insert(key, kept);
        self.calls().take_leg(leg, call);
        if self.pick_up(key, call, &described).await {
            tracing::info!(%call, "a trunk's new call takes the place of its old one");
            self.sip().legs().remove(&old);
            if let Ok(endpoint) = self.sip().endpoint() {
                endpoint.hang_up(old).await;
            }
            // Who is not named, or by no number, is taken for the one whose place they take.
            if let Customer::Known { number } = Customer::of(&caller(invitation, &trunk.settings.country)) {
                self.name_customer(TenantScope::system(tenant), call, number).await;
            }
        }
        Ok(())
    }
}
