//! What carriers call.

pub mod twilio;
pub mod twilio_media;
