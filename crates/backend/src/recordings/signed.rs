//! Links to sound that work without a token until they run out: `<tenant>.<call>.<format>.<expires>.<mac>`.

use std::time::Duration;

use domain::{
    ids::{CallId, TenantId},
    time::UnixMillis,
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use wire::recordings::AudioFormat;

use crate::mac::keyed;

/// Life of a link.
pub const LINK_LIFE: Duration = Duration::from_secs(600);

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub tenant: TenantId,
    pub call: CallId,
    pub format: AudioFormat,
    pub expires_at: UnixMillis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("the link has run out")]
    Expired,
    #[error("not a link of this server")]
    Invalid,
}

const fn format_text(format: AudioFormat) -> &'static str {
    match format {
        AudioFormat::Ogg => "ogg",
        AudioFormat::Wav => "wav",
    }
}

impl Link {
    fn signed_part(self) -> String {
        format!("{}.{}.{}.{}", self.tenant, self.call, format_text(self.format), self.expires_at.0)
    }

    pub fn token(self, key: &[u8]) -> String {
        let part = self.signed_part();
        let mac = hex::encode(mac(key, &part).finalize().into_bytes());
        format!("{part}.{mac}")
    }

    pub fn check(key: &[u8], token: &str, now: UnixMillis) -> Result<Self, LinkError> {
        let (part, given) = token.rsplit_once('.').ok_or(LinkError::Invalid)?;
        let given = hex::decode(given).map_err(|_| LinkError::Invalid)?;
        mac(key, part).verify_slice(&given).map_err(|_| LinkError::Invalid)?;
        let link = Self::parse(part).ok_or(LinkError::Invalid)?;
        if now >= link.expires_at { Err(LinkError::Expired) } else { Ok(link) }
    }

    fn parse(part: &str) -> Option<Self> {
        let mut parts = part.split('.');
        let (tenant, call, format, expires) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            tenant: tenant.parse().ok()?,
            call: call.parse().ok()?,
            format: match format {
                "ogg" => AudioFormat::Ogg,
                "wav" => AudioFormat::Wav,
                _ => return None,
            },
            expires_at: UnixMillis(expires.parse().ok()?),
        })
    }
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = keyed(key);
    mac.update(b"recording-link:");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_link_opens_its_own_recording_until_it_runs_out() {
        let link = Link {
            tenant: TenantId::new(Uuid::from_u128(1)),
            call: CallId::new(Uuid::from_u128(2)),
            format: AudioFormat::Wav,
            expires_at: UnixMillis(1_000),
        };
        let token = link.token(b"key");
        assert_eq!(Link::check(b"key", &token, UnixMillis(999)), Ok(link));
        assert_eq!(Link::check(b"key", &token, UnixMillis(1_000)), Err(LinkError::Expired));
        assert_eq!(Link::check(b"other", &token, UnixMillis(0)), Err(LinkError::Invalid));
        let later = token.replace(".1000.", ".9000.");
        assert_eq!(Link::check(b"key", &later, UnixMillis(0)), Err(LinkError::Invalid));
        assert_eq!(Link::check(b"key", "x", UnixMillis(0)), Err(LinkError::Invalid));
    }
}
