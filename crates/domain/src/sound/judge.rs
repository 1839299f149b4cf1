//! From signs to a cause that is shown. What comes and goes within a few seconds is not shown, and what is shown stays
//! until it has been gone for a while, so that words on a screen can be read.

use super::{
    Second,
    cause::{Cause, Sign, signs},
};

/// A cause is shown from this weight on.
const SHOWN_FROM: u8 = 6;
/// No cause weighs more: it is gone after eight seconds without a sign.
const MOST: u8 = 8;

/// Weighs the causes over the seconds of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Judge {
    weights: [u8; Cause::ALL.len()],
    shown: [bool; Cause::ALL.len()],
}

impl Judge {
    /// Takes one second; answers what is most likely wrong.
    pub fn take(&mut self, second: &Second) -> Option<Cause> {
        for ((weight, shown), sign) in self.weights.iter_mut().zip(&mut self.shown).zip(signs(second)) {
            *weight = match sign {
                Sign::Unknown => *weight,
                Sign::Absent => weight.saturating_sub(1),
                Sign::Slight => weight.saturating_add(1),
                Sign::Present => weight.saturating_add(2),
                Sign::Severe => weight.saturating_add(3),
            }
            .min(MOST);
            *shown = if *shown { *weight > 0 } else { *weight >= SHOWN_FROM };
        }
        self.cause()
    }

    /// What was shown last.
    pub fn cause(&self) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| self.shown[cause.index()])
    }
}
