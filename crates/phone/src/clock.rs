use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::UnixMillis;

/// The machine's clock; before 1970 reads 0.
pub(crate) fn unix_now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
