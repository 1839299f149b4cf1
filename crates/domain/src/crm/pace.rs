//! How long to leave a CRM alone that is overloaded or away.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(5);
/// Between two tries, unless the CRM names more.
const MOST_USUAL: Duration = Duration::from_secs(15 * 60);
/// What it may name.
pub const MOST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// The pause after `failures` in a row, the first being 1: 5 s, doubled each time. What the CRM names (`Retry-After`) is waited
/// for in full. `jitter`, of 0 to 255, adds up to a quarter of the usual pause.
pub fn back_off(failures: u32, named: Option<Duration>, jitter: u8) -> Duration {
    let usual = (FIRST * 2_u32.pow(failures.clamp(1, 12) - 1)).min(MOST_USUAL);
    let spread = usual / 4 * u32::from(jitter) / 255;
    match named {
        Some(named) => named.min(MOST_WAIT) + spread.min(Duration::from_secs(1)),
        None => usual + spread,
    }
}
