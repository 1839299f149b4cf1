//! When to open a media session, when to restart its ICE, when to give it up.

use std::time::Duration;

use domain::ids::MediaSessionId;

use crate::backoff::Backoff;

/// From sending the offer to the first packet through.
const CONNECT_WITHIN: Duration = Duration::from_secs(6);
/// Grace before a lost path is mended, on top of the time it took to notice.
const MEND_AFTER: Duration = Duration::from_millis(500);
/// From an ICE restart to packets on the new path; after that a new session is quicker.
const MEND_WITHIN: Duration = Duration::from_secs(5);
const FIRST_WAIT: Duration = Duration::from_millis(400);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Off,
    /// The offer is on its way.
    Opening {
        deadline: Duration,
    },
    /// Answered; ICE and DTLS are under way.
    Connecting {
        id: MediaSessionId,
        deadline: Duration,
    },
    Connected {
        id: MediaSessionId,
    },
    /// The path is lost and may come back by itself.
    Disconnected {
        id: MediaSessionId,
        since: Duration,
    },
    /// An ICE restart is under way.
    Mending {
        id: MediaSessionId,
        deadline: Duration,
    },
    Waiting {
        until: Duration,
    },
}

impl State {
    /// The session that the server knows.
    pub const fn id(self) -> Option<MediaSessionId> {
        match self {
            Self::Connecting { id, .. }
            | Self::Connected { id }
            | Self::Disconnected { id, .. }
            | Self::Mending { id, .. } => Some(id),
            Self::Off | Self::Opening { .. } | Self::Waiting { .. } => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Want(bool),
    /// The server answered the offer.
    Opened(MediaSessionId),
    OpenFailed,
    /// Packets flow, or flow again.
    PeerConnected,
    PeerDisconnected,
    PeerFailed,
    /// The server answered the restart.
    Mended,
    /// The server does not know the session any more.
    MendUnknown,
    MendFailed,
    /// Our address changed, or another run of the server answers: do not wait for the path to be found dead.
    Suspect,
    Tick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Make a new connection and send its offer.
    Open,
    /// Restart ICE on new sockets and send the offer.
    Mend(MediaSessionId),
    /// Drop the connection, and tell the server when it may know it.
    Close(Option<MediaSessionId>),
}

/// Times are spans since an origin of the driver's choice.
#[derive(Debug, Clone)]
pub struct MediaPlan {
    state: State,
    backoff: Backoff,
    lost_since: Option<Duration>,
}

impl Default for MediaPlan {
    fn default() -> Self {
        Self { state: State::Off, backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT), lost_since: None }
    }
}

impl MediaPlan {
    pub const fn state(&self) -> State {
        self.state
    }

    /// Since when a connection that once worked does not.
    pub const fn lost_since(&self) -> Option<Duration> {
        self.lost_since
    }

    /// `random` is 0 to 1 and spreads the waits.
    pub fn step(&mut self, input: Input, now: Duration, random: f64) -> Vec<Effect> {
        let state = self.state;
        match (state, input) {
            (State::Off, Input::Want(true)) => self.open(now),
            (State::Off, _) => Vec::new(),
            (_, Input::Want(false)) => {
                let was = std::mem::take(self).state;
                vec![Effect::Close(was.id())]
            }
            (State::Waiting { until }, Input::Tick) if now >= until => self.open(now),
            (State::Waiting { .. }, Input::Suspect) => self.open(now),
            (State::Opening { .. }, Input::Opened(id)) => {
                self.state = State::Connecting { id, deadline: now + CONNECT_WITHIN };
                Vec::new()
            }
            (State::Opening { deadline }, Input::Tick) if now >= deadline => self.give_up(now, random),
            (State::Opening { .. }, Input::OpenFailed | Input::PeerFailed) => self.give_up(now, random),
            (
                State::Connecting { id, .. } | State::Disconnected { id, .. } | State::Mending { id, .. },
                Input::PeerConnected,
            ) => {
                self.state = State::Connected { id };
                self.lost_since = None;
                self.backoff.reset();
                Vec::new()
            }
            (State::Connecting { deadline, .. } | State::Mending { deadline, .. }, Input::Tick) if now >= deadline => {
                self.give_up(now, random)
            }
            (State::Connecting { .. } | State::Connected { .. } | State::Disconnected { .. }, Input::PeerFailed) => {
                self.lost_since.get_or_insert(now);
                self.give_up(now, random)
            }
            (State::Connected { id }, Input::PeerDisconnected) => {
                self.lost_since.get_or_insert(now);
                self.state = State::Disconnected { id, since: now };
                Vec::new()
            }
            (State::Disconnected { id, since }, Input::Tick) if now >= since + MEND_AFTER => self.mend(id, now),
            (State::Connected { id } | State::Disconnected { id, .. }, Input::Suspect) => self.mend(id, now),
            (State::Mending { .. }, Input::MendUnknown) => {
                self.lost_since.get_or_insert(now);
                self.state = State::Off;
                let mut effects = vec![Effect::Close(None)];
                effects.extend(self.open(now));
                effects
            }
            (State::Mending { .. }, Input::MendFailed) => {
                self.lost_since.get_or_insert(now);
                self.give_up(now, random)
            }
            _ => Vec::new(),
        }
    }

    fn open(&mut self, now: Duration) -> Vec<Effect> {
        self.state = State::Opening { deadline: now + CONNECT_WITHIN };
        vec![Effect::Open]
    }

