//! The way through the pages of a CRM whose records change meanwhile.
//!
//! When a record moves to the end of the list or goes away, those behind it move up, and one of them moves from a page that was
//! not read yet to one that was: nobody would see it. So each page is looked at again after the one behind it. And what changes
//! while the pages are read is asked for next time, because the next walk begins before this one began.
//!
//! One case is left: of a list with the newest first, a record that is removed and one that is added between the same two requests can hide
//! one from both readings. It comes with its next change, or when all is read again; a list by id or by change has no such case.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::UnixMillis;

/// A walk that stood longer begins anew: too much may have moved.
pub const RESUME_WITHIN: Duration = Duration::from_secs(15 * 60);
/// A record may be written with an instant before the one at which others can see it, and clocks are read in seconds.
const OVERLAP: Duration = Duration::from_secs(120);

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Number(u32),
    /// As the page before named it.
    Query(String),
}

/// How far the pages are read. Written after each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// Only what was changed since; `None` for all.
    pub since: Option<UnixMillis>,
    /// By the CRM's clock, from the first answer on.
    pub began_at: Option<UnixMillis>,
    /// By ours: when the last page was read.
    pub touched_at: UnixMillis,
    /// By ours.
    pub started_at: UnixMillis,
    ask: Place,
    looks_back: bool,
    before: Option<Place>,
    ahead: Option<Place>,
    pub pages: u32,
}

impl Walk {
    pub const fn new(since: Option<UnixMillis>, now: UnixMillis) -> Self {
        Self {
            since,
            began_at: None,
            touched_at: now,
            started_at: now,
            ask: Place::Number(1),
            looks_back: false,
            before: None,
            ahead: None,
            pages: 0,
        }
    }

    /// Goes on with it, or anew when it stood too long.
    pub fn resume(self, now: UnixMillis) -> Self {
        if now.since(self.touched_at) > RESUME_WITHIN { Self::new(self.since, now) } else { self }
    }

    /// The page to read now.
    pub const fn ask(&self) -> &Place {
        &self.ask
    }

    /// All records are asked for.
    pub const fn is_full(&self) -> bool {
        self.since.is_none()
    }

    /// The page that was asked for is read and worked on; `next` is the one behind it. `None` at the end.
    pub fn read(mut self, next: Option<Place>, began_at: UnixMillis, now: UnixMillis) -> Option<Self> {
        self.began_at.get_or_insert(began_at);
        (self.touched_at, self.pages) = (now, self.pages.saturating_add(1));
        if self.looks_back {
            self.looks_back = false;
            self.ask = self.ahead.take()?;
            return Some(self);
        }
        let here = std::mem::replace(&mut self.ask, Place::Number(1));
        match self.before.replace(here) {
            Some(before) => (self.ask, self.looks_back, self.ahead) = (before, true, next),
            None => self.ask = next?,
        }
        Some(self)
    }
}

/// Where the walk after one that began at this instant of the CRM's clock begins.
pub fn next_since(began_at: UnixMillis) -> UnixMillis {
    let overlap = i64::try_from(OVERLAP.as_millis()).unwrap_or(i64::MAX);
    UnixMillis(began_at.0.saturating_sub(overlap))
}
