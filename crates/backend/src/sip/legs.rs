//! The sound of one SIP call: what is described to the other side, and the bridge's leg that speaks it.

use std::{net::IpAddr, sync::Arc};

use ::sip::{
    CallKey,
    sdp::{self, Agreed, Codec, Crypto, Direction, KEY, Ours, SdpError, Srtp},
};
use bridge::{Handshake, RtpCodec, RtpLeg, RtpRoute, Seal, SrtpKey, SrtpKeys};
use domain::{
    call::Party,
    ids::{CallId, LegId, MediaSessionId, TenantId, TrunkId, UserId},
    phone_number::E164,
    pii::Personal,
};
use providers::telephony::CarrierError;

use super::{SipService, outbound::Attempt};
use crate::{clock, error::BackendError};

/// Whose sound a leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Party(Party),
    /// An agent's telephone, which stands for the device. The fence is that of the offer it rings with.
    Phone {
        agent: UserId,
        session: MediaSessionId,
        fence: Option<u32>,
    },
    /// The second line of that telephone, by which the agent speaks with a number before the customer does.
    Consult {
        agent: UserId,
    },
}

impl Whose {
    pub(super) const fn session(self) -> Option<MediaSessionId> {
        match self {
            Self::Phone { session, .. } => Some(session),
            Self::Party(_) | Self::Consult { .. } => None,
        }
    }
}

/// One SIP call that is under way.
pub(super) struct Leg {
    pub call: CallId,
    pub tenant: TenantId,
    pub whose: Whose,
    pub leg: LegId,
    pub sound: Arc<RtpLeg>,
    pub ours: Ours,
    /// What is to be tried when this trunk cannot do it; of outgoing calls that were not answered.
    pub attempt: Option<Attempt>,
    /// The other side has been told of by media.
    pub attached: bool,
    /// Sound before the answer was agreed on.
    pub early: bool,
    /// Its keys come from a handshake, which we answer and do not offer.
    pub by_handshake: bool,
    /// The other side has said that it sends nothing.
    pub held: bool,
    /// None of a telephone.
    pub trunk: Option<TrunkId>,
    /// Our number in the call, as the trunk knows it.
    pub shown: Personal<String>,
    pub instead: Option<Instead>,
    /// Whom the call is with when this takes the place of another.
    pub names: Option<E164>,
    pub sent_on: Option<SentOn>,
}

/// A caller whom the trunk was asked to join with somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SentOn {
    /// The trunk calls the number of this transfer, which the carrier's orders name by `known_as`.
    Called { attempt: u32, known_as: CallKey },
    /// It joins its two calls with us.
    Joined { with: CallKey },
}

/// What a dialog has come in place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instead {
    /// The first with this party, by which orders to the carrier name all of them.
    pub first: CallKey,
    /// The one before.
    pub of: CallKey,
}

impl Leg {
    pub(super) fn new(
        call: CallId,
        tenant: TenantId,
        whose: Whose,
        leg: LegId,
        sound: Arc<RtpLeg>,
        ours: Ours,
    ) -> Self {
        Self {
            call,
            tenant,
            whose,
            leg,
            sound,
            ours,
            attempt: None,
            attached: false,
            early: false,
            by_handshake: false,
            held: false,
            trunk: None,
            shown: Personal::new(String::new()),
            instead: None,
            names: None,
            sent_on: None,
        }
    }
}

fn codec(of: Codec) -> RtpCodec {
    match of {
        Codec::Pcmu => RtpCodec::Pcmu,
        Codec::Pcma => RtpCodec::Pcma,
        Codec::G722 => RtpCodec::G722,
        Codec::Opus => RtpCodec::Opus,
    }
}

/// What the bridge is to do about what was agreed.
pub(super) fn route(agreed: &Agreed) -> RtpRoute {
    let key = |crypto: &Crypto| SrtpKey::new(crypto.key);
    RtpRoute {
        remote: agreed.remote,
        remote_reports: agreed.remote_reports,
        multiplexed: agreed.multiplexed,
        codec: codec(agreed.codec),
        payload_type: agreed.payload_type,
        accepted: agreed.accepted.iter().map(|(kind, one)| (*kind, codec(*one))).collect(),
        events: agreed.events,
        comfort_noise: agreed.comfort_noise,
        packet_ms: agreed.packet_ms,
        sends: agreed.sends,
        receives: agreed.receives,
        seal: match (&agreed.handshake, &agreed.keys) {
            (Some(agreed), _) => Some(Seal::Handshake(Handshake { theirs: agreed.theirs, begins: agreed.begins })),
            (None, Some((ours, theirs))) => {
                let keys = SrtpKeys { ours: key(ours), theirs: key(theirs), short_tag: theirs.short_tag };
                Some(Seal::Keys(keys))
            }
            (None, None) => None,
        },
    }
}

/// The status that refuses a description (RFC 3261 section 21.4.26).
pub(super) const fn refusal(error: SdpError) -> u16 {
    match error {
        SdpError::Malformed | SdpError::TooLong => 400,
        SdpError::NoAudio | SdpError::NoCommonCodec | SdpError::NoAddress | SdpError::NotSealed => 488,
    }
}

