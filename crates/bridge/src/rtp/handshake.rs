//! Keys agreed on by the two ends of a leg themselves (DTLS-SRTP, RFC 5764): the other end has to show the certificate whose hash
//! came with its description.

use std::{
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Instant,
};

use bytes::BytesMut;
use rtc_dtls::{
    config::{ClientAuthType, ConfigBuilder},
    crypto::Certificate,
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::{TransportProtocol, error::Error};
use rtc_srtp::crypto::default_provider;
use sha2::{Digest, Sha256};

use super::keys::Sealed;

/// Under which keys for SRTP are drawn from a handshake (RFC 5764 section 4.2).
const LABEL: &str = "EXTRACTOR-dtls_srtp";
/// The library tells its counterparts apart by their addresses; a leg has one, wherever its datagrams come from.
const COUNTERPART: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

/// SHA-256 of a certificate.
pub type Fingerprint = [u8; 32];

/// What was agreed about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake {
    /// Of the certificate that the other end has to show.
    pub theirs: Fingerprint,
    /// We begin (RFC 4145, `a=setup:active`).
    pub begins: bool,
}

/// The certificate of this process; none when this build's cryptography cannot make one.
fn certificate() -> Option<&'static Certificate> {
    static MADE: OnceLock<Option<Certificate>> = OnceLock::new();
    let make = || -> Result<Certificate, String> {
        let provider = default_provider().map_err(|error| error.to_string())?;
        let names = vec!["switchboard".to_owned()];
        Certificate::generate_self_signed(names, provider.crypto()).map_err(|error| error.to_string())
    };
    let made = MADE.get_or_init(|| match make() {
        Ok(made) => Some(made),
        Err(error) => {
            tracing::error!(error, "DTLS-SRTP cannot be spoken");
            None
        }
    });
    made.as_ref()
}

/// What is written into descriptions; `None` when DTLS-SRTP cannot be spoken.
pub fn our_fingerprint() -> Option<Fingerprint> {
    certificate().and_then(|ours| Some(Sha256::digest(ours.certificate.first()?).into()))
}

/// One end of a handshake. No sockets, and the time is handed in.
pub(super) struct HandshakeEnd {
    plan: Handshake,
    endpoint: Endpoint,
    /// Datagrams of ours that have to be sent before anything has come.
    first: Vec<Vec<u8>>,
    /// The other end has shown the right certificate.
    proven: Arc<AtomicBool>,
    failed: bool,
    /// Where the last datagram of it came from.
    peer: Option<SocketAddr>,
}

/// What came of a step.
#[derive(Default)]
pub(super) struct Step {
    pub packets: Vec<Vec<u8>>,
    pub keys: Option<Sealed>,
}

/// Whether a datagram is one of a handshake (RFC 7983).
pub(super) const fn is_handshake(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(20..=63))
}

impl HandshakeEnd {
    /// `None` when this build cannot.
    pub(super) fn new(plan: Handshake, now: Instant) -> Option<Self> {
        let proven = Arc::new(AtomicBool::new(false));
        match Self::begin(plan, &proven, now) {
            Ok(endpoint) => {
                let mut end = Self { plan, endpoint, first: Vec::new(), proven, failed: false, peer: None };
                end.first = end.outgoing();
                Some(end)
            }
            Err(error) => {
                tracing::error!(%error, "a handshake for the keys of a leg cannot begin");
                None
            }
        }
    }

