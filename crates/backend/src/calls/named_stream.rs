//! Which call a media stream belongs to, and the token that proves it: once, and for the telephone call that it was given to.

use domain::{
    call::Party,
    ids::{CallId, LegId},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{carriers::party_text, mac::keyed};

/// What a stream is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NamedStream<'a> {
    pub call: CallId,
    pub party: Party,
    /// The carrier's own id of the telephone call, as it is in the webhook and in the stream's start message.
    pub call_sid: &'a str,
}

impl NamedStream<'_> {
    /// Goes into the document for the carrier and comes back with the stream: `<leg>.<mac>`. The leg is new each time, and
    /// whoever takes it in takes it once.
    pub(crate) fn token(&self, key: &[u8], leg: LegId) -> String {
        format!("{leg}.{}", hex::encode(self.mac(key, leg).finalize().into_bytes()))
    }

    /// The leg of a token that was made for this stream.
    pub(crate) fn leg(&self, key: &[u8], token: &str) -> Option<LegId> {
        let (leg, given) = token.split_once('.')?;
        let (leg, given) = (leg.parse().ok()?, hex::decode(given).ok()?);
        self.mac(key, leg).verify_slice(&given).ok().map(|()| leg)
    }

    fn mac(&self, key: &[u8], leg: LegId) -> Hmac<Sha256> {
        let mut mac = keyed(key);
        // The carrier's text comes last: nothing can be moved from it into another part.
        let signed = format!("media-stream:{}:{leg}:{}:{}", self.call, party_text(self.party), self.call_sid);
        mac.update(signed.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_is_good_for_its_stream_only() {
        let (call, leg) = (CallId::new(Uuid::from_u128(1)), LegId::new(Uuid::from_u128(2)));
        let stream = NamedStream { call, party: Party::Customer, call_sid: "CA1" };
        let token = stream.token(b"key", leg);
        assert_eq!(stream.leg(b"key", &token), Some(leg));
        let others = [
            NamedStream { call: CallId::new(Uuid::from_u128(3)), ..stream },
            NamedStream { party: Party::Outside { attempt: 1 }, ..stream },
            NamedStream { call_sid: "CA2", ..stream },
        ];
        assert!(others.iter().all(|other| other.leg(b"key", &token).is_none()));
        assert_eq!(stream.leg(b"yek", &token), None);
        let other_leg = format!("{}.{}", Uuid::from_u128(9), token.split_once('.').unwrap().1);
        for bad in ["", ".", "x.y", &token[1..], &token[..token.len() - 2], &other_leg] {
            assert_eq!(stream.leg(b"key", bad), None, "{bad}");
        }
    }
}
