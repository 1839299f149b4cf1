//! Links by which people opt out without signing in: `<tenant>.<lead>.<channel>.<purpose>.<expires>.<mac>`.

use domain::{
    consent::{Channel, is_purpose},
    ids::{LeadId, TenantId},
    time::UnixMillis,
};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::mac::keyed;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub tenant: TenantId,
    pub lead: LeadId,
    pub channel: Channel,
    pub purpose: String,
    pub expires_at: UnixMillis,
}

impl Link {
    pub fn token(&self, key: &[u8]) -> String {
        let part =
            format!("{}.{}.{}.{}.{}", self.tenant, self.lead, self.channel.as_str(), self.purpose, self.expires_at.0);
        let mac = hex::encode(mac(key, &part).finalize().into_bytes());
        format!("{part}.{mac}")
    }

    /// `None`: it was not made here, or has run out.
    pub fn check(key: &[u8], token: &str, now: UnixMillis) -> Option<Self> {
        let (part, given) = token.rsplit_once('.')?;
        mac(key, part).verify_slice(&hex::decode(given).ok()?).ok()?;
        Self::parse(part).filter(|link| now < link.expires_at)
    }

    fn parse(part: &str) -> Option<Self> {
        let mut parts = part.split('.');
        let mut next = || parts.next();
        Some(Self {
            tenant: next()?.parse().ok()?,
            lead: next()?.parse().ok()?,
            channel: Channel::parse(next()?)?,
            purpose: next().filter(|purpose| is_purpose(purpose))?.to_owned(),
            expires_at: UnixMillis(next()?.parse().ok()?),
        })
    }
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = keyed(key);
    mac.update(b"opt-out-link:");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_link_is_of_one_person_and_purpose_until_it_runs_out() {
        let link = Link {
            tenant: TenantId::new(Uuid::from_u128(1)),
            lead: LeadId::new(Uuid::from_u128(2)),
            channel: Channel::Email,
            purpose: "marketing".to_owned(),
            expires_at: UnixMillis(1_000),
        };
        let token = link.token(b"key");
        assert_eq!(Link::check(b"key", &token, UnixMillis(999)), Some(link));
        assert_eq!(Link::check(b"key", &token, UnixMillis(1_000)), None);
        assert_eq!(Link::check(b"other", &token, UnixMillis(0)), None);
        for (from, to) in [("marketing", "service"), (".email.", ".call."), (".1000.", ".9000.")] {
            assert_eq!(Link::check(b"key", &token.replace(from, to), UnixMillis(0)), None, "{to}");
        }
        assert_eq!(Link::check(b"key", "x", UnixMillis(0)), None);
    }
}
