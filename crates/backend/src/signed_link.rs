//! Addresses that work without a token until they run out: `<tenant>.<what they open>.<expires>.<mac>`.

use domain::{ids::TenantId, time::UnixMillis};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{error::BackendError, mac::keyed};

/// What an address opens.
pub(crate) trait Opens: Sized {
    /// Stands in the signature, so that no address of one kind is taken for one of another.
    const KIND: &'static str;

    /// Of letters, digits, `-`, `_` and `.`, as it stands in the address.
    fn written(&self) -> String;

    fn read(text: &str) -> Option<Self>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignedLink<W> {
    pub tenant: TenantId,
    pub what: W,
    pub expires_at: UnixMillis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("the link has run out")]
    Expired,
    #[error("not a link of this server")]
    Invalid,
}

impl From<LinkError> for BackendError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Expired => Self::TokenExpired,
            LinkError::Invalid => Self::NotSignedIn,
        }
    }
}

impl<W: Opens> SignedLink<W> {
    pub fn token(&self, key: &[u8]) -> String {
        let part = format!("{}.{}.{}", self.tenant, self.what.written(), self.expires_at.0);
        let mac = hex::encode(mac(key, W::KIND, &part).finalize().into_bytes());
        format!("{part}.{mac}")
    }

    pub fn check(key: &[u8], token: &str, now: UnixMillis) -> Result<Self, LinkError> {
        let (part, given) = token.rsplit_once('.').ok_or(LinkError::Invalid)?;
        let given = hex::decode(given).map_err(|_| LinkError::Invalid)?;
        mac(key, W::KIND, part).verify_slice(&given).map_err(|_| LinkError::Invalid)?;
        let link = Self::parse(part).ok_or(LinkError::Invalid)?;
        if now >= link.expires_at { Err(LinkError::Expired) } else { Ok(link) }
    }

    fn parse(part: &str) -> Option<Self> {
        let (tenant, rest) = part.split_once('.')?;
        let (what, expires) = rest.rsplit_once('.')?;
        Some(Self { tenant: tenant.parse().ok()?, what: W::read(what)?, expires_at: UnixMillis(expires.parse().ok()?) })
    }
}

fn mac(key: &[u8], kind: &str, text: &str) -> Hmac<Sha256> {
    let mut mac = keyed(key);
    mac.update(kind.as_bytes());
    mac.update(b":");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Debug;

    use uuid::Uuid;

    use super::*;

    /// Opens what it says until it runs out, and nothing else: not with one of `changes` made, nor by another key.
    pub(crate) fn opens<W: Opens + Clone + Debug + PartialEq>(what: &W, changes: &[(&str, &str)]) {
        let link =
            SignedLink { tenant: TenantId::new(Uuid::from_u128(1)), what: what.clone(), expires_at: UnixMillis(1_000) };
        let token = link.token(b"key");
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)), "{token}");
        let check = |key: &[u8], token: &str, now| SignedLink::<W>::check(key, token, UnixMillis(now));
        assert_eq!(check(b"key", &token, 999), Ok(link));
        assert_eq!(check(b"key", &token, 1_000), Err(LinkError::Expired));
        assert_eq!(check(b"other", &token, 0), Err(LinkError::Invalid));
        for (from, to) in [&[(".1000.", ".9000."), ("0001.", "0002.")], changes].concat() {
            let forged = token.replacen(from, to, 1);
            assert_ne!(forged, token, "{from} is not in it");
            assert_eq!(check(b"key", &forged, 0), Err(LinkError::Invalid), "{forged}");
        }
        for bad in ["", ".", "x", "...", &token[1..]] {
            assert_eq!(check(b"key", bad, 0), Err(LinkError::Invalid), "{bad}");
        }
    }

    #[derive(Debug, Clone, PartialEq)]
    struct One;
    #[derive(Debug, Clone, PartialEq)]
    struct Other;

    impl Opens for One {
        const KIND: &'static str = "one";

        fn written(&self) -> String {
            "same".to_owned()
        }

        fn read(text: &str) -> Option<Self> {
            (text == "same").then_some(Self)
        }
    }

    impl Opens for Other {
        const KIND: &'static str = "other";

        fn written(&self) -> String {
            One.written()
        }

        fn read(text: &str) -> Option<Self> {
            One::read(text).map(|One| Self)
        }
    }

    #[test]
    fn a_link_of_one_kind_is_none_of_another() {
        let (tenant, expires_at) = (TenantId::new(Uuid::from_u128(1)), UnixMillis(1_000));
        let token = SignedLink { tenant, what: One, expires_at }.token(b"key");
        assert!(SignedLink::<One>::check(b"key", &token, UnixMillis(0)).is_ok());
        assert_eq!(SignedLink::<Other>::check(b"key", &token, UnixMillis(0)), Err(LinkError::Invalid));
    }
}
