//! AES-256-GCM under rotating keys (NIST SP 800-38D: 96-bit random nonces, 128-bit tags), and HMAC-SHA256 look-up hashes.
//!
//! A sealed text is `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in unpadded URL-safe base64. The additional
//! data is `<table>.<column>.<tenant>.<row>`.

use std::{collections::BTreeMap, fmt};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Nonce, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{ids::TenantId, pii::Personal};
use hmac::{Hmac, Mac};
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::Column;
use crate::error::{Result, StorageError};

/// Keys that make no keyring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeys {
    #[error("a key id has 1 to 32 characters of a-z, 0-9 and -, not {0:?}")]
    Id(String),
    #[error("key {0:?} is given twice")]
    Twice(String),
    #[error("key {0:?} is not 32 bytes in unpadded URL-safe base64")]
    Bytes(String),
    #[error("the current key {0:?} is not among the keys")]
    NoCurrent(String),
    #[error("not a keyring: {0}")]
    Shape(String),
}

/// A 256-bit key and the id under which sealed texts name it.
#[derive(Clone)]
pub struct SealKey {
    id: String,
    bytes: [u8; 32],
}

impl SealKey {
    /// # Errors
    /// `Id` for an id that could not stand in a sealed text.
    pub fn new(id: impl Into<String>, bytes: [u8; 32]) -> Result<Self, InvalidKeys> {
        let id = id.into();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > 32 || !id.chars().all(allowed) {
            return Err(InvalidKeys::Id(id));
        }
        Ok(Self { id, bytes })
    }
}

/// The keys of one database. New texts are sealed with `current`; older keys only open. The look-up key is not rotated
/// with them, because hashes are what rows are found by.
pub struct Keyring {
    look_up: [u8; 32],
    current: String,
    keys: BTreeMap<String, [u8; 32]>,
    /// Made ready once: an import seals and hashes by the million.
    ciphers: BTreeMap<String, Aes256Gcm>,
    mac: Hmac<Sha256>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("current", &self.current)
            .field("keys", &self.keys.keys())
            .finish_non_exhaustive()
    }
}

/// The text form: what a key file or secret holds.
#[derive(Serialize, Deserialize)]
struct Written {
    look_up: String,
    current: String,
    keys: BTreeMap<String, String>,
}

impl Keyring {
    /// # Errors
    /// `Twice` when two keys have one id.
    pub fn new(look_up: [u8; 32], current: SealKey, older: Vec<SealKey>) -> Result<Self, InvalidKeys> {
        let current_id = current.id.clone();
        let mut keys = BTreeMap::new();
        for key in std::iter::once(current).chain(older) {
            if keys.insert(key.id.clone(), key.bytes).is_some() {
                return Err(InvalidKeys::Twice(key.id));
            }
        }
        Ok(Self::ready(look_up, current_id, keys))
    }

    fn ready(look_up: [u8; 32], current: String, keys: BTreeMap<String, [u8; 32]>) -> Self {
        let ciphers = keys.iter().map(|(id, bytes)| (id.clone(), Aes256Gcm::new(&(*bytes).into()))).collect();
        // HMAC fills a shorter key up with zeros to its block (RFC 2104 section 2).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&look_up);
        let mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        Self { look_up, current, keys, ciphers, mac }
    }

    /// Fresh random keys, the first one called `k1`.
    pub fn generate() -> Self {
        Self::ready(random(), "k1".to_owned(), BTreeMap::from([("k1".to_owned(), random())]))
    }

    /// The same keys and a fresh current one, called `id`. Follow it with [`super::reseal`] to move stored texts to it.
    ///
    /// # Errors
    /// `Id` or `Twice`.
    pub fn rotated(&self, id: &str) -> Result<Self, InvalidKeys> {
        let older = self.keys.iter().map(|(id, bytes)| SealKey { id: id.clone(), bytes: *bytes }).collect();
        Self::new(self.look_up, SealKey::new(id, random())?, older)
    }

    /// Reads what [`Keyring::to_text`] wrote.
    ///
    /// # Errors
    /// One variant per part that cannot be read.
    pub fn parse(text: &str) -> Result<Self, InvalidKeys> {
        let written: Written = serde_json::from_str(text).map_err(|error| InvalidKeys::Shape(error.to_string()))?;
        let mut keys = BTreeMap::new();
        for (id, key) in written.keys {
            let key = SealKey::new(id, decode_key("keys", &key)?)?;
            keys.insert(key.id, key.bytes);
        }
        if !keys.contains_key(&written.current) {
            return Err(InvalidKeys::NoCurrent(written.current));
        }
        Ok(Self::ready(decode_key("look_up", &written.look_up)?, written.current, keys))
    }

