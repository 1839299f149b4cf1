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
    /// The same, before a call is connected.
    Greeting(VoicemailId),
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
            Self::Greeting(id) => format!("greeting.{id}"),
            Self::Keys(keys) => format!("keys.{}", keys.in_address()),
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_once('.')? {
            ("message", id) => id.parse().ok().map(Self::Message),
            ("greeting", id) => id.parse().ok().map(Self::Greeting),
            ("keys", keys) => Some(Self::Keys(Keys::from_address(keys))),
            _ => None,
        }
    }
}

/// 20 ms.
const SILENCE: [i16; NARROWBAND as usize / 50] = [0; NARROWBAND as usize / 50];

fn sound(pcm: &[i16]) -> Played {
    Played { content_type: "audio/wav", body: wav::encode(NARROWBAND, 1, pcm) }
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
    /// `NotSignedIn` for an address that is not ours, `TokenExpired`, and `NotFound` when the message was deleted; a greeting that was
    /// deleted is silence.
    pub async fn played(&self, token: &str) -> Result<Played, BackendError> {
        let link = SignedLink::<Plays>::check(self.secret(), token, clock::now())?;
        let scope = TenantScope::system(link.tenant);
        Ok(match link.what {
            Plays::Message(id) => sound(&self.voicemail_sound(scope, id).await?.1),
            Plays::Greeting(id) => match self.voicemail_sound(scope, id).await {
                Ok((_, pcm)) => sound(&pcm),
                // Whether Twilio goes on to connect the call when it gets no sound is not documented.
                Err(error) => {
                    tracing::warn!(message = %id, %error, "a greeting cannot be played; the call goes on without it");
                    sound(&SILENCE)
                }
            },
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
        let message = VoicemailId::new(Uuid::from_u128(2));
        opens(&Plays::Message(message), &[("0002.", "0003."), ("message", "greeting")]);
        opens(&Plays::Greeting(message), &[("0002.", "0003."), ("greeting", "message")]);
        opens(&Plays::Keys(Keys::of("12*#0A")), &[(".12s", ".13s"), ("keys", "message")]);
    }
}
