//! What handlers take from a request, with refusals that name the field and what is expected.

mod actor;
mod body;
mod client_address;
mod id;
mod query;

pub use self::actor::SignedIn;
pub use actor::bearer_token;
pub use body::Body;
pub use client_address::ClientAddress;
pub use id::{Id, Ids};
pub use query::Params;
