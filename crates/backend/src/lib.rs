//! The use-cases of the call centre, shared by the desktop app's built-in server and the `switchboard` server.
//!
//! Decisions live in `domain`; the modules here carry them out: they read the clock, the store, the bridge and the
//! carriers, feed what happened to the decisions, and do what these ask for. Use-cases take and return `wire` types.

mod accounts;
mod actor;
mod agents;
mod assignment;
mod audit;
pub mod auth;
mod call_sound;
mod calls;
mod campaigns;
mod carriers;
pub mod clock;
mod context;
mod costs;
mod device_checks;
mod device_sound;
mod devices;
mod do_not_call;
pub mod error;
mod history;
mod housekeeping;
mod idempotency;
mod imports;
mod intake;
mod intelligence;
mod jobs;
mod lead_sets;
mod lead_webhook;
mod leads;
pub mod live;
mod mac;
mod media_sessions;
mod number_masking;
mod numbers;
mod outage;
mod paging;
pub mod past;
mod presence;
mod queues;
mod recordings;
mod relays;
mod settings;
mod sip;
mod snapshot;
mod tasks;
mod voicemail;
mod webhooks;
mod worklist;
mod wrap_up;

pub use accounts::{AddTo, ByHand, add_user_by_hand};
pub use actor::Actor;
pub use bridge::{SoundSocket, Verdict};
pub use calls::CarrierStream;
pub use context::{Backend, Options, Parts};
pub use idempotency::Idempotent;
pub use imports::{FileByHand, HandImport, HandProgress, import_by_hand};
pub use intake::HandedIn;
pub use intelligence::analyse_transcript;
pub use presence::PhonePresence;
pub use recordings::RecordingAudio;
pub use relays::{RelayAccess, RelayOptions};
pub use settings::check_recording_store;
pub use sip::SipOptions;
pub use webhooks::{ExotelRequest, WebhookAnswer, WebhookRequest};
