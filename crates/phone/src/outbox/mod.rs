//! Notes and dispositions that were made while the server could not be reached, kept in a file and sent once, in order.

mod log;
mod sender;
mod verdict;

pub use log::{Entry, Log, OutboxError};
pub use sender::Outbox;
pub use verdict::{Verdict, verdict};
