//! Sign-in, refresh, sign-out.

pub mod cookie;
pub mod refresh;
pub mod sign_in;
pub mod sign_out;
