//! SIP: session descriptions, digest authentication, what may pass as a message, and the signalling itself.
//!
//! [`sdp`], [`digest`], [`message`], [`reliable`], [`timer`], [`srv`] and [`target`] are pure. [`Endpoint`] drives the library that carries
//! transactions and dialogs; nothing outside this crate names it, so that another can take its place.
//!
//! Non-goals: who may call whom, what becomes of a call, and sound.

pub mod digest;
mod endpoint;
pub mod message;
pub mod reliable;
pub mod sdp;
pub mod srv;
pub mod target;
pub mod timer;

pub use endpoint::{
    Account, Admitted, Answered, CallKey, Denied, Endpoint, Enrolment, Event, Identity, Invitation, Knock, Listen,
    OutgoingCall, Referral, Register, Registered, Reoffer, Replaced, SipFault, StartError, TlsFiles,
};
