//! What keeps a stolen password or a wrong click from costing a fortune.

use serde::{Deserialize, Serialize};

use crate::phone_number::E164;

/// What a trunk may be used for. Zero is "without limit" for the three numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct Limits {
    /// Calls at once, both directions.
    pub concurrent: u32,
    /// New calls within a second, both directions.
    pub per_second: u32,
    /// Hundredths of the currency in a day of UTC; calls of the day count by `per_minute`.
    pub daily_spend: u32,
    /// What a minute of an outgoing call costs, in hundredths of the currency.
    pub per_minute: u32,
    /// Country codes and longer beginnings without `+`, such as `91` or `4420`. Empty: all.
    pub prefixes: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { concurrent: 30, per_second: 5, daily_spend: 0, per_minute: 0, prefixes: Vec::new() }
    }
}

/// What has been used of a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    pub calls_now: u32,
    /// Calls that began within the last second.
    pub begun_this_second: u32,
    /// Whole outgoing minutes begun today.
    pub minutes_today: u32,
}

/// Why a call is not made. One variant for each thing that somebody can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialRefusal {
    #[error("numbers that begin like this are not called through this trunk; an admin can allow them")]
    Prefix,
    #[error("all {0} lines of the trunk are taken")]
    Concurrent(u32),
    #[error("the trunk takes {0} new calls a second; try again in a moment")]
    TooFast(u32),
    #[error("what may be spent on this trunk in a day is spent")]
    Spent,
}

impl Limits {
    fn allows_prefix(&self, number: &E164) -> bool {
        self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| number.digits().starts_with(prefix.as_str()))
    }

    /// Whether one more call fits, whichever direction it has.
    ///
    /// # Errors
    /// [`DialRefusal::Concurrent`], [`DialRefusal::TooFast`].
    pub fn fits(&self, usage: Usage) -> Result<(), DialRefusal> {
        if self.concurrent > 0 && usage.calls_now >= self.concurrent {
            return Err(DialRefusal::Concurrent(self.concurrent));
        }
        if self.per_second > 0 && usage.begun_this_second >= self.per_second {
            return Err(DialRefusal::TooFast(self.per_second));
        }
        Ok(())
    }

    /// Spent today, in hundredths of the currency.
    pub const fn spent(&self, usage: Usage) -> u64 {
        usage.minutes_today as u64 * self.per_minute as u64
    }
}

/// Whether a number may be called through a trunk now.
///
/// # Errors
/// [`DialRefusal`].
pub fn may_dial(number: &E164, limits: &Limits, usage: Usage) -> Result<(), DialRefusal> {
    if !limits.allows_prefix(number) {
        return Err(DialRefusal::Prefix);
    }
    if limits.daily_spend > 0 && limits.spent(usage) >= u64::from(limits.daily_spend) {
        return Err(DialRefusal::Spent);
    }
    limits.fits(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> E164 {
        E164::from_carrier(text).unwrap()
    }

    #[test]
    fn each_limit_says_which_it_is() {
        let limits = Limits {
            concurrent: 2,
            per_second: 3,
            daily_spend: 500,
            per_minute: 100,
            prefixes: vec!["91".to_owned(), "4420".to_owned()],
        };
        let may = |to: &str, usage: Usage| may_dial(&number(to), &limits, usage);
        let none = Usage::default();
        assert_eq!(may("+919812300021", none), Ok(()));
        assert_eq!(may("+442079460123", none), Ok(()));
        assert_eq!(may("+441614960123", none), Err(DialRefusal::Prefix));
        assert_eq!(may("+919812300021", Usage { calls_now: 2, ..none }), Err(DialRefusal::Concurrent(2)));
        assert_eq!(may("+919812300021", Usage { begun_this_second: 3, ..none }), Err(DialRefusal::TooFast(3)));
        assert_eq!(may("+919812300021", Usage { minutes_today: 4, ..none }), Ok(()));
        assert_eq!(may("+919812300021", Usage { minutes_today: 5, ..none }), Err(DialRefusal::Spent));
    }

    #[test]
    fn nought_is_without_limit() {
        let limits = Limits { concurrent: 0, per_second: 0, ..Limits::default() };
        let busy = Usage { calls_now: 9_999, begun_this_second: 9_999, minutes_today: 9_999 };
        assert_eq!(limits.fits(busy), Ok(()));
        assert_eq!(may_dial(&number("+919812300021"), &limits, busy), Ok(()));
    }
}
