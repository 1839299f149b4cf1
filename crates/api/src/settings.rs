//! Carrier, storage and engines.

pub mod get_calling_hours;
pub mod get_carrier;
pub mod get_dialing;
pub mod get_engines;
pub mod get_exotel;
pub mod get_hand_out;
pub mod get_lead_webhook;
pub mod get_sip;
pub mod get_storage;
pub mod put_calling_hours;
pub mod put_carrier;
pub mod put_dialing;
pub mod put_engines;
pub mod put_exotel;
pub mod put_hand_out;
pub mod put_lead_webhook;
pub mod put_sip;
pub mod put_storage;
pub mod test_carrier;
pub mod test_engines;
pub mod test_exotel;
pub mod test_storage;
pub mod test_trunk;