    fn mend(&mut self, id: MediaSessionId, now: Duration) -> Vec<Effect> {
        self.state = State::Mending { id, deadline: now + MEND_WITHIN };
        vec![Effect::Mend(id)]
    }

    fn give_up(&mut self, now: Duration, random: f64) -> Vec<Effect> {
        let id = self.state.id();
        self.state = State::Waiting { until: now + self.backoff.next(random) };
        vec![Effect::Close(id)]
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ID: MediaSessionId = MediaSessionId::new(Uuid::from_u128(1));

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn connected() -> MediaPlan {
        let mut plan = MediaPlan::default();
        assert_eq!(plan.step(Input::Want(true), ms(0), 1.0), [Effect::Open]);
        plan.step(Input::Opened(ID), ms(50), 1.0);
        plan.step(Input::PeerConnected, ms(300), 1.0);
        assert_eq!(plan.state(), State::Connected { id: ID });
        plan
    }

    #[test]
    fn a_short_gap_heals_by_itself_and_a_longer_one_is_mended() {
        let mut plan = connected();
        plan.step(Input::PeerDisconnected, ms(1_000), 1.0);
        assert_eq!(plan.step(Input::Tick, ms(1_400), 1.0), []);
        plan.step(Input::PeerConnected, ms(1_450), 1.0);
        assert_eq!((plan.state(), plan.lost_since()), (State::Connected { id: ID }, None));
        plan.step(Input::PeerDisconnected, ms(2_000), 1.0);
        assert_eq!(plan.step(Input::Tick, ms(2_500), 1.0), [Effect::Mend(ID)]);
        assert_eq!(plan.lost_since(), Some(ms(2_000)));
        plan.step(Input::Mended, ms(2_600), 1.0);
        plan.step(Input::PeerConnected, ms(2_900), 1.0);
        assert_eq!((plan.state(), plan.lost_since()), (State::Connected { id: ID }, None));
    }

    #[test]
    fn a_session_that_the_server_forgot_is_opened_anew_at_once() {
        let mut plan = connected();
        assert_eq!(plan.step(Input::Suspect, ms(1_000), 1.0), [Effect::Mend(ID)]);
        assert_eq!(plan.step(Input::MendUnknown, ms(1_020), 1.0), [Effect::Close(None), Effect::Open]);
        assert_eq!(plan.lost_since(), Some(ms(1_020)));
    }

    #[test]
    fn mending_that_takes_too_long_ends_in_a_new_session() {
        let mut plan = connected();
        plan.step(Input::PeerDisconnected, ms(1_000), 1.0);
        plan.step(Input::Tick, ms(1_500), 1.0);
        assert_eq!(plan.step(Input::Tick, ms(6_500), 1.0), [Effect::Close(Some(ID))]);
        assert_eq!(plan.step(Input::Tick, ms(6_900), 1.0), [Effect::Open]);
        assert_eq!(plan.lost_since(), Some(ms(1_000)));
    }

    #[test]
    fn an_unreachable_server_is_tried_again_with_growing_waits() {
        let mut plan = MediaPlan::default();
        plan.step(Input::Want(true), ms(0), 1.0);
        let (mut now, mut waits) = (ms(0), Vec::new());
        for _ in 0..6 {
            plan.step(Input::OpenFailed, now, 1.0);
            let State::Waiting { until } = plan.state() else { panic!("{:?}", plan.state()) };
            waits.push((until - now).as_millis());
            now = until;
            assert_eq!(plan.step(Input::Tick, now, 1.0), [Effect::Open]);
        }
        assert_eq!(waits, [400, 800, 1_600, 3_200, 5_000, 5_000]);
        assert_eq!(plan.lost_since(), None);
    }

    #[test]
    fn signing_out_closes_the_session_and_stays_closed() {
        let mut plan = connected();
        assert_eq!(plan.step(Input::Want(false), ms(1_000), 1.0), [Effect::Close(Some(ID))]);
        assert_eq!(plan.step(Input::Tick, ms(90_000), 1.0), []);
        assert_eq!(plan.step(Input::Opened(ID), ms(90_000), 1.0), []);
    }

    #[test]
    fn whatever_happens_a_wanted_session_is_connected_or_tried_again() {
        let inputs = [
            Input::Opened(ID),
            Input::OpenFailed,
            Input::PeerConnected,
            Input::PeerDisconnected,
            Input::PeerFailed,
            Input::Mended,
            Input::MendUnknown,
            Input::MendFailed,
            Input::Suspect,
            Input::Tick,
        ];
        for seed in 0..2_000_u64 {
            let (mut plan, mut now, mut dice) = (MediaPlan::default(), ms(0), seed);
            plan.step(Input::Want(true), now, 0.5);
            for _ in 0..40 {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                now += ms((dice >> 40) % 2_000);
                plan.step(inputs[(dice >> 33) as usize % inputs.len()], now, 0.5);
            }
            if matches!(plan.state(), State::Connected { .. }) {
                continue;
            }
            let tries = (0..60).any(|_| {
                now += ms(500);
                let effects = plan.step(Input::Tick, now, 0.5);
                effects.iter().any(|effect| matches!(effect, Effect::Open | Effect::Mend(_)))
            });
            assert!(tries, "seed {seed} ended in {:?}", plan.state());
        }
    }
}
