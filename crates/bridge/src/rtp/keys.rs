//! SRTP with keys from the session description (RFC 4568) or from a handshake of both ends (RFC 5764).

use rtc_srtp::{
    context::Context, crypto::default_provider, option::srtp_replay_protection, protection_profile::ProtectionProfile,
};

/// Key and salt of AES-CM-128.
const KEY: usize = 16;
const SALT: usize = 14;
/// Packets that may come late.
const WINDOW: usize = 128;

/// Master key and salt of one direction.
#[derive(Clone, PartialEq, Eq)]
pub struct SrtpKey([u8; KEY + SALT]);

impl SrtpKey {
    pub const LENGTH: usize = KEY + SALT;

    pub fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for SrtpKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SrtpKey([redacted])")
    }
}

/// Keys of both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SrtpKeys {
    pub ours: SrtpKey,
    pub theirs: SrtpKey,
    /// The tag is 32 bits long, not 80.
    pub short_tag: bool,
}

/// Both directions at work.
pub(super) struct Sealed {
    /// Those of the descriptions.
    keys: Option<SrtpKeys>,
    out: Context,
    inward: Context,
}

impl Sealed {
    /// `None` when this build's cryptography lacks what SRTP needs.
    pub(super) fn new(keys: SrtpKeys) -> Option<Self> {
        let profile = if keys.short_tag {
            ProtectionProfile::Aes128CmHmacSha1_32
        } else {
            ProtectionProfile::Aes128CmHmacSha1_80
        };
        let end = |key: &SrtpKey| context(&key.0[..KEY], &key.0[KEY..], profile);
        Some(Self { out: end(&keys.ours)?, inward: end(&keys.theirs)?, keys: Some(keys) })
    }

    /// Octets of what a handshake comes to.
    pub(super) const MATERIAL: usize = 2 * (KEY + SALT);

    /// From what a handshake came to: both keys, then both salts, those of the end that began first (RFC 5764 section 4.2).
    pub(super) fn by_handshake(material: &[u8], we_began: bool) -> Option<Self> {
        let (keys, salts) = material.split_at_checked(2 * KEY)?;
        let end = |n: usize| {
            let (key, salt) = (keys.get(n * KEY..(n + 1) * KEY)?, salts.get(n * SALT..(n + 1) * SALT)?);
            context(key, salt, ProtectionProfile::Aes128CmHmacSha1_80)
        };
        let (began, other) = (end(0)?, end(1)?);
        let (out, inward) = if we_began { (began, other) } else { (other, began) };
        Some(Self { keys: None, out, inward })
    }

    pub(super) fn is_of(&self, keys: &SrtpKeys) -> bool {
        self.keys.as_ref() == Some(keys)
    }

    pub(super) fn seal(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.out.encrypt_rtp(packet).ok().map(|sealed| sealed.to_vec())
    }

    pub(super) fn open(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.inward.decrypt_rtp(packet).ok().map(|opened| opened.to_vec())
    }

    pub(super) fn seal_report(&mut self, report: &[u8]) -> Option<Vec<u8>> {
        self.out.encrypt_rtcp(report).ok().map(|sealed| sealed.to_vec())
    }

    pub(super) fn open_report(&mut self, report: &[u8]) -> Option<Vec<u8>> {
        self.inward.decrypt_rtcp(report).ok().map(|opened| opened.to_vec())
    }
}

fn context(key: &[u8], salt: &[u8], profile: ProtectionProfile) -> Option<Context> {
    let provider = default_provider().ok()?;
    let replay = Some(srtp_replay_protection(WINDOW));
    Context::new(key, salt, profile, replay, None, provider.crypto()).ok()
}

#[cfg(test)]
mod tests {
    use media::rtp::{self, RtpHeader};

    use super::*;

    #[test]
    fn one_side_opens_what_the_other_sealed_once_and_nobody_else_does() {
        for short_tag in [false, true] {
            let (a, b) = (SrtpKey::new([1; 30]), SrtpKey::new([2; 30]));
            let mut ours = Sealed::new(SrtpKeys { ours: a.clone(), theirs: b.clone(), short_tag }).unwrap();
            let mut theirs = Sealed::new(SrtpKeys { ours: b.clone(), theirs: a, short_tag }).unwrap();
            let mut stranger = Sealed::new(SrtpKeys { ours: b.clone(), theirs: b, short_tag }).unwrap();
            let mut packet = Vec::new();
            rtp::write(RtpHeader { seq: 7, ssrc: 5, ..RtpHeader::default() }, &[9; 160], &mut packet);
            let sealed = ours.seal(&packet).unwrap();
            assert_eq!(sealed.len(), packet.len() + if short_tag { 4 } else { 10 });
            assert!(stranger.open(&sealed).is_none());
            assert_eq!(theirs.open(&sealed).as_deref(), Some(packet.as_slice()));
            assert!(theirs.open(&sealed).is_none(), "a replay");
        }
        assert!(!format!("{:?}", SrtpKey::new([65; 30])).contains("65"));
    }
}
