//! What has to hold for whatever comes over the live connection, on either side.

use serde::{Serialize, de::DeserializeOwned};
use switchboard_wire::live::{ClientMessage, ServerMessage};

/// What reads can be written and read again.
fn one<T: DeserializeOwned + Serialize>(text: &str) {
    let Ok(message) = serde_json::from_str::<T>(text) else { return };
    let written = serde_json::to_string(&message);
    assert!(written.is_ok_and(|written| serde_json::from_str::<T>(&written).is_ok()));
}

pub fn live(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    one::<ClientMessage>(text);
    one::<ServerMessage>(text);
}
