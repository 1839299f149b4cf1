//! What the tray shows: one picture for each state of the agent, and the times of "Do not disturb".

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use wire::agents::AgentState;

use crate::words::Words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrayState {
    SignedOut,
    Offline,
    Available,
    Ringing,
    OnCall,
    WrapUp,
    Break,
    Unreachable,
}

impl TrayState {
    pub const fn of(state: &AgentState) -> Self {
        match state {
            AgentState::Offline => Self::Offline,
            AgentState::Available => Self::Available,
            AgentState::Reserved { .. } => Self::Ringing,
            AgentState::OnCall { .. } => Self::OnCall,
            AgentState::WrapUp { .. } => Self::WrapUp,
            AgentState::Break { .. } => Self::Break,
            AgentState::Unreachable => Self::Unreachable,
        }
    }

    pub const fn icon(self) -> &'static [u8] {
        match self {
            Self::SignedOut | Self::Offline => include_bytes!("../../icons/tray/offline.png"),
            Self::Available => include_bytes!("../../icons/tray/available.png"),
            Self::Ringing => include_bytes!("../../icons/tray/ringing.png"),
            Self::OnCall => include_bytes!("../../icons/tray/on-call.png"),
            Self::WrapUp => include_bytes!("../../icons/tray/wrap-up.png"),
            Self::Break => include_bytes!("../../icons/tray/break.png"),
            Self::Unreachable => include_bytes!("../../icons/tray/unreachable.png"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    HalfHour,
    Hour,
    /// Ends when the agent comes back and says so: nobody's phone should start to ring at an hour that a menu guessed.
    UntilTomorrow,
}

/// A break that the tray asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietTime {
    pub reason: String,
    pub ends_at: Option<Timestamp>,
}

impl Quiet {
    pub fn from(self, now: Timestamp, zone: &TimeZone, words: &Words) -> QuietTime {
        let for_minutes = |minutes| {
            let ends = now.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(now);
            let clock = zone.to_datetime(ends).strftime("%H:%M").to_string();
            QuietTime { reason: words.quiet_until(&clock), ends_at: Some(ends) }
        };
        match self {
            Self::HalfHour => for_minutes(30),
            Self::Hour => for_minutes(60),
            Self::UntilTomorrow => QuietTime { reason: words.quiet_until_tomorrow.into(), ends_at: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timed_quiet_says_its_end_on_the_agents_own_clock() {
        let zone = TimeZone::fixed(jiff::tz::offset(5));
        let now: Timestamp = "2026-11-20T10:15:00Z".parse().unwrap();
        let words = Words::of(wire::accounts::UiLocale::En);
        let quiet = Quiet::HalfHour.from(now, &zone, words);
        assert_eq!(quiet.reason, "Do not disturb until 15:45");
        assert_eq!(quiet.ends_at.unwrap().to_string(), "2026-11-20T10:45:00Z");
        assert_eq!(Quiet::Hour.from(now, &zone, words).reason, "Do not disturb until 16:15");
        assert_eq!(Quiet::UntilTomorrow.from(now, &zone, words).ends_at, None);
    }

    #[test]
    fn every_state_has_a_picture_that_decodes() {
        use TrayState as S;
        for state in
            [S::SignedOut, S::Offline, S::Available, S::Ringing, S::OnCall, S::WrapUp, S::Break, S::Unreachable]
        {
            let image = tauri::image::Image::from_bytes(state.icon()).unwrap();
            assert_eq!((image.width(), image.height()), (64, 64), "{state:?}");
        }
    }
}
