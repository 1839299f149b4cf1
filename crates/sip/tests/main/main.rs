//! SIP from outside: what comes in, against what the RFCs say of it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod caller;
mod challenged;
mod foreign_bytes;
mod reliable;
mod torture;