impl SipService {
    /// Ports for a call, facing the other side.
    pub(super) async fn open_sound(
        &self,
        leg: LegId,
        towards: Option<IpAddr>,
        codecs: Vec<Codec>,
        srtp: Srtp,
    ) -> Result<(Arc<RtpLeg>, Ours), BackendError> {
        let address = towards.and_then(facing).unwrap_or([127, 0, 0, 1].into());
        let any: IpAddr = if address.is_ipv6() { [0_u16; 8].into() } else { [0_u8; 4].into() };
        let bind = if address.is_loopback() { address } else { any };
        let sound = self.0.bridge.open_rtp_leg(leg, bind, self.0.options.ports.clone()).await;
        let sound = sound.map_err(|error| BackendError::Upstream(format!("no port for sound: {error}")))?;
        let random = clock::new_uuid().as_u128();
        let ours = Ours {
            address: self.0.options.advertised.filter(|_| !address.is_loopback()).unwrap_or(address),
            port: sound.local().port(),
            codecs,
            srtp,
            key: new_key(),
            fingerprint: bridge::our_fingerprint(),
            direction: Direction::SendRecv,
            // 63 bits: some telephones read it as a signed number.
            session: (random >> 65) as u64,
            version: 1,
        };
        Ok((Arc::new(sound), ours))
    }

    /// Answers an offer within a call, and speaks by it from then on.
    pub(super) async fn reanswer(&self, key: CallKey, body: &[u8]) -> Result<Vec<u8>, u16> {
        let (ours, sound, by_handshake) = {
            let mut legs = self.legs();
            let leg = legs.get_mut(&key).ok_or(481_u16)?;
            leg.ours.version += 1;
            (leg.ours.clone(), Arc::clone(&leg.sound), leg.by_handshake)
        };
        match body {
            // What we can offer would be in the clear.
            [] if by_handshake => return Err(488),
            [] => return Ok(sdp::offer(&ours).into_bytes()),
            _ => {}
        }
        let (text, agreed) = sdp::parse(body).and_then(|offer| sdp::answer(&offer, &ours)).map_err(refusal)?;
        if by_handshake && agreed.handshake.is_none() {
            return Err(488);
        }
        self.agreed(key, &agreed);
        sound.route(route(&agreed)).await;
        Ok(text.into_bytes())
    }

    /// Offers our sound once more to the party whose first dialog this is. What comes of it is heard, or not. Beside the call: the
    /// other side may take its time.
    pub(super) fn describe_anew(&self, first: CallKey) -> Result<(), CarrierError> {
        let live: Vec<CallKey> = self.those_of(first).into_iter().filter(|key| self.legs().contains_key(key)).collect();
        if live.is_empty() {
            return Err(CarrierError::CallOver);
        }
        for key in live {
            let service = self.clone();
            tokio::spawn(async move { service.offer_anew(key).await });
        }
        Ok(())
    }

    async fn offer_anew(&self, key: CallKey) {
        let ours = self.legs().get_mut(&key).filter(|leg| leg.attached && !leg.by_handshake && !leg.held).map(|leg| {
            leg.ours.version += 1;
            leg.ours.clone()
        });
        // One that was not answered has its offer, one by a handshake cannot be offered, and who holds us means to be silent.
        let (Some(ours), Ok(endpoint)) = (ours, self.endpoint()) else { return };
        let answered = match endpoint.reoffer(key, sdp::offer(&ours).into_bytes()).await {
            Ok(answer) => self.accept(key, &answer).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match answered {
            Ok(()) => tracing::info!(call = %key, "the sound of a SIP call was agreed on anew"),
            Err(error) => tracing::warn!(call = %key, %error, "the sound of a SIP call could not be agreed on anew"),
        }
    }

    /// Takes the answer to our offer.
    pub(super) async fn accept(&self, key: CallKey, body: &[u8]) -> Result<(), SdpError> {
        let Some((ours, sound)) = self.legs().get(&key).map(|leg| (leg.ours.clone(), Arc::clone(&leg.sound))) else {
            return Ok(());
        };
        let agreed = sdp::parse(body).and_then(|answer| sdp::accept(&ours, &answer))?;
        self.agreed(key, &agreed);
        sound.route(route(&agreed)).await;
        Ok(())
    }

    fn agreed(&self, key: CallKey, agreed: &Agreed) {
        if let Some(leg) = self.legs().get_mut(&key) {
            leg.held = !agreed.receives;
        }
    }

    /// The call that a leg's sound belongs to.
    pub(super) fn key_of(&self, leg: LegId) -> Option<CallKey> {
        self.legs().iter().find(|(_, one)| one.leg == leg).map(|(key, _)| *key)
    }

    /// Presses keys on a leg that is ours; false when it is not.
    pub(crate) fn send_digits(&self, leg: LegId, digits: &str) -> bool {
        let Some(key) = self.key_of(leg) else { return false };
        let sound = self.legs().get(&key).map(|leg| Arc::clone(&leg.sound));
        sound.is_some_and(|sound| {
            sound.send_digits(digits.to_owned());
            true
        })
    }
}

fn new_key() -> [u8; KEY] {
    use rand::RngExt;
    rand::rng().random()
}

/// The address of ours from which packets to the other side leave. Nothing is sent: connecting a UDP socket only looks up the
/// route.
fn facing(towards: IpAddr) -> Option<IpAddr> {
    let any: std::net::SocketAddr = if towards.is_ipv6() { ([0_u16; 8], 0).into() } else { ([0_u8; 4], 0).into() };
    let socket = std::net::UdpSocket::bind(any).ok()?;
    socket.connect((towards, 9)).ok()?;
    socket.local_addr().ok().map(|at| at.ip()).filter(|ip| !ip.is_unspecified())
}
