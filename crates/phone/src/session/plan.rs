//! When to open a media session, when to restart its ICE, when its sound goes over the web, when to give it up. Pure.
//!
//! A path by UDP that is lost is left as it is: when the network only went away for a while, the next packet is through
//! again. ICE is restarted once the server can be reached, which the attempt to open a sound socket shows.

#[cfg(test)]
mod tests;

use std::time::Duration;

use domain::ids::MediaSessionId;

use crate::backoff::Backoff;

/// From sending the offer to the first packet through, when there is no other way either.
const CONNECT_WITHIN: Duration = Duration::from_secs(8);
/// UDP that has not come through for this long is probably blocked: sound takes the web meanwhile.
const WEB_AFTER: Duration = Duration::from_millis(2_500);
/// The same after a restart of ICE, which usually takes two round trips.
const WEB_AFTER_RESTART: Duration = Duration::from_millis(1_000);
/// From the server's answer to an ICE restart to packets on the new path.
const CHECK_WITHIN: Duration = Duration::from_millis(2_500);
/// From asking for an ICE restart to the server's answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// With the web back, UDP gets this much time to come back by itself before ICE is restarted.
const BY_ITSELF: Duration = Duration::from_millis(300);
/// Servers forget the path after 15 s without a check; one that was lost for about as long is restarted although it works.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(12);
/// How often UDP is tried while sound goes over the web.
const TRY_UDP_EVERY: Duration = Duration::from_secs(15);
/// Between two attempts to open the sound socket, and how long one may take.
const WEB_RETRY: Duration = Duration::from_millis(200);
const WEB_WITHIN: Duration = Duration::from_secs(1);
/// The same when the server can be reached and lets no socket through.
const WEB_REFUSED_RETRY: Duration = Duration::from_secs(10);
/// Restarts in a row that led to nothing, with no sound by the web either, before a new session is opened.
const MOST_RESTARTS: u32 = 2;
/// Without any path for this long a new session is opened; the server has given the call up by then.
const GIVE_UP_AFTER: Duration = Duration::from_secs(40);
const FIRST_WAIT: Duration = Duration::from_millis(400);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The path by UDP: direct or by a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Udp {
    /// Answered; the first ICE and DTLS are under way.
    Connecting {
        since: Duration,
    },
    Up,
    /// Lost; it may come back by itself. ICE is restarted at `retry`, when the server can be reached.
    Lost {
        since: Duration,
        retry: Duration,
    },
    /// The server was asked for an ICE restart; the old path is still there.
    Asking {
        since: Duration,
    },
    /// The restarted path is being checked.
    Checking {
        since: Duration,
    },
}

/// The way over the web.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Web {
    Off,
    Opening { deadline: Duration },
    Up,
    Waiting { until: Duration },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Off,
    Waiting {
        until: Duration,
    },
    /// The offer is on its way.
    Opening {
        deadline: Duration,
    },
    /// The server knows the session.
    Open {
        id: MediaSessionId,
        udp: Udp,
        web: Web,
    },
}

impl State {
    /// The session that the server knows.
    pub const fn id(self) -> Option<MediaSessionId> {
        match self {
            Self::Open { id, .. } => Some(id),
            Self::Off | Self::Waiting { .. } | Self::Opening { .. } => None,
        }
    }

    /// Whether sound can go somewhere.
    pub const fn carries(self) -> bool {
        matches!(self, Self::Open { udp: Udp::Up, .. } | Self::Open { web: Web::Up, .. })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Want(bool),
    /// The server answered the offer.
    Opened(MediaSessionId),
    OpenFailed,
    /// Packets flow by UDP, or flow again.
    PeerConnected,
    PeerDisconnected,
    PeerFailed,
    /// The server answered the restart; the old path ends here.
    Restarted,
    /// The server does not know the session any more.
    Unknown,
    RestartFailed,
    /// Sound goes over the web.
    WebUp,
    /// The server could not be reached.
    WebFailed,
    /// It can be reached, and does not let a sound socket through.
    WebRefused,
    WebLost,
    /// Our address changed, or another run of the server answers: do not wait for the path to be found dead.
    Suspect,
    Tick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Make a new connection and send its offer.
    Open,
    /// Ask the server for an ICE restart on new sockets.
    Restart(MediaSessionId),
    /// Open the sound socket.
    OpenWeb(MediaSessionId),
    /// Drop the sound socket, or the attempt to open it; sound goes by UDP.
    CloseWeb,
    /// Drop the connection, and tell the server when it may know it.
    Close(Option<MediaSessionId>),
}

/// Times are spans since an origin of the driver's choice.
#[derive(Debug, Clone)]
pub struct MediaPlan {
    state: State,
    backoff: Backoff,
    lost_since: Option<Duration>,
    /// UDP has been tried in vain since it worked last.
    blocked: bool,
    /// Restarts since there was a path.
    restarts: u32,
    /// The server answered something while UDP was lost.
    reachable: bool,
}

impl Default for MediaPlan {
    fn default() -> Self {
        Self {
            state: State::Off,
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT),
            lost_since: None,
            blocked: false,
            restarts: 0,
            reachable: false,
        }
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

