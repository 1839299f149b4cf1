//! The one place where drivers read the time.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::UnixMillis;

/// Wall clock in milliseconds; zero if the system clock stands before 1970.
pub fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A new id: UUID version 7, so that ids sort by the time they were made.
pub fn new_uuid() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}
