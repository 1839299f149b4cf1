//! What only this server can have made.

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

/// HMAC-SHA-256 (RFC 2104) by this key.
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    match Hmac::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of any length (RFC 2104 section 3)"),
    }
}
