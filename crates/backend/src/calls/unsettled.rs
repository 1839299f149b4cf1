//! Calls of which something is still to be written: they are being made, or are over while the database is away. Nobody else may
//! take them up, and what they hold is no leak.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::ids::CallId;

#[derive(Default, Clone)]
pub(crate) struct Unsettled(Arc<Mutex<HashMap<CallId, usize>>>);

/// Until it is dropped, the call counts as unsettled.
pub(crate) struct Unfinished {
    of: Unsettled,
    call: CallId,
}

impl Unsettled {
    pub fn hold(&self, call: CallId) -> Unfinished {
        *self.table().entry(call).or_default() += 1;
        Unfinished { of: self.clone(), call }
    }

    pub fn has(&self, call: CallId) -> bool {
        self.table().contains_key(&call)
    }

    fn table(&self) -> MutexGuard<'_, HashMap<CallId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut table = self.of.table();
        if let Some(count) = table.get_mut(&self.call) {
            *count -= 1;
            if *count == 0 {
                table.remove(&self.call);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_call_is_settled_when_the_last_who_writes_has_finished() {
        let (unsettled, call) = (Unsettled::default(), CallId::new(Uuid::from_u128(1)));
        let (one, other) = (unsettled.hold(call), unsettled.hold(call));
        drop(one);
        assert!(unsettled.has(call));
        drop(other);
        assert!(!unsettled.has(call));
    }
}
