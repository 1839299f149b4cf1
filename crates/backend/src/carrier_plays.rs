//! What a carrier fetches and plays in a call, at addresses that need no token and run out: `<tenant>.<what>.<detail>.<expires>.<mac>`.

use std::{str::FromStr, time::Duration};

use domain::{
    ids::{TenantId, VoicemailId},
    time::UnixMillis,
};
use hmac::{Hmac, Mac};
use media::{frame::NARROWBAND, wav};
use sha2::Sha256;
use storage::TenantScope;

use crate::{
    Backend,
    carriers::{self, TenantCarrier},
    clock,
    error::BackendError,
    mac::keyed,
};

/// The carrier fetches at once, and twice at the most.
const LIFE: Duration = Duration::from_secs(300);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plays {
    Message(VoicemailId),
    Keys(Keys),
}

/// Of a telephone: `0-9 * # A-D`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys(String);

impl Keys {
    /// Nothing but keys.
    pub fn of(digits: &str) -> Self {
        Self(digits.chars().filter(|key| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')).collect())
    }

    /// `*` and `#` have a meaning in addresses.
    fn in_address(&self) -> String {
        self.0.replace('*', "s").replace('#', "p")
    }
}

impl FromStr for Keys {
    type Err = BackendError;

    fn from_str(text: &str) -> Result<Self, BackendError> {
        Ok(Self::of(&text.replace('s', "*").replace('p', "#")))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    tenant: TenantId,
    what: Plays,
    expires_at: UnixMillis,
}

/// What the carrier gets.
pub struct Played {
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl Link {
    fn token(&self, key: &[u8]) -> String {
        let what = match &self.what {
            Plays::Message(id) => format!("message.{id}"),
            Plays::Keys(keys) => format!("keys.{}", keys.in_address()),
        };
        let part = format!("{}.{what}.{}", self.tenant, self.expires_at.0);
        let mac = hex::encode(mac(key, &part).finalize().into_bytes());
        format!("{part}.{mac}")
    }

    fn check(key: &[u8], token: &str, now: UnixMillis) -> Result<Self, BackendError> {
        let (part, given) = token.rsplit_once('.').ok_or(BackendError::NotSignedIn)?;
        let given = hex::decode(given).map_err(|_| BackendError::NotSignedIn)?;
        mac(key, part).verify_slice(&given).map_err(|_| BackendError::NotSignedIn)?;
        let link = Self::parse(part).ok_or(BackendError::NotSignedIn)?;
        if now >= link.expires_at { Err(BackendError::TokenExpired) } else { Ok(link) }
    }

    fn parse(part: &str) -> Option<Self> {
        let mut parts = part.split('.');
        let (tenant, what, detail, expires) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            tenant: tenant.parse().ok()?,
            what: match what {
                "message" => Plays::Message(detail.parse().ok()?),
                "keys" => Plays::Keys(detail.parse().ok()?),
                _ => return None,
            },
            expires_at: UnixMillis(expires.parse().ok()?),
        })
    }
}

/// No other kind of address is taken for one of these.
fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = keyed(key);
    mac.update(b"carrier-plays:");
    mac.update(text.as_bytes());
    mac
}

impl Backend {
    /// Where the carrier finds it from now on, for [`LIFE`].
    pub(crate) fn at_address(&self, carrier: &TenantCarrier, what: Plays) -> String {
        let link = Link { tenant: carrier.tenant, what, expires_at: clock::now().plus(LIFE) };
        format!("{}/webhooks/twilio/play/{}", carrier.public_url, link.token(self.secret()))
    }

    /// Who has the address is played what it names: a message as a WAV file of 8 kHz and 16 bits, which is among the types that
    /// Twilio takes (<https://www.twilio.com/docs/voice/twiml/play>), or keys as a document.
    ///
    /// # Errors
    /// `NotSignedIn` for an address that is not ours, `TokenExpired`, and `NotFound` when the message was deleted.
    pub async fn played(&self, token: &str) -> Result<Played, BackendError> {
        let link = Link::check(self.secret(), token, clock::now())?;
        Ok(match link.what {
            Plays::Message(id) => {
                let (_, pcm) = self.voicemail_sound(TenantScope::system(link.tenant), id).await?;
                Played { content_type: "audio/wav", body: wav::encode(NARROWBAND, 1, &pcm) }
            }
            Plays::Keys(keys) => Played {
                content_type: providers::twilio::twiml::CONTENT_TYPE,
                body: carriers::key_tones(&keys.0).into_bytes(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn link(what: Plays) -> Link {
        Link { tenant: TenantId::new(Uuid::from_u128(1)), what, expires_at: UnixMillis(1_000) }
    }

    #[test]
    fn an_address_plays_its_own_until_it_runs_out() {
        for what in [Plays::Message(VoicemailId::new(Uuid::from_u128(2))), Plays::Keys(Keys::of("12*#0A"))] {
            let token = link(what.clone()).token(b"key");
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)), "{token}");
            assert_eq!(Link::check(b"key", &token, UnixMillis(999)).ok(), Some(link(what)));
            let refused = |token: &str, key: &[u8], now| Link::check(key, token, UnixMillis(now)).unwrap_err();
            assert!(matches!(refused(&token, b"key", 1_000), BackendError::TokenExpired));
            for forged in [token.replace(".1000.", ".9000."), token.replace("0002", "0003"), "x".to_owned()] {
                if forged != token {
                    assert!(matches!(refused(&forged, b"key", 0), BackendError::NotSignedIn), "{forged}");
                }
            }
            assert!(matches!(refused(&token, b"other", 0), BackendError::NotSignedIn));
        }
    }
}
