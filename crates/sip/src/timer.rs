//! Session timers (RFC 4028): a call whose other end has gone without a word is noticed. Pure.

use std::time::Duration;

/// The least that anybody has to accept (section 4).
pub const LEAST_S: u32 = 90;
/// The longest that we wait for a sign of life.
const MOST_S: u32 = 24 * 3_600;
/// What we ask for (section 4 recommends half an hour).
pub const OURS_S: u32 = 1_800;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refresher {
    Us,
    Them,
}

/// What was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionTimer {
    pub interval_s: u32,
    pub refresher: Refresher,
}

/// What is to be done when the time comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    Refresh,
    HangUp,
}

impl SessionTimer {
    /// What comes next, so long after the last refresh (section 10): we refresh at half of the time; when they do not, the call
    /// is over a little before its time, a third of it and at most 32 s.
    pub fn due(self) -> (Duration, Due) {
        let whole = Duration::from_secs(self.interval_s.into());
        match self.refresher {
            Refresher::Us => (whole / 2, Due::Refresh),
            Refresher::Them => (whole - (whole / 3).min(Duration::from_secs(32)), Due::HangUp),
        }
    }
}

/// The value of a `Session-Expires` header: seconds, and who refreshes as its sender says (`uac`, `uas`).
pub fn read(value: &str) -> Option<(u32, Option<bool>)> {
    let mut parts = value.split(';');
    let seconds = parts.next()?.trim().parse().ok()?;
    let refresher = parts.find_map(|part| match part.trim().to_ascii_lowercase().as_str() {
        "refresher=uac" => Some(true),
        "refresher=uas" => Some(false),
        _ => None,
    });
    Some((seconds, refresher))
}

/// What we answer to an INVITE's wish, and what then holds. `None`: no timer is wished for. The error is the least that we
/// take, for a 422.
///
/// # Errors
/// The interval is below [`LEAST_S`].
pub fn answer(asked: Option<&str>, knows_timers: bool) -> Result<Option<(String, SessionTimer)>, u32> {
    let Some((seconds, caller_refreshes)) = asked.and_then(read) else { return Ok(None) };
    if seconds < LEAST_S {
        return Err(LEAST_S);
    }
    // Who does not know timers cannot refresh (section 9, table 2).
    let them = knows_timers && caller_refreshes != Some(false);
    let refresher = if them { Refresher::Them } else { Refresher::Us };
    let name = if them { "uac" } else { "uas" };
    Ok(Some((format!("{seconds};refresher={name}"), SessionTimer { interval_s: seconds, refresher })))
}

/// The interval that we ask for after a refusal of [`OURS_S`], by its status and the value of its `Min-SE` (section 7.4).
pub fn longer(status: u16, least: &str) -> Option<u32> {
    let least = least.split(';').next()?.trim().parse().ok()?;
    (status == 422 && (OURS_S + 1..=MOST_S).contains(&least)).then_some(least)
}

/// What holds after the other side's 2xx to our INVITE.
pub fn accepted(answered: Option<&str>) -> Option<SessionTimer> {
    let (interval_s, caller_refreshes) = answered.and_then(read)?;
    let refresher = if caller_refreshes == Some(false) { Refresher::Them } else { Refresher::Us };
    (interval_s > 0).then_some(SessionTimer { interval_s, refresher })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_refreshes_if_it_can() {
        let (text, timer) = answer(Some("1800"), true).unwrap().unwrap();
        assert_eq!((text.as_str(), timer.refresher), ("1800;refresher=uac", Refresher::Them));
        assert_eq!(timer.due(), (Duration::from_secs(1_768), Due::HangUp));
        let (text, timer) = answer(Some("600;refresher=uas"), true).unwrap().unwrap();
        assert_eq!((text.as_str(), timer.due()), ("600;refresher=uas", (Duration::from_secs(300), Due::Refresh)));
        assert_eq!(answer(Some("1800;refresher=uac"), false).unwrap().unwrap().1.refresher, Refresher::Us);
    }

    #[test]
    fn too_short_is_refused_and_none_is_none() {
        assert_eq!(answer(Some("60"), true), Err(90));
        for none in [None, Some(""), Some("soon")] {
            assert_eq!(answer(none, true), Ok(None));
        }
    }

    #[test]
    fn a_longer_interval_is_asked_for_when_it_is_one() {
        assert_eq!(longer(422, "3600"), Some(3_600));
        assert_eq!(longer(422, "7200;refresher=uac"), Some(7_200));
        for (status, least) in [(422, "90"), (422, "1800"), (422, "soon"), (422, "999999999"), (488, "3600")] {
            assert_eq!(longer(status, least), None, "{status} {least}");
        }
    }

    #[test]
    fn our_own_wish_is_what_the_answer_makes_of_it() {
        assert_eq!(accepted(None), None);
        assert_eq!(accepted(Some("1800;refresher=uas")).unwrap().refresher, Refresher::Them);
        assert_eq!(accepted(Some("1800")).unwrap().due(), (Duration::from_secs(900), Due::Refresh));
        // A third of a short time is less than 32 s.
        let short = SessionTimer { interval_s: 90, refresher: Refresher::Them };
        assert_eq!(short.due().0, Duration::from_secs(60));
    }
}
