//! How often the thread of all RTP legs wakes up.
//!
//! With few legs each datagram is taken in as it comes. With many, waking up costs more than what there is to do: then the
//! thread rests for a moment between two looks at all sockets, as the engine does with its port (`engine::pace`).

use std::{
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    thread,
    time::Duration,
};

/// Datagrams in a [`WINDOW`] from which on the thread rests: 50 legs that talk.
const MANY: u32 = 50;
const WINDOW: Duration = Duration::from_millis(20);
/// Nobody hears that.
const REST: Duration = Duration::from_millis(2);

static CAME: AtomicU32 = AtomicU32::new(0);

/// Datagrams were taken in.
pub(super) fn came(count: u32) {
    CAME.fetch_add(count, Relaxed);
}

/// Runs as long as the thread does, as a task beside those of its legs.
pub(super) async fn keep() {
    loop {
        if CAME.swap(0, Relaxed) < MANY {
            tokio::time::sleep(WINDOW).await;
            continue;
        }
        // The whole thread rests, which is what this is for. A task that yields is woken when the sockets have been looked at,
        // after those for whom something came.
        for _ in 0..WINDOW.as_millis() / REST.as_millis() {
            thread::sleep(REST);
            tokio::task::yield_now().await;
        }
    }
}
