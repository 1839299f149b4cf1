//! The product from outside: one program, so that it is linked once.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod accounts;
mod architecture;
mod bad_input;
mod claims;
mod commands;
mod crash;
mod cut_off;
mod device_check;
mod disk_full;
mod do_not_call;
mod every_endpoint;
mod exotel;
mod first_call;
mod garbage;
mod imports;
mod intake;
mod lead_pages;
mod lead_sets;
mod lead_webhook;
mod load;
mod offers;
mod outage;
mod queue;
mod readers;
mod recordings;
mod settings;
mod sip;
mod sole;
mod sound_socket;
mod voicemail;
mod walls;
mod webhooks;
mod worklist;
mod wrap_up;
