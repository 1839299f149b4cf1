//! Keys agreed on by the two ends of a leg themselves (DTLS-SRTP, RFC 5764): the other end has to show the certificate whose hash
//! came with its description.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Instant,
};

use dimpl::{Config, Dtls, DtlsCertificate, Output, certificate};
use sha2::{Digest, Sha256};

use super::keys::Sealed;

/// More than any of its datagrams.
const DATAGRAM: usize = 2_048;

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
fn certificate() -> Option<&'static DtlsCertificate> {
    static MADE: OnceLock<Option<DtlsCertificate>> = OnceLock::new();
    let made = MADE.get_or_init(|| match certificate::generate_self_signed_certificate() {
        Ok(made) => Some(made),
        Err(error) => {
            tracing::error!(%error, "DTLS-SRTP cannot be spoken");
            None
        }
    });
    made.as_ref()
}

/// What is written into descriptions; `None` when DTLS-SRTP cannot be spoken.
pub fn our_fingerprint() -> Option<Fingerprint> {
    certificate().map(|ours| Sha256::digest(&ours.certificate).into())
}

/// One end of a handshake. No sockets, and the time is handed in.
pub(super) struct HandshakeEnd {
    plan: Handshake,
    dtls: Dtls,
    due: Option<Instant>,
    /// The other end has shown the right certificate.
    proven: bool,
    failed: bool,
    buffer: Vec<u8>,
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
    pub(super) fn new(plan: Handshake, now: Instant) -> Option<Self> {
        let mut dtls = Dtls::new_12(Arc::new(Config::default()), certificate()?.clone(), now);
        dtls.set_active(plan.begins);
        Some(Self { plan, dtls, due: None, proven: false, failed: false, buffer: vec![0; DATAGRAM], peer: None })
    }

    pub(super) const fn plan(&self) -> Handshake {
        self.plan
    }

    /// When [`Self::wake`] is to be called.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.filter(|_| !self.failed)
    }

    /// Where its datagrams go: to where theirs come from, once that is known.
    pub(super) fn target(&self, agreed: SocketAddr) -> SocketAddr {
        self.peer.unwrap_or(agreed)
    }

    pub(super) fn take(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) -> Step {
        if self.failed {
            return Step::default();
        }
        self.peer = Some(from);
        let taken = self.dtls.handle_timeout(now).and_then(|()| self.dtls.handle_packet(datagram));
        self.after(taken)
    }

    /// At its beginning, and when it is due.
    pub(super) fn wake(&mut self, now: Instant) -> Step {
        self.due = None;
        if self.failed {
            return Step::default();
        }
        let woken = self.dtls.handle_timeout(now);
        self.after(woken)
    }

    fn after(&mut self, done: Result<(), dimpl::Error>) -> Step {
        if let Err(error) = done {
            tracing::info!(%error, "a handshake for the keys of a leg failed; it stays silent");
            self.failed = true;
            return Step::default();
        }
        let mut step = Step::default();
        loop {
            match self.dtls.poll_output(&mut self.buffer) {
                Output::Packet(packet) => step.packets.push(packet.to_vec()),
                Output::BufferTooSmall { needed } => self.buffer.resize(needed, 0),
                Output::Timeout(at) => {
                    self.due = Some(at);
                    break;
                }
                Output::PeerCert(shown) => self.proven = Fingerprint::from(Sha256::digest(shown)) == self.plan.theirs,
                Output::KeyingMaterial(material, profile) => {
                    if self.proven {
                        step.keys = Sealed::by_handshake(&material, profile, self.plan.begins);
                    } else {
                        tracing::warn!(
                            "a leg's other end shows another certificate than was agreed on; it stays silent"
                        );
                        self.failed = true;
                    }
                }
                Output::Connected | Output::ApplicationData(_) | Output::CloseNotify => {}
                _ => {}
            }
        }
        step
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
        let (mut to_other, mut to_one) = (one.wake(now).packets, other.wake(now).packets);
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
