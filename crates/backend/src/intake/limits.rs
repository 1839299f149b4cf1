//! How many forms one key may hand in.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{ids::IntakeKeyId, time::UnixMillis};

/// Forms of one key in one [`SPAN`].
pub(super) const ALLOWED: u32 = 120;
const SPAN: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy)]
struct Count {
    since: UnixMillis,
    forms: u32,
}

#[derive(Default)]
pub struct IntakeLimits(Mutex<HashMap<IntakeKeyId, Count>>);

impl IntakeLimits {
    /// Counts a form.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn begin(&self, key: IntakeKeyId, now: UnixMillis) -> Result<(), u32> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|_, count| now.since(count.since) < SPAN);
        let count = counts.entry(key).or_insert(Count { since: now, forms: 0 });
        if count.forms >= ALLOWED {
            let left = SPAN.saturating_sub(now.since(count.since));
            return Err(u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX));
        }
        count.forms += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_minute() {
        let limits = IntakeLimits::default();
        let key = |n: u128| IntakeKeyId::new(uuid::Uuid::from_u128(n));
        for _ in 0..ALLOWED {
            assert_eq!(limits.begin(key(1), UnixMillis(0)), Ok(()));
        }
        assert_eq!(limits.begin(key(1), UnixMillis(1_000)), Err(59));
        assert_eq!(limits.begin(key(2), UnixMillis(1_000)), Ok(()));
        assert_eq!(limits.begin(key(1), UnixMillis(60_000)), Ok(()));
    }
}
