//! Names of a tenant's agents and queues. Every call shows them, and they hardly ever change: however many calls come in, they
//! are read once in a while.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    ids::{QueueId, TenantId, UserId},
    time::UnixMillis,
};
use storage::TenantScope;

use crate::{Backend, clock, error::BackendError};

/// A new name shows on calls that come in so much later.
pub(crate) const OFTEN_ENOUGH: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub agents: HashMap<UserId, String>,
    pub queues: HashMap<QueueId, String>,
}

/// By tenant, with the time at which it was read.
#[derive(Default)]
pub(crate) struct Directories(Mutex<HashMap<TenantId, (UnixMillis, Arc<Directory>)>>);

impl Directories {
    fn younger_than(&self, tenant: TenantId, age: Duration, now: UnixMillis) -> Option<Arc<Directory>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&tenant).filter(|(at, _)| now.since(*at) < age).map(|(_, directory)| Arc::clone(directory))
    }

    fn keep(&self, tenant: TenantId, at: UnixMillis, directory: &Arc<Directory>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.entry(tenant).or_insert_with(|| (at, Arc::clone(directory)));
        if kept.0 < at {
            *kept = (at, Arc::clone(directory));
        }
    }
}

impl Backend {
    /// Read less than `age` ago; of no age, anew.
    pub(crate) async fn directory(&self, scope: TenantScope, age: Duration) -> Result<Arc<Directory>, BackendError> {
        let (tenant, at) = (scope.tenant(), clock::now());
        if let Some(directory) = self.directories().younger_than(tenant, age, at) {
            return Ok(directory);
        }
        let agents = storage::agents::list(self.store(), scope).await?;
        let queues = storage::queues::list(self.store(), scope).await?;
        let directory = Arc::new(Directory {
            agents: agents.into_iter().map(|row| (row.user_id, row.name)).collect(),
            queues: queues.into_iter().map(|row| (row.id, row.name)).collect(),
        });
        self.directories().keep(tenant, at, &directory);
        Ok(directory)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TENANT: TenantId = TenantId::new(Uuid::from_u128(1));

    #[test]
    fn a_slow_reader_does_not_put_back_what_a_later_one_has_read() {
        let (all, old, new) = (Directories::default(), Arc::default(), Arc::default());
        all.keep(TENANT, UnixMillis(20), &new);
        all.keep(TENANT, UnixMillis(10), &old);
        let (age, now) = (Duration::from_millis(5), UnixMillis(24));
        let found = all.younger_than(TENANT, age, now).unwrap();
        assert!(Arc::ptr_eq(&found, &new));
        assert!(all.younger_than(TENANT, age, UnixMillis(25)).is_none(), "too old");
        assert!(all.younger_than(TENANT, Duration::ZERO, UnixMillis(20)).is_none(), "anew is anew");
        assert!(all.younger_than(TenantId::new(Uuid::from_u128(2)), age, now).is_none(), "another tenant's");
    }
}
