//! Words: splitting a segment, levelling spelling, phrases, numbers, negation. Knows nothing about calls.

pub mod negation;
pub mod numbers;
pub mod phrase;
pub mod spelling;
pub mod tokens;
