//! SIP telephones as agents' devices: they ring with the offer, what they answer is the agent's sound, and hanging up is theirs too.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use ::sip::{
    CallKey, OutgoingCall,
    sdp::{self, Codec, Srtp},
    target::Target,
};
use bridge::PortId;
use domain::{
    call::CallEvent,
    ids::{CallId, ExtensionId, LegId, MediaSessionId, SessionId, TenantId, UserId},
    pii::Personal,
};
use storage::TenantScope;
use tokio_util::sync::CancellationToken;

use super::{
    SipService,
    directory::Extension,
    legs::{Leg, Whose},
    locked,
    registrar::Place,
};
use crate::{Backend, clock, devices::Device, error::BackendError};

/// What telephones are offered, best first.
pub(super) const CODECS: [Codec; 4] = [Codec::Opus, Codec::G722, Codec::Pcma, Codec::Pcmu];
/// Longer than any queue lets a telephone ring.
const RING: Duration = Duration::from_secs(90);
/// An agent who calls by the app takes up the telephone within this.
const TO_TAKE_UP: Duration = Duration::from_secs(30);
/// A telephone that is registered counts as reachable; said so often.
const PRESENT: Duration = Duration::from_secs(2);

/// Telephones that stand for devices now.
#[derive(Default)]
pub(super) struct Phones(HashMap<ExtensionId, CancellationToken>);

/// Shared with those who ask.
pub(super) type Shared = Mutex<Phones>;

/// The media session that a telephone stands for: the same for as long as it is set up.
const fn session_of(extension: ExtensionId) -> MediaSessionId {
    MediaSessionId::new(extension.as_uuid())
}

impl SipService {
    /// Where a device's sound is in the bridge: that of a telephone is a leg of its own.
    pub(crate) fn port(&self, port: PortId) -> PortId {
        let PortId::Session(session) = port else { return port };
        let found =
            self.legs().values().find(|leg| leg.attached && leg.whose.session() == Some(session)).map(|leg| leg.leg);
        found.map_or(port, PortId::Carrier)
    }

    /// The reverse of it.
    pub(crate) fn device_port(&self, port: PortId) -> PortId {
        let PortId::Carrier(leg) = port else { return port };
        let session = self.legs().values().find(|one| one.leg == leg).and_then(|one| one.whose.session());
        session.map_or(port, PortId::Session)
    }

    /// The call that an agent is in by this telephone.
    pub(super) fn talks_by(&self, extension: &Extension) -> Option<CallId> {
        let session = Some(session_of(extension.id));
        self.legs().values().find(|leg| leg.attached && leg.whose.session() == session).map(|leg| leg.call)
    }

    fn extension_of_session(&self, session: MediaSessionId) -> Option<Extension> {
        self.directory().extensions.values().find(|one| session_of(one.id) == session).cloned()
    }

    /// Whether a device is a telephone.
    pub(crate) fn is_phone(&self, session: MediaSessionId) -> bool {
        self.extension_of_session(session).is_some()
    }

    /// The agent's telephone that is registered now.
    fn phone_of(&self, tenant: TenantId, agent: UserId) -> Option<(Extension, Place)> {
        let now = clock::now();
        let directory = self.directory();
        let theirs = directory.extensions.values().filter(|one| one.tenant == tenant && one.user == agent);
        theirs.filter_map(|one| Some((one.clone(), self.place_of(one.id, now)?))).max_by_key(|(_, place)| place.until)
    }

    /// The app has answered for the telephone, which goes on ringing until it is taken up.
    pub(crate) fn await_phone(&self, call: CallId, agent: UserId) {
        for key in self.phone_legs(call, agent, true) {
            if let Some(Whose::Phone { fence, .. }) = self.legs().get_mut(&key).map(|leg| &mut leg.whose) {
                *fence = None;
            }
        }
    }

    /// Legs to an agent's telephone for a call; only those that ring, or all.
    fn phone_legs(&self, call: CallId, agent: UserId, ringing: bool) -> Vec<CallKey> {
        let fits = |leg: &Leg| {
            leg.call == call
                && matches!(leg.whose, Whose::Phone { agent: of, .. } if of == agent)
                && (!ringing || !leg.attached)
        };
        self.legs().iter().filter(|(_, leg)| fits(leg)).map(|(key, _)| *key).collect()
    }
}

impl Backend {
    /// A telephone has registered, or has gone.
    pub(super) fn phone_moved(&self, extension: &Extension) {
        let present = self.sip().place_of(extension.id, clock::now()).is_some();
        let mut phones = locked(&self.sip().0.phones);
        match (present, phones.0.contains_key(&extension.id)) {
            (true, false) => {
                let gone = self.stopping().child_token();
                phones.0.insert(extension.id, gone.clone());
                tokio::spawn(self.clone().phone_is_there(extension.clone(), gone));
            }
            (false, true) => {
                if let Some(gone) = phones.0.remove(&extension.id) {
                    gone.cancel();
                }
            }
            (true, true) | (false, false) => {}
        }
    }

    /// For as long as it is registered, the telephone is a device of the agent's.
    async fn phone_is_there(self, extension: Extension, gone: CancellationToken) {
        let session = session_of(extension.id);
        let device = Device {
            session,
            tenant: extension.tenant,
            user: extension.user,
            sign_in: SessionId::new(extension.id.as_uuid()),
            takes_calls: true,
            connected: true,
            opened: 0,
        };
        self.devices().open(device);
        self.device_connected(session);
        let presence = self.presence().stands_for(extension.tenant, extension.user);
        let scope = TenantScope::system(extension.tenant);
        let mut tick = tokio::time::interval(PRESENT);
        while self.sip().place_of(extension.id, clock::now()).is_some() {
            let was = self.presence().is_reachable(extension.tenant, extension.user, clock::now());
            self.presence().is_there(presence, clock::now());
            if !was {
                self.reachability_changed(scope, extension.user, true).await;
            }
            tokio::select! {
                _ = tick.tick() => {}
                () = gone.cancelled() => break,
            }
        }
        self.presence().is_gone(presence);
        locked(&self.sip().0.phones).0.remove(&extension.id);
        if let Some(device) = self.devices().close(session) {
            self.device_gone(device);
        }
        if !self.presence().is_reachable(extension.tenant, extension.user, clock::now()) {
            self.reachability_changed(scope, extension.user, false).await;
        }
    }

