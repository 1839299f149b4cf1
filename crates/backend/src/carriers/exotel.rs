//! An Exotel account: nothing of it is signed, so its webhooks carry a secret in their path and may come from a list of addresses
//! only.

use std::{net::IpAddr, sync::Arc};

use domain::{
    call::Party,
    ids::{CallId, TenantId},
    pii::Personal,
};
use providers::exotel::{ExotelClient, ExotelSettings};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use super::{Account, EXOTEL, TenantCarrier, party_of, party_text};
use crate::error::BackendError;

/// What is kept in the open part of the settings row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ExotelRow {
    pub account_sid: String,
    pub api_base: String,
    pub public_url: String,
    /// The flow that carries outbound calls to us.
    pub flow: String,
    /// Addresses (or networks with `/` and bits) that webhooks may come from; empty for all.
    pub allowed: Vec<String>,
    pub simulated: bool,
}

/// What is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ExotelSecrets {
    pub api_key: Personal<String>,
    pub api_token: Personal<String>,
    /// Part of the path of every webhook.
    pub path: Personal<String>,
}

#[derive(Clone)]
pub(crate) struct ExotelAccess {
    path: Personal<String>,
    allowed: Vec<Network>,
}

/// An address, or all that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address.parse::<IpAddr>().ok()?, Some(bits.parse::<u8>().ok()?)),
            None => (text.trim().parse::<IpAddr>().ok()?, None),
        };
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        (bits <= all).then_some(Self { address: address.to_canonical(), bits })
    }

    fn has(self, other: IpAddr) -> bool {
        let same = |one: &[u8], two: &[u8]| {
            let (whole, rest) = (usize::from(self.bits / 8), self.bits % 8);
            let mask = if rest == 0 { 0 } else { 0xff_u8 << (8 - rest) };
            one[..whole] == two[..whole] && (rest == 0 || (one[whole] ^ two[whole]) & mask == 0)
        };
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(one), IpAddr::V4(two)) => same(&one.octets(), &two.octets()),
            (IpAddr::V6(one), IpAddr::V6(two)) => same(&one.octets(), &two.octets()),
            _ => false,
        }
    }
}

/// Why a webhook is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stranger {
    #[error("its path has another secret")]
    Secret,
    #[error("it comes from an address that is not on the list")]
    Address,
}

impl ExotelAccess {
    /// The secret first: an address alone says nothing.
    pub(crate) fn check(&self, secret: &str, from: IpAddr) -> Result<(), Stranger> {
        // Of the same length whatever was given, so that the time of the comparison tells nothing.
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        let same = hash(secret).ct_eq(&hash(self.path.reveal()));
        if self.path.reveal().is_empty() || !bool::from(same) {
            return Err(Stranger::Secret);
        }
        let known = self.allowed.is_empty() || self.allowed.iter().any(|network| network.has(from));
        if known { Ok(()) } else { Err(Stranger::Address) }
    }
}

impl TenantCarrier {
    pub(crate) fn exotel(
        tenant: TenantId,
        row: &ExotelRow,
        secrets: ExotelSecrets,
        fallback_url: &str,
    ) -> Result<Self, BackendError> {
        if row.account_sid.is_empty() {
            return Err(BackendError::NotConfigured("no Exotel account is set up; add one in the settings"));
        }
        let base = if row.api_base.is_empty() { ExotelSettings::DEFAULT_BASE_URL } else { &row.api_base };
        let base_url = Url::parse(base).map_err(|_| BackendError::field("api_base", "expected an https:// address"))?;
        let settings = ExotelSettings {
            account_sid: row.account_sid.clone(),
            api_key: secrets.api_key,
            api_token: secrets.api_token,
            base_url,
            flow: row.flow.clone(),
        };
        let api = ExotelClient::new(settings).map_err(|error| BackendError::field("account_sid", error.to_string()))?;
        let public = if row.public_url.is_empty() { fallback_url } else { &row.public_url };
        let allowed = row.allowed.iter().filter_map(|text| Network::parse(text)).collect();
        Ok(Self {
            tenant,
            provider: EXOTEL,
            api: Arc::new(api),
            account: Account::Exotel(ExotelAccess { path: secrets.path, allowed }),
            public_url: public.trim_end_matches('/').to_owned(),
            simulated: row.simulated,
        })
    }

