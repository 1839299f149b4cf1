//! What a final answer of SIP means for a call.

use crate::call::DialFailure;

/// How an outgoing call came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Outcome {
    pub failure: DialFailure,
    /// The trunk could not do it; nothing is said about the person.
    pub of_trunk: bool,
}

/// RFC 3261 section 21, RFC 3398 section 8.2.6.1. 408 and 503 are also the word for no answer at all.
pub const fn outcome(status: u16) -> Outcome {
    let (failure, of_trunk) = match status {
        486 | 600 | 603 => (DialFailure::Busy, false),
        408 | 480 | 487 => (DialFailure::NoAnswer, false),
        404 | 410 | 484 | 604 => (DialFailure::Failed, false),
        401 | 403 | 407 | 500..=599 => (DialFailure::Failed, true),
        _ => (DialFailure::Failed, false),
    };
    Outcome { failure, of_trunk }
}

/// Whether the next trunk is tried. Never after it has rung somewhere: somebody would be called twice.
pub const fn tries_next(status: u16, progressed: bool) -> bool {
    !progressed && (outcome(status).of_trunk || status == 408)
}

/// Whether the trunk's next server is tried: this one did not answer, or said that it cannot (RFC 3263 section 4.3).
pub const fn tries_next_server(status: u16, progressed: bool) -> bool {
    !progressed && matches!(status, 408 | 503)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_is_busy_is_not_called_through_another_trunk() {
        for status in [486, 600, 603, 404, 480, 487] {
            assert!(!tries_next(status, false), "{status}");
        }
        for status in [503, 500, 502, 403, 408, 401] {
            assert!(tries_next(status, false), "{status}");
            assert!(!tries_next(status, true), "{status} after it rang");
        }
        assert!(tries_next_server(503, false) && tries_next_server(408, false));
        assert!(!tries_next_server(503, true) && !tries_next_server(500, false) && !tries_next_server(403, false));
        assert_eq!(outcome(486).failure, DialFailure::Busy);
        assert_eq!(outcome(408).failure, DialFailure::NoAnswer);
        assert_eq!(outcome(699).failure, DialFailure::Failed);
    }
}