    /// An offer goes to the agent: their telephone rings too.
    pub(crate) async fn ring_phone(&self, tenant: TenantId, call: CallId, agent: UserId, fence: u32, caller: &str) {
        let Some((extension, place)) = self.sip().phone_of(tenant, agent) else { return };
        if let Err(error) = self.invite_phone(&extension, &place, call, Some(fence), caller).await {
            tracing::warn!(%call, %error, "an agent's telephone could not be rung");
        }
    }

    async fn invite_phone(
        &self,
        extension: &Extension,
        place: &Place,
        call: CallId,
        fence: Option<u32>,
        caller: &str,
    ) -> Result<CallKey, BackendError> {
        let endpoint = self.sip().endpoint()?;
        let leg = LegId::new(clock::new_uuid());
        let towards = Some(place.source.ip());
        let (sound, ours) = self.sip().open_sound(leg, towards, CODECS.to_vec(), Srtp::Off).await?;
        let key = CallKey(clock::new_uuid());
        let offer = sdp::offer(&ours).into_bytes();
        let session = session_of(extension.id);
        let whose = Whose::Phone { agent: extension.user, session, fence };
        let kept = Leg::new(call, extension.tenant, whose, leg, sound, ours);
        self.sip().legs().insert(key, kept);
        // The user part alone: a name would need quotation marks.
        let shown: String = caller.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '+').collect();
        let shown = if shown.is_empty() { "anonymous".to_owned() } else { shown };
        let target = Target {
            transport: place.transport,
            host: place.source.ip().to_string(),
            port: place.source.port(),
            by_name: false,
        };
        let outgoing = OutgoingCall {
            call: key,
            attempt: 1,
            to: Personal::new(place.contact.clone()),
            from: Personal::new(format!("sip:{shown}@switchboard")),
            from_name: None,
            target: Some(target),
            proxy: None,
            at: None,
            account: None,
            asserted: None,
            private: false,
            offer,
            replaces: None,
            ring_for: RING,
            silent_for: None,
        };
        if let Err(error) = endpoint.invite(outgoing) {
            self.sip().legs().remove(&key);
            return Err(BackendError::Upstream(error.to_string()));
        }
        Ok(key)
    }

    /// The telephone was taken up.
    pub(super) async fn phone_answered(
        &self,
        key: CallKey,
        agent: UserId,
        session: MediaSessionId,
        fence: Option<u32>,
    ) {
        let told = self.sip().legs().get_mut(&key).map(|leg| {
            leg.attached = true;
            (leg.call, leg.leg)
        });
        let Some((call, leg)) = told else { return };
        self.calls().take_leg(leg, call);
        let Some(fence) = fence else {
            // The app has answered before: the sound is elsewhere from now on.
            self.calls().event(call, CallEvent::DeviceLost { session });
            self.calls().event(call, CallEvent::DeviceBack { agent, session });
            return;
        };
        if !self.calls().event(call, CallEvent::OfferAccepted { agent, fence, session })
            && let Ok(endpoint) = self.sip().endpoint()
        {
            endpoint.hang_up(key).await;
        }
    }

    /// The telephone did not take the call, or its user has hung up.
    pub(super) fn phone_ended(&self, call: CallId, agent: UserId, fence: Option<u32>, status: Option<u16>) {
        let event = match (status, fence) {
            (None, _) => {
                if self.sip().is_consulted(call) {
                    self.calls().event(call, CallEvent::TransferCancelled { agent });
                }
                CallEvent::AgentHungUp { agent }
            }
            (Some(486 | 600 | 603), Some(fence)) => CallEvent::OfferDeclined { agent, fence },
            // The app may still answer.
            (Some(_), _) => return,
        };
        self.calls().event(call, event);
    }

    /// The offer is over for the agent; `answered` by their telephone, it stays.
    pub(crate) async fn quiet_phone(&self, call: CallId, agent: UserId, all: bool) {
        for key in self.sip().phone_legs(call, agent, !all) {
            if let Ok(endpoint) = self.sip().endpoint() {
                // Our own doing is no word of the agent's.
                self.sip().legs().remove(&key);
                endpoint.hang_up(key).await;
            }
        }
    }

    /// An agent whose device is a telephone calls by the app: the telephone is taken up first.
    pub(crate) async fn take_up_phone(
        &self,
        tenant: TenantId,
        call: CallId,
        agent: UserId,
        session: MediaSessionId,
    ) -> Result<(), BackendError> {
        if !self.sip().is_phone(session) {
            return Ok(());
        }
        let (extension, place) = self.sip().phone_of(tenant, agent).ok_or(BackendError::NoDevice)?;
        let key = self.invite_phone(&extension, &place, call, None, &extension.username).await?;
        let began = tokio::time::Instant::now();
        loop {
            match self.sip().legs().get(&key).map(|leg| leg.attached) {
                Some(true) => return Ok(()),
                None => return Err(BackendError::Conflict("your telephone did not take the call up")),
                Some(false) => {}
            }
            if began.elapsed() > TO_TAKE_UP {
                self.quiet_phone(call, agent, true).await;
                return Err(BackendError::Conflict("your telephone did not take the call up"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