    pub(crate) fn exotel_access(&self) -> Option<&ExotelAccess> {
        match &self.account {
            Account::Exotel(access) => Some(access),
            Account::Twilio { .. } | Account::Sip => None,
        }
    }

    /// Where an applet of a flow asks or tells. Everything that routes is in the path: flows lose queries.
    pub(crate) fn exotel_hook(&self, kind: &str) -> String {
        let path = self.exotel_access().map_or("", |access| access.path.reveal().as_str());
        format!("{}/webhooks/exotel/{}/{path}/{kind}", self.public_url, self.tenant)
    }

    pub(super) fn exotel_status(&self, _access: &ExotelAccess, call: CallId, party: Party) -> String {
        self.exotel_hook(&format!("status.{call}.{}", party_text(party)))
    }

    /// The socket of the Voicebot applet.
    pub(crate) fn exotel_media_url(&self) -> String {
        let path = self.exotel_access().map_or("", |access| access.path.reveal().as_str());
        format!("{}/webhooks/exotel/{}/{path}/media", self.socket_base(), self.tenant)
    }
}

/// The call of `status.{call}.{party}`.
pub(crate) fn named_in_kind(kind: &str) -> Option<(CallId, Party)> {
    let mut parts = kind.split('.').skip(1);
    Some((parts.next()?.parse().ok()?, party_of(parts.next())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(allowed: &[&str]) -> ExotelAccess {
        let allowed = allowed.iter().map(|text| Network::parse(text).unwrap()).collect();
        ExotelAccess { path: Personal::new("secret".to_owned()), allowed }
    }

    #[test]
    fn a_webhook_needs_the_secret_and_an_address_of_the_list() {
        let from = |text: &str| text.parse::<IpAddr>().unwrap();
        let open = access(&[]);
        assert_eq!(open.check("secret", from("203.0.113.9")), Ok(()));
        for wrong in ["", "secre", "secret ", "Secret"] {
            assert_eq!(open.check(wrong, from("203.0.113.9")), Err(Stranger::Secret), "{wrong:?}");
        }
        let listed = access(&["203.0.113.0/28", "2001:db8::/33", "198.51.100.7"]);
        for known in ["203.0.113.0", "203.0.113.15", "::ffff:203.0.113.3", "2001:db8:7fff::1", "198.51.100.7"] {
            assert_eq!(listed.check("secret", from(known)), Ok(()), "{known}");
        }
        for unknown in ["203.0.113.16", "2001:db8:8000::1", "198.51.100.8", "::1"] {
            assert_eq!(listed.check("secret", from(unknown)), Err(Stranger::Address), "{unknown}");
        }
        assert_eq!(listed.check("guess", from("198.51.100.7")), Err(Stranger::Secret));
    }

    #[test]
    fn without_a_secret_nothing_is_taken() {
        let none = ExotelAccess { path: Personal::default(), allowed: Vec::new() };
        assert_eq!(none.check("", "127.0.0.1".parse().unwrap()), Err(Stranger::Secret));
    }

    #[test]
    fn networks_read_or_are_nothing() {
        assert_eq!(Network::parse("10.0.0.0/8").map(|network| network.bits), Some(8));
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "example.com", "::1/129", "10.0.0.1/"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_status_names_its_call_in_the_path() {
        let call = CallId::new(uuid::Uuid::from_u128(5));
        assert_eq!(named_in_kind(&format!("status.{call}.outside-2")), Some((call, Party::Outside { attempt: 2 })));
        assert_eq!(named_in_kind("status"), None);
        assert_eq!(named_in_kind("status.5"), None);
    }
}
