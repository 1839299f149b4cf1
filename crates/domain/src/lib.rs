//! Ids, people, phone numbers and the decisions of the call centre.
//!
//! Everything here is pure: no I/O, no async, no clock, no randomness. Time and randomness come in as arguments,
//! so each rule can be tested on simulated time, replayed from the log, and explained.

pub mod agent_state;
pub mod assignment;
pub mod call;
pub mod caller_id;
pub mod carrier_copy;
pub mod consent;
pub mod crm;
pub mod device_check;
pub mod dialable;
pub mod dispositions;
pub mod do_not_call;
pub mod follow_up;
pub mod ids;
pub mod imports;
pub mod intake;
pub mod intelligence;
pub mod lead_files;
pub mod lead_merge;
pub mod lead_sets;
pub mod leads;
pub mod masking;
pub mod number_masking;
pub mod number_route;
pub mod opt_out;
pub mod phone_number;
pub mod pii;
pub mod reach;
pub mod role;
pub mod routing;
pub mod sound;
pub mod time;
pub mod trunk;
pub mod windows;
pub mod worklist;
pub mod zone;