    /// JSON for a key file that only the server may read: `{"look_up": "…", "current": "k1", "keys": {"k1": "…"}}`.
    pub fn to_text(&self) -> Personal<String> {
        let keys = self.keys.iter().map(|(id, bytes)| (id.clone(), URL_SAFE_NO_PAD.encode(bytes).into()));
        let written = serde_json::json!({
            "look_up": URL_SAFE_NO_PAD.encode(self.look_up),
            "current": self.current,
            "keys": keys.collect::<serde_json::Map<_, _>>(),
        });
        Personal::new(written.to_string())
    }

    pub fn current_id(&self) -> &str {
        &self.current
    }

    pub(crate) fn current_prefix(&self) -> String {
        format!("v1.{}.", self.current)
    }

    pub(crate) fn seal(&self, column: Column, place: &Place, plain: &str) -> Result<String> {
        let nonce: [u8; 12] = random();
        let aad = place.additional_data(column);
        let sealed = self
            .cipher(&self.current)
            .and_then(|cipher| {
                cipher
                    .encrypt(&Nonce::<Aes256Gcm>::from(nonce), Payload { msg: plain.as_bytes(), aad: aad.as_bytes() })
                    .ok()
            })
            .ok_or_else(|| unreadable(column, "cannot be sealed"))?;
        let mut text = String::with_capacity(24 + self.current.len() + sealed.len() * 4 / 3);
        text.push_str("v1.");
        text.push_str(&self.current);
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(nonce, &mut text);
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(sealed, &mut text);
        Ok(text)
    }

    pub(crate) fn open(&self, column: Column, place: &Place, sealed: &str) -> Result<Personal<String>> {
        let mut parts = sealed.split('.');
        let (Some("v1"), Some(id), Some(nonce), Some(text), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unreadable(column, "not a sealed text"));
        };
        let cipher =
            self.cipher(id).ok_or_else(|| unreadable(column, &format!("sealed with key {id:?}, which is missing")))?;
        let nonce = URL_SAFE_NO_PAD.decode(nonce).ok().and_then(|nonce| <[u8; 12]>::try_from(nonce).ok());
        let text = URL_SAFE_NO_PAD.decode(text).ok();
        let aad = place.additional_data(column);
        let plain = nonce.zip(text).and_then(|(nonce, text)| {
            cipher.decrypt(&Nonce::<Aes256Gcm>::from(nonce), Payload { msg: &text, aad: aad.as_bytes() }).ok()
        });
        let plain = plain.and_then(|plain| String::from_utf8(plain).ok());
        plain.map(Personal::new).ok_or_else(|| unreadable(column, "altered, or sealed for another row"))
    }

    fn cipher(&self, id: &str) -> Option<&Aes256Gcm> {
        self.ciphers.get(id)
    }

    /// HMAC-SHA256 over `label`, the tenant (none for what is unique across all) and the value.
    pub(crate) fn hash_bytes(&self, label: &str, tenant: Option<TenantId>, value: &str) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(label.as_bytes());
        mac.update(&[0]);
        if let Some(tenant) = tenant {
            let mut text = [0; 36];
            mac.update(tenant.as_uuid().hyphenated().encode_lower(&mut text).as_bytes());
        }
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.update(&[0]);
        mac.finalize().into_bytes().into()
    }

    /// [`Keyring::hash_bytes`] in URL-safe base64.
    pub(crate) fn hash(&self, label: &str, tenant: Option<TenantId>, value: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.hash_bytes(label, tenant, value))
    }

    /// Seals a part of a file. `name` says which part of which file it is, and has to be the same on opening.
    ///
    /// # Errors
    /// `Corrupt` when the key cannot be used.
    pub fn seal_bytes(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; 12] = random();
        let id = self.current.as_bytes();
        let sealed = self.cipher(&self.current).and_then(|cipher| {
            cipher.encrypt(&Nonce::<Aes256Gcm>::from(nonce), Payload { msg: plain, aad: name.as_bytes() }).ok()
        });
        let sealed = sealed.ok_or_else(|| StorageError::corrupt(name, "cannot be sealed"))?;
        let mut whole = Vec::with_capacity(1 + id.len() + 12 + sealed.len());
        // An id has at most 32 characters.
        whole.push(u8::try_from(id.len()).unwrap_or(u8::MAX));
        whole.extend_from_slice(id);
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        Ok(whole)
    }

    /// Whether what [`Keyring::seal_bytes`] made is sealed with the current key.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        let id = sealed.split_first().and_then(|(length, rest)| rest.get(..usize::from(*length)));
        id == Some(self.current.as_bytes())
    }

    /// Opens what [`Keyring::seal_bytes`] made under the same name.
    ///
    /// # Errors
    /// `Corrupt` when it was altered, belongs elsewhere, or its key is missing.
    pub fn open_bytes(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let bad = || StorageError::corrupt(name, "altered, sealed for another place, or its key is missing");
        let (length, rest) = sealed.split_first().ok_or_else(bad)?;
        let (id, rest) = rest.split_at_checked(usize::from(*length)).ok_or_else(bad)?;
        let (nonce, text) = rest.split_first_chunk::<12>().ok_or_else(bad)?;
        let cipher = std::str::from_utf8(id).ok().and_then(|id| self.cipher(id)).ok_or_else(bad)?;
        let payload = Payload { msg: text, aad: name.as_bytes() };
        cipher.decrypt(&Nonce::<Aes256Gcm>::from(*nonce), payload).map_err(|_| bad())
    }
}

