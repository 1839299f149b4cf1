//! Decisions about SIP trunks: how numbers are written there, who may be called through one, which is tried next, and who is
//! locked out. Pure; the driver is `backend::sip`.

mod guard;
mod joining;
mod lockout;
mod numbers;
mod outcome;
mod passing_on;

pub use guard::{DialRefusal, Limits, Usage, may_dial};
pub use joining::{Join, NotJoined, Role, Stands, join};
pub use lockout::{Lockout, Verdict};
pub use numbers::{CallerId, NumberFormat, read_number};
pub use outcome::{Outcome, outcome, tries_next, tries_next_server};
pub use passing_on::{PassingNews, PassingOn};
