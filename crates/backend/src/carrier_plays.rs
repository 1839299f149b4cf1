//! What a carrier fetches and plays in a call, at addresses that need no token and run out.

use std::time::Duration;

use domain::ids::VoicemailId;
use media::{frame::NARROWBAND, wav};
use storage::TenantScope;

use crate::{
    Backend,
    carriers::{self, TenantCarrier},
    clock,
    error::BackendError,
    signed_link::{Opens, SignedLink},
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

    fn from_address(text: &str) -> Self {
        Self::of(&text.replace('s', "*").replace('p', "#"))
    }
}

/// What the carrier gets.
pub struct Played {
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl Opens for Plays {
    const KIND: &'static str = "carrier-plays";

    fn written(&self) -> String {
        match self {
            Self::Message(id) => format!("message.{id}"),
            Self::Keys(keys) => format!("keys.{}", keys.in_address()),
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_once('.')? {
            ("message", id) => id.parse().ok().map(Self::Message),
            ("keys", keys) => Some(Self::Keys(Keys::from_address(keys))),
            _ => None,
        }
    }
}

impl Backend {
    /// Where the carrier finds it from now on, for [`LIFE`].
    pub(crate) fn at_address(&self, carrier: &TenantCarrier, what: Plays) -> String {
        let link = SignedLink { tenant: carrier.tenant, what, expires_at: clock::now().plus(LIFE) };
        format!("{}/webhooks/twilio/play/{}", carrier.public_url, link.token(self.secret()))
    }

    /// Who has the address is played what it names: a message as a WAV file of 8 kHz and 16 bits, which is among the types that
    /// Twilio takes (<https://www.twilio.com/docs/voice/twiml/play>), or keys as a document.
    ///
    /// # Errors
    /// `NotSignedIn` for an address that is not ours, `TokenExpired`, and `NotFound` when the message was deleted.
    pub async fn played(&self, token: &str) -> Result<Played, BackendError> {
        let link = SignedLink::<Plays>::check(self.secret(), token, clock::now())?;
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
    use crate::signed_link::tests::opens;

    #[test]
    fn an_address_plays_its_own() {
        opens(&Plays::Message(VoicemailId::new(Uuid::from_u128(2))), &[("0002.", "0003.")]);
        opens(&Plays::Keys(Keys::of("12*#0A")), &[(".12s", ".13s"), ("keys", "message")]);
    }
}
