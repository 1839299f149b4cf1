use std::time::Duration;

use domain::time::UnixMillis;

/// How far the server's clock is ahead of ours, from the exchange with the shortest round trip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServerClock {
    best: Option<(Duration, i64)>,
}

impl ServerClock {
    /// `server`: its clock between our `sent` and `received`.
    pub fn measure(&mut self, sent: UnixMillis, received: UnixMillis, server: UnixMillis) {
        let round_trip = received.since(sent);
        // Ages the best one, so that a clock that was set is noticed in the end.
        let best = self.best.map(|(trip, offset)| (trip + Duration::from_millis(1), offset));
        let middle = sent.0 + i64::try_from(round_trip.as_millis() / 2).unwrap_or(0);
        self.best = match best {
            Some((trip, offset)) if trip < round_trip => Some((trip, offset)),
            _ => Some((round_trip, server.0 - middle)),
        };
    }

    /// Milliseconds to add to our clock to get the server's.
    pub fn offset_ms(&self) -> i64 {
        self.best.map_or(0, |(_, offset)| offset)
    }

    pub fn server_time(&self, ours: UnixMillis) -> UnixMillis {
        UnixMillis(ours.0.saturating_add(self.offset_ms()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_exchange_sets_the_clock() {
        let mut clock = ServerClock::default();
        clock.measure(UnixMillis(1_000), UnixMillis(1_800), UnixMillis(61_000));
        clock.measure(UnixMillis(2_000), UnixMillis(2_010), UnixMillis(62_005));
        clock.measure(UnixMillis(3_000), UnixMillis(3_500), UnixMillis(63_400));
        assert_eq!(clock.offset_ms(), 60_000);
        assert_eq!(clock.server_time(UnixMillis(4_000)), UnixMillis(64_000));
    }
}