/// Whose row, and which: `<tenant>.<row>`, made once for all its columns.
pub(crate) struct Place(String);

impl Place {
    pub(crate) fn new(tenant: TenantId, row: impl fmt::Display) -> Self {
        Self(format!("{tenant}.{row}"))
    }

    fn additional_data(&self, column: Column) -> String {
        [column.table, ".", column.name, ".", &self.0].concat()
    }
}

pub(super) fn unreadable(column: Column, why: &str) -> StorageError {
    StorageError::corrupt(format!("{}.{}", column.table, column.name), why)
}

fn decode_key(name: &str, text: &str) -> Result<[u8; 32], InvalidKeys> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| InvalidKeys::Bytes(name.to_owned()))
}

/// From the thread's generator, a CSPRNG seeded and re-seeded by the operating system.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMN: Column = Column::LEAD_PHONE;

    fn place(tenant: u128, row: &str) -> Place {
        Place::new(TenantId::new(uuid::Uuid::from_u128(tenant)), row)
    }

    #[test]
    fn a_sealed_text_opens_only_in_its_own_place() {
        let keys = Keyring::generate();
        let sealed = keys.seal(COLUMN, &place(1, "row"), "+919812300021").unwrap();
        assert!(sealed.starts_with("v1.k1.") && !sealed.contains("98123"));
        assert_eq!(keys.open(COLUMN, &place(1, "row"), &sealed).unwrap().reveal(), "+919812300021");
        assert!(keys.open(COLUMN, &place(2, "row"), &sealed).is_err());
        assert!(keys.open(COLUMN, &place(1, "other"), &sealed).is_err());
        assert!(keys.open(Column::LEAD_NAME, &place(1, "row"), &sealed).is_err());
    }

    #[test]
    fn a_changed_character_is_noticed_and_nonces_differ() {
        let keys = Keyring::generate();
        let sealed = keys.seal(COLUMN, &place(1, "row"), "secret").unwrap();
        assert_ne!(sealed, keys.seal(COLUMN, &place(1, "row"), "secret").unwrap());
        let turned = if sealed.ends_with('A') { "B" } else { "A" };
        // The first character of the ciphertext; the last one may carry unused bits.
        let at = sealed.rfind('.').unwrap() + 1;
        let other = if &sealed[at..=at] == turned { "C" } else { turned };
        let altered = format!("{}{other}{}", &sealed[..at], &sealed[at + 1..]);
        for bad in [altered.as_str(), "", "v1.k1.x", "v2.k1.AAAA.AAAA", "v1.k9.AAAA.AAAA", "plain text"] {
            assert!(matches!(keys.open(COLUMN, &place(1, "row"), bad), Err(StorageError::Corrupt { .. })), "{bad}");
        }
    }

    #[test]
    fn older_keys_open_and_the_text_form_reads_back() {
        let first = Keyring::generate();
        let sealed = first.seal(COLUMN, &place(1, "row"), "secret").unwrap();
        let second = Keyring::parse(first.rotated("k2").unwrap().to_text().reveal()).unwrap();
        assert_eq!(second.current_id(), "k2");
        assert_eq!(second.open(COLUMN, &place(1, "row"), &sealed).unwrap().reveal(), "secret");
        let resealed = second.seal(COLUMN, &place(1, "row"), "secret").unwrap();
        assert!(matches!(first.open(COLUMN, &place(1, "row"), &resealed), Err(StorageError::Corrupt { .. })));
        assert_eq!(first.hash("phone", None, "x"), second.hash("phone", None, "x"));
        assert_ne!(first.hash("phone", None, "x"), first.hash("email", None, "x"));
        let [one, other] = [1, 2].map(|n| Some(TenantId::new(uuid::Uuid::from_u128(n))));
        assert_ne!(first.hash("phone", one, "x"), first.hash("phone", other, "x"));
    }

    #[test]
    fn keys_that_make_no_keyring_say_why() {
        assert!(matches!(SealKey::new("K.1", [0; 32]), Err(InvalidKeys::Id(_))));
        assert!(matches!(Keyring::generate().rotated("k1"), Err(InvalidKeys::Twice(_))));
        assert!(matches!(Keyring::parse("{}"), Err(InvalidKeys::Shape(_))));
        let text = Keyring::generate().to_text().reveal().replace(r#""current":"k1""#, r#""current":"k7""#);
        assert_eq!(Keyring::parse(&text).unwrap_err(), InvalidKeys::NoCurrent("k7".into()));
        assert!(!format!("{:?}", Keyring::generate()).contains("look_up"));
    }
}
