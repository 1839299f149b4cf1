//! The softphone engine: sign-in, live connection, sound between devices and the bridge, outbox. No user interface.
//!
//! [`Phone`] is the door. Behind it run one task per connection (live, media session, outbox), a core task that ties
//! them together, one thread for sound and one that owns the devices. Decisions are pure and live beside their drivers:
//! [`live::LivePolicy`], [`session::MediaPlan`], [`calls::CallWatch`], `devices::slot`, [`outbox::verdict`].

pub mod api;
pub mod backoff;
pub mod calls;
pub mod check;
pub mod devices;
pub mod live;
pub mod outbox;
pub mod phone;
pub mod probe;
pub mod session;
pub mod settings;
pub mod sound;
pub mod state;
pub mod tokens;

mod clock;
mod files;
mod network;

pub use api::{ApiResponse, Method, RequestError};
pub use devices::DeviceOptions;
pub use outbox::{Entry, OutboxError};
pub use phone::{AudioBackend, Phone, PhoneConfig, StartError};
pub use sound::{Microphone, SoundFigures, Speaker, VirtualAudio};
pub use state::{PhoneEvent, PhoneState};
pub use tokens::{FileTokens, MemoryTokens, TokenStore, TokenStoreError};
