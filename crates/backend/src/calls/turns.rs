//! One request about a telephone call at a time, so that two copies of it at once make one call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use domain::ids::TenantId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The tenant, and the carrier's id of the call.
type Key = (TenantId, String);

/// A turn lives as long as somebody has it or waits for it.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<Key, Weak<Turn<()>>>>);

impl Turns {
    /// Waits until whoever has the turn for this telephone call drops it.
    pub async fn take(&self, tenant: TenantId, provider_call_id: &str) -> OwnedMutexGuard<()> {
        self.turn(tenant, provider_call_id).lock_owned().await
    }

    fn turn(&self, tenant: TenantId, provider_call_id: &str) -> Arc<Turn<()>> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.retain(|_, turn| turn.strong_count() > 0);
        let turn = table.entry((tenant, provider_call_id.to_owned())).or_default();
        turn.upgrade().unwrap_or_else(|| {
            let fresh = Arc::new(Turn::new(()));
            *turn = Arc::downgrade(&fresh);
            fresh
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn the_second_waits_for_the_first_and_nothing_is_kept() {
        let turns = Turns::default();
        let tenant = TenantId::new(Uuid::from_u128(1));
        let first = turns.take(tenant, "CA1").await;
        assert!(turns.turn(tenant, "CA1").try_lock_owned().is_err());
        assert!(turns.turn(tenant, "CA2").try_lock_owned().is_ok(), "another call has its own turn");
        drop(first);
        drop(turns.take(tenant, "CA1").await);
        drop(turns.take(tenant, "CA3").await);
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }
}