    /// Sound goes over the web because UDP does not get through.
    pub const fn over_web(&self) -> bool {
        self.blocked && matches!(self.state, State::Open { web: Web::Up, .. })
    }

    /// `random` is 0 to 1 and spreads the waits.
    pub fn step(&mut self, input: Input, now: Duration, random: f64) -> Vec<Effect> {
        let carried = self.state.carries();
        let effects = match (self.state, input) {
            (State::Off, Input::Want(true)) => self.open(now),
            (State::Off, _) => Vec::new(),
            (_, Input::Want(false)) => {
                let was = std::mem::take(self).state;
                vec![Effect::Close(was.id())]
            }
            (State::Waiting { until }, Input::Tick) if now >= until => self.open(now),
            (State::Waiting { .. }, Input::Suspect) => self.open(now),
            (State::Opening { .. }, Input::Opened(id)) => self.opened(id, now),
            (State::Opening { deadline }, Input::Tick) if now >= deadline => self.give_up(now, random),
            (State::Opening { .. }, Input::OpenFailed | Input::PeerFailed) => self.give_up(now, random),
            (State::Open { id, udp, web }, input) => self.step_open(id, udp, web, input, now, random),
            (State::Waiting { .. } | State::Opening { .. }, _) => Vec::new(),
        };
        match (carried, self.state.carries()) {
            (_, true) => {
                self.lost_since = None;
                self.backoff.reset();
            }
            (true, false) if self.state != State::Off => {
                self.lost_since.get_or_insert(now);
            }
            (_, false) => {}
        }
        effects
    }

    fn step_open(
        &mut self,
        id: MediaSessionId,
        udp: Udp,
        web: Web,
        input: Input,
        now: Duration,
        random: f64,
    ) -> Vec<Effect> {
        match input {
            Input::PeerConnected => self.udp_up(id, udp, web, now),
            Input::PeerDisconnected if udp == Udp::Up => self.udp_lost(id, web, now),
            // ICE has dropped its candidates; only a restart brings it back.
            Input::PeerFailed if web == Web::Up => {
                self.set(id, Udp::Lost { since: now, retry: now + TRY_UDP_EVERY }, web);
                Vec::new()
            }
            Input::PeerFailed => self.give_up(now, random),
            Input::Restarted => {
                self.set(id, Udp::Checking { since: now }, web);
                Vec::new()
            }
            Input::RestartFailed => {
                if !matches!(udp, Udp::Asking { .. }) {
                    return Vec::new();
                }
                self.unanswered(id, web, now)
            }
            Input::Unknown => {
                self.state = State::Off;
                let mut effects = vec![Effect::Close(None)];
                effects.extend(self.open(now));
                effects
            }
            Input::WebUp => {
                if udp == Udp::Up {
                    return vec![Effect::CloseWeb];
                }
                self.reachable = true;
                self.set(id, retried(udp, now + BY_ITSELF), Web::Up);
                Vec::new()
            }
            Input::WebFailed | Input::WebLost if web != Web::Off => {
                self.set(id, udp, Web::Waiting { until: now + WEB_RETRY });
                Vec::new()
            }
            Input::WebRefused if web != Web::Off => {
                self.reachable = true;
                self.set(id, retried(udp, now), Web::Waiting { until: now + WEB_REFUSED_RETRY });
                Vec::new()
            }
            Input::Suspect => {
                let mut effects = Vec::new();
                if web != Web::Off {
                    effects.push(Effect::CloseWeb);
                    effects.extend(self.open_web(id, now));
                }
                effects.extend(self.restart(id, now));
                effects
            }
            Input::Tick => self.tick(id, udp, web, now, random),
            _ => Vec::new(),
        }
    }

    fn udp_up(&mut self, id: MediaSessionId, before: Udp, web: Web, now: Duration) -> Vec<Effect> {
        let forgotten = matches!(before, Udp::Lost { since, .. } if now >= since + FORGOTTEN_AFTER);
        self.set(id, Udp::Up, Web::Off);
        (self.blocked, self.restarts, self.reachable) = (false, 0, false);
        let mut effects = if web == Web::Off { Vec::new() } else { vec![Effect::CloseWeb] };
        if forgotten {
            effects.extend(self.restart(id, now));
        }
        effects
    }

