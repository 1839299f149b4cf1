//! Whether the carrier's copy of a recording may go.

/// How far our own recording of the call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRecording {
    /// There is none, or it was not kept.
    None,
    /// It is being made, or is on its way into the store.
    UnderWay,
    /// It is in the store, and what was read back was what was recorded.
    Verified,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CarrierCopy {
    /// Remove it at the carrier.
    Delete,
    /// Ask again later.
    Wait,
    /// It stays: it is not wished to go, or it is the only one.
    Keep,
}

/// What becomes of a recording that the carrier has.
pub const fn carrier_copy(delete_wished: bool, own: OwnRecording, call_over: bool) -> CarrierCopy {
    match own {
        _ if !delete_wished => CarrierCopy::Keep,
        OwnRecording::Verified => CarrierCopy::Delete,
        OwnRecording::UnderWay => CarrierCopy::Wait,
        OwnRecording::None if call_over => CarrierCopy::Keep,
        OwnRecording::None => CarrierCopy::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_stored_and_read_back_lets_the_other_copy_go() {
        assert_eq!(carrier_copy(true, OwnRecording::Verified, true), CarrierCopy::Delete);
        assert_eq!(carrier_copy(true, OwnRecording::UnderWay, true), CarrierCopy::Wait);
        assert_eq!(carrier_copy(true, OwnRecording::None, false), CarrierCopy::Wait);
        assert_eq!(carrier_copy(true, OwnRecording::None, true), CarrierCopy::Keep, "it is the only one");
    }

    #[test]
    fn nothing_is_removed_that_nobody_wished_to_be() {
        for own in [OwnRecording::None, OwnRecording::UnderWay, OwnRecording::Verified] {
            assert_eq!(carrier_copy(false, own, true), CarrierCopy::Keep);
        }
    }
}
