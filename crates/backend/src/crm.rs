//! Keeps leads in step with customers' CRMs: reads what has changed there, tells of what has changed here.

mod access;
mod check;
mod connectors;
mod hook;
mod problem;
mod pull;
mod push;
mod schedule;
mod state;
mod status;
mod take_in;
mod turn;

pub use hook::CrmHook;
pub(crate) use schedule::run;
pub(crate) use turn::carry_out;

/// Kind of the job: one turn of one connector.
pub(crate) const SYNC: &str = "crm_sync";
