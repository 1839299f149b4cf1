//! When to connect, when to ask whether the line still stands, when to give it up.

use std::time::Duration;

use crate::backoff::Backoff;

/// The server probes every 2 s; a line this long silent is dead even if no system call has noticed.
const DEAD_AFTER: Duration = Duration::from_secs(7);
/// One that was heard this recently stands.
const FRESH: Duration = Duration::from_secs(3);
const PING_EVERY: Duration = Duration::from_secs(5);
/// From asking for a connection to the server's welcome.
const WELCOME_WITHIN: Duration = Duration::from_secs(8);
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// A line that was open a moment ago is wanted back soon: a server that restarts is there again within seconds, and holds the
/// customers of calls meanwhile.
const EAGER_FOR: Duration = Duration::from_secs(10);
const EAGER_WAIT: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveState {
    /// Not wanted.
    Off,
    Waiting {
        until: Duration,
    },
    /// Connecting, or connected and not welcomed yet.
    Opening {
        deadline: Duration,
    },
    Open {
        heard: Duration,
        next_ping: Duration,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Signed in, or signed out.
    Want(bool),
    Welcomed,
    /// Anything came in.
    Heard,
    /// Could not connect, or the line broke.
    Lost,
    /// The network changed: an old line is probably dead and waiting is pointless.
    NetworkChanged,
    /// The network was away and is back; a line that was heard meanwhile stands.
    NetworkBack,
    Tick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `renew`: the last try ended before the welcome; the access token may be why.
    Connect {
        renew: bool,
    },
    Ping,
    Disconnect,
}

/// Times are spans since an origin of the driver's choice.
#[derive(Debug, Clone)]
pub struct LivePolicy {
    state: LiveState,
    backoff: Backoff,
    /// For as long as `eager_until` in place of `backoff`.
    eager: Backoff,
    eager_until: Duration,
    unwelcome: bool,
}

impl Default for LivePolicy {
    fn default() -> Self {
        Self {
            state: LiveState::Off,
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT),
            eager: Backoff::new(FIRST_WAIT, EAGER_WAIT),
            eager_until: Duration::ZERO,
            unwelcome: false,
        }
    }
}

impl LivePolicy {
    pub const fn state(&self) -> LiveState {
        self.state
    }

    /// `random` is 0 to 1 and spreads the waits.
    pub fn step(&mut self, input: Input, now: Duration, random: f64) -> Option<Effect> {
        let (state, effect) = match (self.state, input) {
            (LiveState::Off, Input::Want(true)) => self.connect(now),
            (LiveState::Off, _) => (LiveState::Off, None),
            (LiveState::Waiting { .. }, Input::Want(false)) => (LiveState::Off, None),
            (_, Input::Want(false)) => (LiveState::Off, Some(Effect::Disconnect)),
            (LiveState::Waiting { until }, Input::Tick) if now >= until => self.connect(now),
            (LiveState::Open { heard, .. }, Input::NetworkBack) if now < heard + FRESH => (self.state, None),
            (LiveState::Waiting { .. }, Input::NetworkChanged | Input::NetworkBack) => {
                self.backoff.reset();
                self.connect(now)
            }
            (LiveState::Opening { deadline }, Input::Tick) if now >= deadline => self.lose(now, random),
            (LiveState::Opening { .. }, Input::Lost) => {
                self.unwelcome = true;
                (self.wait(now, random), None)
            }
            (LiveState::Opening { .. } | LiveState::Open { .. }, Input::NetworkChanged | Input::NetworkBack) => {
                self.backoff.reset();
                self.lose(now, random)
            }
            (LiveState::Opening { .. }, Input::Welcomed) => {
                self.backoff.reset();
                self.unwelcome = false;
                (LiveState::Open { heard: now, next_ping: now }, None)
            }
            (LiveState::Open { .. }, Input::Lost) => (self.wait(now, random), None),
            (LiveState::Open { next_ping, .. }, Input::Heard) => (LiveState::Open { heard: now, next_ping }, None),
            (LiveState::Open { heard, .. }, Input::Tick) if now >= heard + DEAD_AFTER => self.lose(now, random),
            (LiveState::Open { heard, next_ping }, Input::Tick) if now >= next_ping => {
                (LiveState::Open { heard, next_ping: now + PING_EVERY }, Some(Effect::Ping))
            }
            (state, _) => (state, None),
        };
        self.state = state;
        effect
    }

    fn connect(&self, now: Duration) -> (LiveState, Option<Effect>) {
        let deadline = now + WELCOME_WITHIN;
        (LiveState::Opening { deadline }, Some(Effect::Connect { renew: self.unwelcome }))
    }

    fn lose(&mut self, now: Duration, random: f64) -> (LiveState, Option<Effect>) {
        (self.wait(now, random), Some(Effect::Disconnect))
    }

