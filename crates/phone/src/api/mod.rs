//! Requests to the server, with the tokens that go with them.

mod client;
mod error;
mod kept;

pub use client::{ApiClient, ApiResponse, Method};
pub use error::RequestError;
