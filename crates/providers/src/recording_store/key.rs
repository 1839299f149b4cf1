//! Names of stored recordings.

use std::{fmt, str::FromStr};

use domain::ids::RecordingId;
use jiff::civil::Date;

/// A text that is not a key made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a recording: expected recordings/YYYY/MM/DD/<id>.ogg")]
pub struct InvalidKey;

/// `recordings/YYYY/MM/DD/<id>.ogg`
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordingKey(String);

impl RecordingKey {
    /// `date` is the day on which the recording began, in UTC.
    pub fn new(recording: RecordingId, date: Date) -> Self {
        Self(format!("recordings/{:04}/{:02}/{:02}/{recording}.ogg", date.year(), date.month(), date.day()))
    }

    pub(super) fn for_test() -> Self {
        Self("recordings/storage-test.txt".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn path(&self) -> object_store::path::Path {
        object_store::path::Path::from(self.0.as_str())
    }
}

impl fmt::Display for RecordingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a key that was kept in the database. Nothing else passes, so no key can leave the store's folder.
impl FromStr for RecordingKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or(InvalidKey);
        if next()? != "recordings" {
            return Err(InvalidKey);
        }
        let year = next()?.parse().map_err(|_| InvalidKey)?;
        let month = next()?.parse().map_err(|_| InvalidKey)?;
        let day = next()?.parse().map_err(|_| InvalidKey)?;
        let id = next()?.strip_suffix(".ogg").ok_or(InvalidKey)?.parse().map_err(|_| InvalidKey)?;
        let key = Self::new(id, Date::new(year, month, day).map_err(|_| InvalidKey)?);
        if key.0 == text { Ok(key) } else { Err(InvalidKey) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_nothing_else_does() {
        let id: RecordingId = "0190f3c2-7d5e-7cc0-a1b2-3c4d5e6f7081".parse().unwrap();
        let key = RecordingKey::new(id, Date::constant(2026, 3, 7));
        assert_eq!(key.as_str(), "recordings/2026/03/07/0190f3c2-7d5e-7cc0-a1b2-3c4d5e6f7081.ogg");
        assert_eq!(key.as_str().parse(), Ok(key));
        for bad in [
            "recordings/2026/03/07/../../../etc/passwd",
            "recordings/2026/3/7/0190f3c2-7d5e-7cc0-a1b2-3c4d5e6f7081.ogg",
            "recordings/2026/02/30/0190f3c2-7d5e-7cc0-a1b2-3c4d5e6f7081.ogg",
            "recordings/2026/03/07/0190f3c2-7d5e-7cc0-a1b2-3c4d5e6f7081.ogg/x",
            "",
        ] {
            assert_eq!(bad.parse::<RecordingKey>(), Err(InvalidKey), "{bad}");
        }
    }
}
