//! A call comes in by a trunk.

use std::sync::Arc;

use ::sip::{
    CallKey, Endpoint, Invitation, SipFault,
    sdp::{self, Agreed, Codec, Ours, Srtp},
};
use bridge::RtpLeg;
use domain::{
    call::{CallEvent, Party},
    ids::{CallId, LegId, TenantId},
    pii::Personal,
    trunk::read_number,
};
use storage::TenantScope;

use super::{
    SIP,
    agent_in::AgentIn,
    directory::Trunk,
    legs::{self, Leg, Whose},
};
use crate::{
    Backend,
    calls::{Announced, Arrival},
    clock,
    error::BackendError,
    number_masking::{asked_for, sentence},
};

/// Why a call is not taken, as a status of SIP and a sentence for its sender.
pub(super) struct Refused(pub u16, pub &'static str);

/// Our answer to an invitation, and the leg behind it.
pub(super) struct Described {
    pub leg: LegId,
    pub sound: Arc<RtpLeg>,
    pub ours: Ours,
    pub agreed: Option<Agreed>,
    /// Our description.
    pub text: String,
    pub requires_100rel: bool,
}

/// Rings, and takes the call at once. Who requires that provisional answers are acknowledged gets the description with one, and
/// the answer after its PRACK: such networks make ready for the sound by it. To all others the answer alone says everything.
///
/// # Errors
/// The caller has hung up in the meantime.
pub(super) async fn take(endpoint: &Endpoint, key: CallKey, text: &str, requires_100rel: bool) -> Result<(), SipFault> {
    let text = text.as_bytes().to_vec();
    endpoint.ring(key, requires_100rel.then(|| text.clone()))?;
    endpoint.answer(key, text).await
}

impl Described {
    pub(super) fn is_by_handshake(&self) -> bool {
        self.agreed.as_ref().is_some_and(|agreed| agreed.handshake.is_some())
    }
}

impl Backend {
    pub(super) async fn sip_invited(&self, invitation: Invitation) {
        let key = invitation.call;
        if let Err(Refused(status, reason)) = self.take_invitation(&invitation).await {
            tracing::info!(source = %invitation.identity.source, status, reason, "a SIP call was refused");
            self.sip().drop_leg(key);
            if let Ok(endpoint) = self.sip().endpoint()
                && let Err(error) = endpoint.reject(key, status, reason)
            {
                tracing::debug!(%error, "a SIP call could not be refused");
            }
        }
    }

    async fn take_invitation(&self, invitation: &Invitation) -> Result<(), Refused> {
        if let Some(telephone) = &invitation.proven {
            return self.telephone_calls(invitation, telephone).await;
        }
        let directory = self.sip().directory();
        let trunks = directory.trunks_at(invitation.identity.source);
        if trunks.is_empty() {
            return Err(Refused(403, "calls are not taken from this address"));
        }
        if invitation.replaces_unknown {
            return Err(Refused(481, "there is no call to be replaced"));
        }
        if let Some(old) = invitation.replaces {
            return self.take_place(invitation, &trunks, old).await;
        }
        let (trunk, to) = self.trunk_of(&trunks, invitation).await?;
        let now = clock::now();
        let usage = self.sip().meter().usage(trunk.id, now);
        if let Err(refusal) = trunk.settings.limits.fits(usage) {
            tracing::warn!(trunk = %trunk.settings.name, %refusal, "a call was turned away");
            return Err(Refused(503, "all lines are taken"));
        }
        self.sip().meter().begin(invitation.call, trunk.id, false, now);
        let taken = self.answer_invitation(invitation, trunk, &to).await;
        if taken.is_err() {
            self.sip().ended_on_trunk(invitation.call);
        }
        taken
    }

    /// The trunk whose tenant has the number that was dialed, and that number.
    async fn trunk_of<'a>(
        &self,
        trunks: &[&'a Trunk],
        invitation: &Invitation,
    ) -> Result<(&'a Trunk, Personal<String>), Refused> {
        let unavailable = |error: storage::StorageError| {
            tracing::error!(%error, "the number of a SIP call cannot be looked up");
            Refused(503, "try again")
        };
        for trunk in trunks {
            for dialed in [&invitation.dialed, &invitation.to_user] {
                let Ok(number) = read_number(dialed, &trunk.settings.country) else { continue };
                let found = storage::numbers::find(self.store(), number.as_str()).await.map_err(unavailable)?;
                let owner = found.map(|(tenant, _)| tenant);
                if let Some(trunk) = trunks.iter().find(|trunk| Some(trunk.tenant) == owner) {
                    return Ok((trunk, Personal::new(number.as_str().to_owned())));
                }
            }
        }
        // Said to the admins of whom the trunk is, so that they can add it.
        let first = trunks[0];
        let number = read_number(&invitation.dialed, &first.settings.country);
        let shown = number.map_or_else(|_| invitation.dialed.clone(), |number| number.as_str().to_owned());
        if let Err(error) = self.note_unknown_number(TenantScope::system(first.tenant), &shown).await {
            tracing::warn!(%error, "a number that is not known could not be noted");
        }
        Err(Refused(404, "this number is not in service"))
    }

    /// Opens a leg and agrees with the offer, or makes one.
    pub(super) async fn describe(
        &self,
        invitation: &Invitation,
        codecs: Vec<Codec>,
        srtp: Srtp,
    ) -> Result<Described, Refused> {
        let offered = match invitation.body.as_slice() {
            [] => None,
            body => Some(sdp::parse(body).map_err(|error| Refused(legs::refusal(error), "the offer cannot be used"))?),
        };
        let leg = LegId::new(clock::new_uuid());
        let source = invitation.identity.source.ip();
        // Signalling by one family and sound by the other: ours has to be of the family of the sound.
        let of_sound = offered.as_ref().and_then(sdp::Description::address);
        let towards = of_sound.filter(|sound| sound.is_ipv6() != source.to_canonical().is_ipv6()).or(Some(source));
        let opened = self.sip().open_sound(leg, towards, codecs, srtp).await;
        let (sound, ours) = opened.map_err(internal)?;
        let (text, agreed) = match &offered {
            None => (sdp::offer(&ours), None),
            Some(offer) => {
                let answered = sdp::answer(offer, &ours);
                let (text, agreed) =
                    answered.map_err(|error| Refused(legs::refusal(error), "nothing of the offer can be used"))?;
                (text, Some(agreed))
            }
        };
        Ok(Described { leg, sound, ours, agreed, text, requires_100rel: invitation.requires_100rel })
    }

    /// Answers a call whose leg is kept; false when its caller has hung up in the meantime.
    pub(super) async fn pick_up(&self, key: CallKey, call: CallId, described: &Described) -> bool {
        let Ok(endpoint) = self.sip().endpoint() else { return false };
        if let Some(agreed) = &described.agreed {
            described.sound.route(legs::route(agreed)).await;
        }
        if let Err(error) = take(&endpoint, key, &described.text, described.requires_100rel).await {
            // Its end is on its way as an event.
            tracing::info!(%call, %error, "a SIP call ended before it was answered");
            return false;
        }
        self.sip().meter().answered(key, clock::now());
        if described.agreed.is_some() {
            self.calls().event(call, CallEvent::CarrierAttached { party: Party::Customer, leg: described.leg });
        }
        true
    }

    async fn answer_invitation(
        &self,
        invitation: &Invitation,
        trunk: &Trunk,
        to: &Personal<String>,
    ) -> Result<(), Refused> {
        let key = invitation.call;
        let described = self.describe(invitation, trunk.codecs.clone(), trunk.srtp()).await?;
        let scope = TenantScope::system(trunk.tenant);
        let carrier = self.carrier(scope, SIP).await.map_err(internal)?;
        let (id, from) = (key.to_string(), caller(invitation, &trunk.settings.country));
        let announced = Announced { call_sid: &id, from: &from, to };
        let call = match self.arrive(scope, &carrier, &announced, true).await.map_err(internal)? {
            Arrival::Welcome { call, .. } => call,
            Arrival::OwnAgent { agent, lead } => {
                let caller = AgentIn { tenant: trunk.tenant, trunk: Some(trunk.id), agent };
                let placed = self.agent_calls(key, caller, described, asked_for(lead)).await;
                return placed.map_err(|error| Refused(480, sentence(&error)));
            }
            Arrival::Over | Arrival::UnknownNumber { .. } => return Err(Refused(404, "this number is not in service")),
        };
        self.calls().take_leg(described.leg, call);
        let (sound, ours) = (Arc::clone(&described.sound), described.ours.clone());
        let kept = Leg {
            attached: described.agreed.is_some(),
            by_handshake: described.is_by_handshake(),
            trunk: Some(trunk.id),
            shown: to.clone(),
            ..Leg::new(call, trunk.tenant, Whose::Party(Party::Customer), described.leg, sound, ours)
        };
        self.sip().legs().insert(key, kept);
        self.pick_up(key, call, &described).await;
        Ok(())
    }
}

fn internal(error: BackendError) -> Refused {
    tracing::error!(%error, "a SIP call could not be taken");
    Refused(503, "try again")
}

/// The caller as the trunk names it, in E.164 where it can be read so. A name that only the caller claims counts for less than
/// the one that the trunk vouches for.
pub(super) fn caller(invitation: &Invitation, country: &str) -> Personal<String> {
    let identity = &invitation.identity;
    if identity.private {
        return Personal::new("anonymous".to_owned());
    }
    let said = identity.asserted.as_ref().unwrap_or(&identity.from_user);
    match read_number(said.reveal(), country) {
        Ok(number) => Personal::new(number.as_str().to_owned()),
        Err(_) => said.clone(),
    }
}

impl super::SipService {
    /// Forgets a call that came to nothing.
    fn drop_leg(&self, key: CallKey) {
        self.legs().remove(&key);
    }

    /// The trunk has one call less.
    pub(super) fn ended_on_trunk(&self, key: CallKey) -> Option<(TenantId, domain::ids::TrunkId, i64, u32)> {
        let (trunk, day, minutes) = self.meter().end(key, clock::now())?;
        let tenant = self.directory().trunk(trunk)?.tenant;
        Some((tenant, trunk, day, minutes))
    }
}
