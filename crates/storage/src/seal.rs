//! Personal data and secrets at rest: sealed columns, and keyed hashes to find them by.

mod column;
mod keyring;
mod reseal;
mod row;
mod search;

pub(crate) use column::Column;
pub use keyring::{InvalidKeys, Keyring, SealKey};
pub use reseal::{ResealProgress, reseal};
pub(crate) use search::{
    HashOf, Subject, add_note_terms, add_terms, forget_terms, note_terms, number_terms, query_terms, words, write_terms,
};