    fn udp_lost(&mut self, id: MediaSessionId, web: Web, now: Duration) -> Vec<Effect> {
        self.reachable = false;
        self.set(id, Udp::Lost { since: now, retry: now }, web);
        self.open_web(id, now)
    }

    fn tick(&mut self, id: MediaSessionId, udp: Udp, web: Web, now: Duration, random: f64) -> Vec<Effect> {
        match web {
            Web::Opening { deadline } if now >= deadline => {
                self.set(id, udp, Web::Waiting { until: now + WEB_RETRY });
                return vec![Effect::CloseWeb];
            }
            Web::Waiting { until } if now >= until => return self.open_web(id, now),
            _ => {}
        }
        match udp {
            Udp::Connecting { since } if now >= since + WEB_AFTER && web == Web::Off => {
                self.blocked = true;
                self.open_web(id, now)
            }
            Udp::Connecting { since } if now >= since + CONNECT_WITHIN => self.in_vain(id, web, now, random),
            Udp::Lost { since, .. } if web != Web::Up && now >= since + GIVE_UP_AFTER => self.give_up(now, random),
            Udp::Lost { retry, .. } if now >= retry && self.reachable => self.restart(id, now),
            Udp::Asking { since } if now >= since + ANSWER_WITHIN => self.unanswered(id, web, now),
            Udp::Asking { since } | Udp::Checking { since } if now >= since + WEB_AFTER_RESTART && web == Web::Off => {
                self.open_web(id, now)
            }
            Udp::Checking { since } if now >= since + CHECK_WITHIN => {
                self.blocked = true;
                self.in_vain(id, web, now, random)
            }
            _ => Vec::new(),
        }
    }

    /// UDP was tried and did not come through.
    fn in_vain(&mut self, id: MediaSessionId, web: Web, now: Duration, random: f64) -> Vec<Effect> {
        if web != Web::Up && self.restarts >= MOST_RESTARTS {
            return self.give_up(now, random);
        }
        self.wait(id, web, now);
        Vec::new()
    }

    /// The server did not answer that ICE be restarted.
    fn unanswered(&mut self, id: MediaSessionId, web: Web, now: Duration) -> Vec<Effect> {
        self.wait(id, web, now);
        if web == Web::Off { self.open_web(id, now) } else { Vec::new() }
    }

    const fn wait(&mut self, id: MediaSessionId, web: Web, now: Duration) {
        let pause = if matches!(web, Web::Up) { TRY_UDP_EVERY } else { WEB_RETRY };
        self.set(id, Udp::Lost { since: now, retry: now.saturating_add(pause) }, web);
    }

    fn opened(&mut self, id: MediaSessionId, now: Duration) -> Vec<Effect> {
        self.set(id, Udp::Connecting { since: now }, Web::Off);
        self.reachable = true;
        // Where UDP was blocked a moment ago it most likely still is.
        if self.blocked { self.open_web(id, now) } else { Vec::new() }
    }

    const fn set(&mut self, id: MediaSessionId, udp: Udp, web: Web) {
        self.state = State::Open { id, udp, web };
    }

    fn open(&mut self, now: Duration) -> Vec<Effect> {
        self.state = State::Opening { deadline: now + CONNECT_WITHIN };
        (self.restarts, self.reachable) = (0, false);
        vec![Effect::Open]
    }

    fn open_web(&mut self, id: MediaSessionId, now: Duration) -> Vec<Effect> {
        if let State::Open { web, .. } = &mut self.state {
            *web = Web::Opening { deadline: now + WEB_WITHIN };
        }
        vec![Effect::OpenWeb(id)]
    }

    fn restart(&mut self, id: MediaSessionId, now: Duration) -> Vec<Effect> {
        self.restarts += 1;
        if let State::Open { udp, .. } = &mut self.state {
            *udp = Udp::Asking { since: now };
        }
        vec![Effect::Restart(id)]
    }

    fn give_up(&mut self, now: Duration, random: f64) -> Vec<Effect> {
        let id = self.state.id();
        self.state = State::Waiting { until: now + self.backoff.next(random) };
        vec![Effect::Close(id)]
    }
}

/// A lost path is restarted at `retry`; any other goes on as it is.
const fn retried(udp: Udp, retry: Duration) -> Udp {
    match udp {
        Udp::Lost { since, .. } => Udp::Lost { since, retry },
        other => other,
    }
}
