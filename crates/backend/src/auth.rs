//! Who is asking: passwords, access tokens, sign-in throttling.

mod password;
mod throttle;
mod token;

pub use password::{hash_password, verify_password};
pub use throttle::SignInThrottle;
pub use token::{ACCESS_TOKEN_S, AccessClaims, TokenError, TokenKey};
