//! How long a request waits before it is made again, when the carrier asked to come back later.

use std::time::Duration;

/// In all, with the first.
const MOST_TRIES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// All pauses of one request together. A longer one is for whoever asked to plan.
const MOST_WAITED: Duration = Duration::from_secs(5);

/// One request and what it has waited for so far.
#[derive(Debug, Default)]
pub struct Tries {
    made: u32,
    waited: Duration,
}

impl Tries {
    /// The pause after an answer that asks to come back later; `None` when it was the last.
    ///
    /// `named` is the answer's `Retry-After`, which is waited for in full. `jitter`, of 0 to 255, adds up to half of the usual
    /// pause, so that clients that were refused together do not come back together.
    pub fn pause(&mut self, named: Option<Duration>, jitter: u8) -> Option<Duration> {
        self.made += 1;
        if self.made >= MOST_TRIES {
            return None;
        }
        let usual = FIRST_PAUSE * 2_u32.pow(self.made - 1);
        let pause = named.unwrap_or(usual) + usual * u32::from(jitter) / 512;
        self.waited += pause;
        (self.waited <= MOST_WAITED).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(named: Option<Duration>, jitter: u8) -> Vec<u64> {
        let mut tries = Tries::default();
        std::iter::from_fn(|| tries.pause(named, jitter))
            .map(|pause| u64::try_from(pause.as_millis()).unwrap())
            .collect()
    }

    #[test]
    fn pauses_double_and_end() {
        assert_eq!(pauses(None, 0), [200, 400, 800]);
        assert_eq!(pauses(None, 255), [299, 599, 1198]);
    }

    #[test]
    fn what_the_server_names_is_waited_for_in_full() {
        assert_eq!(pauses(Some(Duration::from_secs(2)), 0), [2000, 2000]);
        assert!(pauses(Some(Duration::from_secs(2)), 128)[0] > 2000);
        assert_eq!(pauses(Some(Duration::ZERO), 0), [0, 0, 0]);
    }

    #[test]
    fn a_long_pause_is_not_waited_for_here() {
        assert!(pauses(Some(Duration::from_secs(6)), 0).is_empty());
        assert_eq!(pauses(Some(Duration::from_secs(5)), 0), [5000]);
    }
}