    fn begin(plan: Handshake, proven: &Arc<AtomicBool>, now: Instant) -> Result<Endpoint, Error> {
        let (theirs, proven) = (plan.theirs, Arc::clone(proven));
        let config = ConfigBuilder::default()
            .with_crypto_provider(default_provider().map_err(|error| Error::Other(error.to_string()))?)
            .with_certificates(certificate().into_iter().cloned().collect())
            .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            // Nobody vouches for it but the description, which says what its hash is.
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(move |shown: &[Vec<u8>], _: &[_]| {
                let fits = shown.first().is_some_and(|shown| Fingerprint::from(Sha256::digest(shown)) == theirs);
                proven.store(fits, Relaxed);
                if fits { Ok(()) } else { Err(Error::Other("another certificate than was agreed on".to_owned())) }
            })))
            .build(plan.begins, None)?;
        let config = Arc::new(config);
        let answers = (!plan.begins).then(|| Arc::clone(&config));
        let mut endpoint = Endpoint::new(COUNTERPART, TransportProtocol::UDP, answers);
        if plan.begins {
            endpoint.connect(now, COUNTERPART, config, None)?;
        }
        Ok(endpoint)
    }

    pub(super) const fn plan(&self) -> Handshake {
        self.plan
    }

    /// When [`Self::wake`] is to be called.
    pub(super) fn due(&self) -> Option<Instant> {
        self.endpoint.poll_timeout(&COUNTERPART).filter(|_| !self.failed)
    }

    /// Where its datagrams go: to where theirs come from, once that is known.
    pub(super) fn target(&self, agreed: SocketAddr) -> SocketAddr {
        self.peer.unwrap_or(agreed)
    }

    /// What is to be sent at the beginning.
    pub(super) fn first(&mut self) -> Step {
        Step { packets: std::mem::take(&mut self.first), keys: None }
    }

    pub(super) fn take(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) -> Step {
        if self.failed {
            return Step::default();
        }
        self.peer = Some(from);
        let read = self.endpoint.read(now, COUNTERPART, None, BytesMut::from(datagram));
        // Also what it says about a failure goes out.
        let packets = self.outgoing();
        let keys = match read {
            Ok(events) if events.iter().any(|event| matches!(event, EndpointEvent::HandshakeComplete)) => self.keys(),
            Ok(_) => None,
            Err(error) => {
                self.fail(&error);
                None
            }
        };
        Step { packets, keys }
    }

    /// When it is due: what was not answered is said again.
    pub(super) fn wake(&mut self, now: Instant) -> Step {
        if !self.failed
            && let Err(error) = self.endpoint.handle_timeout(COUNTERPART, now)
        {
            self.fail(&error);
        }
        Step { packets: self.outgoing(), keys: None }
    }

    fn fail(&mut self, error: &Error) {
        // Garbage from a stranger is no failure before the other end has been heard, nor after the keys are there.
        tracing::debug!(%error, "a step of a handshake for the keys of a leg failed");
        self.failed = self.endpoint.get_connection_state(COUNTERPART).is_none();
    }

    fn outgoing(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.endpoint.poll_transmit()).map(|transmit| transmit.message.to_vec()).collect()
    }

    fn keys(&self) -> Option<Sealed> {
        if !self.proven.load(Relaxed) {
            return None;
        }
        let state = self.endpoint.get_connection_state(COUNTERPART)?;
        let material = state.export_keying_material(LABEL, &[], Sealed::MATERIAL).ok()?;
        Sealed::by_handshake(material.as_ref(), self.plan.begins)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use media::rtp::{self, RtpHeader};

    use super::*;

    const A: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4_000);

    /// Lets two ends speak to each other; what each has for keys.
    fn agree(one: Handshake, other: Handshake) -> (Option<Sealed>, Option<Sealed>) {
        let mut now = Instant::now();
        let (mut one, mut other) = (HandshakeEnd::new(one, now).unwrap(), HandshakeEnd::new(other, now).unwrap());
        let (mut ours, mut theirs) = (None, None);
        let (mut to_other, mut to_one) = (one.first().packets, other.first().packets);
        for _ in 0..40 {
            now += Duration::from_millis(100);
            let mut back = Vec::new();
            for packet in to_other.drain(..) {
                let step = other.take(&packet, A, now);
                back.extend(step.packets);
                theirs = step.keys.or(theirs);
            }
            to_one.extend(back);
            for packet in to_one.drain(..) {
                let step = one.take(&packet, A, now);
                to_other.extend(step.packets);
                ours = step.keys.or(ours);
            }
            for (end, out) in [(&mut one, &mut to_other), (&mut other, &mut to_one)] {
                if end.due().is_some_and(|due| due <= now) {
                    out.extend(end.wake(now).packets);
                }
            }
        }
        (ours, theirs)
    }

    #[test]
    fn both_ends_have_keys_that_fit() {
        let theirs = our_fingerprint().unwrap();
        let (ours, theirs) = agree(Handshake { theirs, begins: true }, Handshake { theirs, begins: false });
        let (mut ours, mut theirs) = (ours.unwrap(), theirs.unwrap());
        let mut packet = Vec::new();
        rtp::write(RtpHeader { seq: 7, ssrc: 5, ..RtpHeader::default() }, &[9; 160], &mut packet);
        let sealed = ours.seal(&packet).unwrap();
        assert_ne!(sealed[12..172], packet[12..]);
        assert_eq!(theirs.open(&sealed).as_deref(), Some(packet.as_slice()));
        let back = theirs.seal(&packet).unwrap();
        assert_eq!(ours.open(&back).as_deref(), Some(packet.as_slice()));
        assert!(ours.open(&sealed).is_none(), "each direction has keys of its own");
    }

    #[test]
    fn who_shows_another_certificate_gets_no_keys() {
        let theirs = our_fingerprint().unwrap();
        let (ours, _) = agree(Handshake { theirs: [7; 32], begins: true }, Handshake { theirs, begins: false });
        assert!(ours.is_none());
    }

    #[test]
    fn garbage_that_looks_like_a_handshake_does_no_harm() {
        let theirs = our_fingerprint().unwrap();
        let now = Instant::now();
        let mut end = HandshakeEnd::new(Handshake { theirs, begins: false }, now).unwrap();
        for first in 20..=63 {
            assert!(is_handshake(&[first]));
            for length in [1, 13, 25, 200] {
                let step = end.take(&vec![first; length], A, now);
                assert!(step.keys.is_none());
            }
        }
        assert!(!is_handshake(&[]) && !is_handshake(&[0x80]) && !is_handshake(&[19]));
    }
}
