//! Calls.

pub mod accept_proposal;
pub mod answer;
pub mod cancel_transfer;
pub mod decline;
pub mod digits;
pub mod dispositions;
pub mod extend_wrap_up;
pub mod get;
pub mod hang_up;
pub mod hold;
pub mod intelligence;
pub mod leave_voicemail;
pub mod list;
pub mod live;
pub mod monitor;
pub mod pause_recording;
pub mod place;
pub mod preview_disposition;
pub mod reprocess;
pub mod resume;
pub mod resume_recording;
pub mod save_disposition;
pub mod save_notes;
pub mod script;
pub mod sound;
pub mod transfer;
