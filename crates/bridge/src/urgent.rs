//! Threads that carry sound go before others.

use thread_priority::{ThreadPriority, set_current_thread_priority};

/// Of 99. On Linux a niceness of -12, which needs root, `CAP_SYS_NICE` or `LimitNICE=`.
const PRIORITY: u8 = 80;

/// Raises the priority of this thread; where the system does not allow it the thread runs as any other.
pub(crate) fn raise_priority() {
    let Ok(priority) = PRIORITY.try_into() else { return };
    if let Err(error) = set_current_thread_priority(ThreadPriority::Crossplatform(priority)) {
        tracing::debug!(?error, "the sound has no priority over other work here");
    }
}
