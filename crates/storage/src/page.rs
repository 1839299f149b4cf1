//! Lists by keyset: a page goes on after the last row of the one before, however many rows came or went meanwhile.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::error::{Result, StorageError};

/// Largest page.
pub const MAX_LIMIT: u32 = 200;
const DEFAULT_LIMIT: u32 = 50;

/// Place in a list: the sort value and the id of the last row seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub order: i64,
    pub id: Uuid,
}

impl Cursor {
    /// Opaque text for a client to give back.
    pub fn encode(self) -> String {
        let mut bytes = self.order.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// # Errors
    /// `InvalidCursor` for a text that [`Cursor::encode`] did not make.
    pub fn decode(text: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| StorageError::InvalidCursor)?;
        let (order, id) = bytes.split_first_chunk::<8>().ok_or(StorageError::InvalidCursor)?;
        let id = Uuid::from_slice(id).map_err(|_| StorageError::InvalidCursor)?;
        Ok(Self { order: i64::from_be_bytes(*order), id })
    }
}

/// Which part of a list: what comes after a cursor, at most `limit` rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    pub after: Option<Cursor>,
    limit: u32,
}

impl PageRequest {
    /// `limit` is held between 1 and [`MAX_LIMIT`]; 50 when absent.
    pub fn new(after: Option<Cursor>, limit: Option<u32>) -> Self {
        Self { after, limit: limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT) }
    }

    /// From a request's own texts.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub fn parse(cursor: Option<&str>, limit: Option<u32>) -> Result<Self> {
        Ok(Self::new(cursor.map(Cursor::decode).transpose()?, limit))
    }

    pub const fn limit(&self) -> u32 {
        self.limit
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::new(None, None)
    }
}

/// Rows of one page, and where the next begins; `None` on the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_rubbish_is_refused() {
        let cursor = Cursor { order: -7, id: Uuid::from_u128(9) };
        assert_eq!(Cursor::decode(&cursor.encode()).unwrap(), cursor);
        for bad in ["", "x", "AAAA", "ä", &"A".repeat(64)] {
            assert!(matches!(Cursor::decode(bad), Err(StorageError::InvalidCursor)), "{bad}");
        }
    }

    #[test]
    fn a_limit_is_held_in_its_range() {
        let limits = [None, Some(0), Some(7), Some(9_999)].map(|limit| PageRequest::new(None, limit).limit());
        assert_eq!(limits, [50, 1, 7, 200]);
    }
}
