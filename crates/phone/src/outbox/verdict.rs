use std::time::Duration;

use wire::error::ErrorCode;

/// What an attempt to send an entry came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Done,
    /// Try again later, after at least this long.
    Later(Duration),
    /// It will never be taken: set it aside and say so.
    Refused,
}

/// Decides by the HTTP status and, where there is one, the error code and the asked-for wait. 401 and 403 are not the
/// same: a lost sign-in comes back, a missing right does not.
pub fn verdict(status: u16, code: Option<ErrorCode>, retry_after: Option<Duration>) -> Verdict {
    match status {
        200..=299 => Verdict::Done,
        401 | 408 | 429 => Verdict::Later(retry_after.unwrap_or(Duration::ZERO)),
        // The key is known with another body: the first one was taken, and nothing can be added under this key.
        400..=499 => match code {
            // An earlier try of ours is still under way: its answer comes to the next one.
            Some(ErrorCode::Unavailable | ErrorCode::InProgress) => {
                Verdict::Later(retry_after.unwrap_or(Duration::ZERO))
            }
            _ => Verdict::Refused,
        },
        _ => Verdict::Later(Duration::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_final_no_sets_an_entry_aside() {
        for status in [400, 403, 404, 409, 410, 413, 422] {
            assert_eq!(verdict(status, None, None), Verdict::Refused, "{status}");
        }
        for status in [401, 408, 429, 500, 502, 503, 301] {
            assert!(matches!(verdict(status, None, None), Verdict::Later(_)), "{status}");
        }
        for status in [200, 201, 204] {
            assert_eq!(verdict(status, None, None), Verdict::Done);
        }
        let wait = Duration::from_secs(1);
        assert_eq!(verdict(409, Some(ErrorCode::InProgress), Some(wait)), Verdict::Later(wait));
        assert_eq!(verdict(409, Some(ErrorCode::Conflict), Some(wait)), Verdict::Refused);
        let wait = Duration::from_secs(7);
        assert_eq!(verdict(429, Some(ErrorCode::TooManyTries), Some(wait)), Verdict::Later(wait));
    }
}
