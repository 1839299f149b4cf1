//! What carriers and CRMs call.

pub mod crm;
pub mod exotel;
pub mod exotel_media;
mod media_socket;
pub mod twilio;
pub mod twilio_media;
pub mod twilio_play;