    fn wait(&mut self, now: Duration, random: f64) -> LiveState {
        if matches!(self.state, LiveState::Open { .. }) {
            self.eager.reset();
            self.eager_until = now + EAGER_FOR;
        }
        let backoff = if now < self.eager_until { &mut self.eager } else { &mut self.backoff };
        LiveState::Waiting { until: now + backoff.next(random) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn open() -> LivePolicy {
        let mut policy = LivePolicy::default();
        assert_eq!(policy.step(Input::Want(true), s(0), 1.0), Some(Effect::Connect { renew: false }));
        assert_eq!(policy.step(Input::Welcomed, s(1), 1.0), None);
        policy
    }

    #[test]
    fn a_refused_connection_is_tried_again_later_with_a_new_token() {
        let mut policy = LivePolicy::default();
        policy.step(Input::Want(true), s(0), 1.0);
        policy.step(Input::Lost, s(1), 1.0);
        assert_eq!(policy.step(Input::Tick, s(1), 1.0), None);
        assert_eq!(policy.step(Input::Tick, s(2), 1.0), Some(Effect::Connect { renew: true }));
    }

    #[test]
    fn a_line_that_says_nothing_is_given_up_and_opened_again() {
        let mut policy = open();
        assert_eq!(policy.step(Input::Tick, s(1), 1.0), Some(Effect::Ping));
        policy.step(Input::Heard, s(6), 1.0);
        assert_eq!(policy.step(Input::Tick, s(7), 1.0), Some(Effect::Ping));
        assert_eq!(policy.step(Input::Tick, s(11), 1.0), None);
        assert_eq!(policy.step(Input::Tick, s(13), 1.0), Some(Effect::Disconnect));
        assert_eq!(policy.step(Input::Tick, s(14), 1.0), Some(Effect::Connect { renew: false }));
    }

    #[test]
    fn a_server_that_never_welcomes_is_left() {
        let mut policy = LivePolicy::default();
        policy.step(Input::Want(true), s(0), 1.0);
        assert_eq!(policy.step(Input::Tick, s(8), 1.0), Some(Effect::Disconnect));
        assert!(matches!(policy.state(), LiveState::Waiting { .. }));
    }

    #[test]
    fn waits_grow_while_the_server_is_away_and_a_new_network_ends_them() {
        let mut policy = open();
        let mut now = s(10);
        policy.step(Input::Lost, now, 1.0);
        let mut waits = Vec::new();
        for _ in 0..27 {
            let LiveState::Waiting { until } = policy.state() else { panic!("{:?}", policy.state()) };
            waits.push((until - now).as_millis());
            now = until;
            assert!(matches!(policy.step(Input::Tick, now, 1.0), Some(Effect::Connect { .. })));
            policy.step(Input::Lost, now, 1.0);
        }
        assert_eq!(waits[0], 250);
        assert_eq!(waits[1..21], [500; 20], "ten seconds");
        assert_eq!(waits[21..], [250, 500, 1_000, 2_000, 4_000, 8_000]);
        assert!(matches!(policy.step(Input::NetworkChanged, now, 1.0), Some(Effect::Connect { .. })));
    }

    #[test]
    fn a_network_that_is_back_ends_waits_and_lines_that_were_not_heard_meanwhile() {
        let mut policy = open();
        policy.step(Input::Heard, s(6), 1.0);
        assert_eq!(policy.step(Input::NetworkBack, s(8), 1.0), None);
        assert_eq!(policy.step(Input::NetworkBack, s(10), 1.0), Some(Effect::Disconnect));
        assert_eq!(policy.step(Input::NetworkBack, s(10), 1.0), Some(Effect::Connect { renew: false }));
        assert_eq!(policy.step(Input::NetworkBack, s(11), 1.0), Some(Effect::Disconnect), "an attempt of before");
    }

    #[test]
    fn signing_out_ends_it_from_every_state() {
        let mut waiting = open();
        waiting.step(Input::Lost, s(2), 0.0);
        for (mut policy, effect) in [(open(), Some(Effect::Disconnect)), (waiting, None)] {
            assert_eq!(policy.step(Input::Want(false), s(3), 0.0), effect);
            assert_eq!(policy.step(Input::Tick, s(1_000), 0.0), None);
            assert_eq!(policy.state(), LiveState::Off);
        }
    }

    #[test]
    fn whatever_happens_a_wanted_line_is_tried_again() {
        let inputs =
            [Input::Welcomed, Input::Heard, Input::Lost, Input::NetworkChanged, Input::NetworkBack, Input::Tick];
        for seed in 0..500_u64 {
            let (mut policy, mut now, mut dice) = (LivePolicy::default(), s(0), seed);
            policy.step(Input::Want(true), now, 0.5);
            for _ in 0..30 {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                now += Duration::from_millis((dice >> 40) % 3_000);
                policy.step(inputs[(dice >> 33) as usize % inputs.len()], now, 0.5);
            }
            let connects = (0..100)
                .filter(|_| {
                    now += s(1);
                    matches!(policy.step(Input::Tick, now, 0.5), Some(Effect::Connect { .. }))
                })
                .count();
            assert!(connects > 0, "seed {seed} ended in {:?}", policy.state());
        }
    }
}
