use std::time::{Duration, Instant};

use wire::media::{RelayServer, RelayServers};

/// Servers that pass UDP on where it cannot go directly (TURN, RFC 8656).
#[derive(Debug, Clone, Default)]
pub struct Relays {
    pub(super) servers: Vec<RelayServer>,
    /// Devices are to use nothing but relays.
    pub(super) only: bool,
    /// The credentials should be new ones after this.
    pub(super) renew_at: Option<Instant>,
}

impl Relays {
    pub(super) fn new(answer: RelayServers, now: Instant) -> Self {
        let life = answer.expires_in_s.map(|seconds| Duration::from_secs(u64::from(seconds)));
        // The library refuses a whole connection for one server that it cannot use.
        let usable = |server: &RelayServer| !server.username.is_empty() && !server.credential.reveal().is_empty();
        let servers = answer.servers.into_iter().filter(usable).collect();
        Self { servers, only: answer.only, renew_at: life.map(|life| now + life / 2) }
    }

    pub(super) fn are_old(&self, now: Instant) -> bool {
        self.renew_at.is_some_and(|at| now >= at)
    }
}
