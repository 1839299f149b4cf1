//! What was dropped, and where.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: AtomicU64),+
        }

        /// Totals since the start.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct CounterSnapshot {
            $($(#[$doc])* pub $name: u64),+
        }

        impl Counters {
            pub(crate) fn snapshot(&self) -> CounterSnapshot {
                CounterSnapshot { $($name: self.$name.load(Relaxed)),+ }
            }
        }
    };
}

counters! {
    /// Datagrams that are neither STUN, DTLS, RTP nor RTCP.
    malformed,
    /// Datagrams from an address that no session has proved to own.
    unknown_source,
    /// Datagrams of a known session that its transport refused.
    refused,
    /// RTP payloads that are not what their type says.
    bad_payload,
    /// RTP packets of a known session that its transport kept to itself: repeated, forged, of a stream or a payload type that
    /// was not agreed on.
    rtp_ignored,
    /// Datagrams that the system did not take.
    send_failed,
    /// Messages on sound sockets that are no frames, were there before, or came faster than sound does.
    socket_garbage,
    /// Frames that a sound socket was too slow for.
    socket_late,
    /// Bytes that a carrier brought faster than they could be played.
    carrier_overrun,
    /// Frames that a carrier did not take.
    carrier_full,
    /// 100 ms stretches that the recorder did not take in time; they are silent in the recording.
    recorder_full,
    /// 20 ms turns that were skipped because the thread did not run for more than 100 ms.
    skipped_ticks,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
