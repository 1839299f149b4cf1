//! A refresh token for the next, also when the answer is lost on its way: `docs/decisions/0009-lost-refresh.md`.

use domain::pii::Personal;
use hmac::Mac;
use storage::{
    TenantScope,
    sessions::{Exchange, Rotation},
};
use wire::accounts::SignedIn;

use super::sign_in::{SESSION_LIFE, new_refresh_token};
use crate::{Backend, clock, error::BackendError, mac::keyed};

/// Bounds of an attempt's id, in characters.
const ATTEMPT: std::ops::RangeInclusive<usize> = 16..=64;

/// The token behind `token` for this attempt: the same each time, and only this server can make it.
fn successor(key: &[u8], token: &Personal<String>, attempt: &Personal<String>) -> Personal<String> {
    let mut mac = keyed(key);
    mac.update(b"refresh-successor:");
    for part in [token, attempt] {
        // With its length, so that no two pairs are one text.
        mac.update(&(part.reveal().len() as u64).to_be_bytes());
        mac.update(part.reveal().as_bytes());
    }
    Personal::new(hex::encode(mac.finalize().into_bytes()))
}

impl Backend {
    /// `attempt`: made by the client before it sends `token` for the first time, and sent with each repeat.
    ///
    /// # Errors
    /// `TokenReused` when the token was used before, and not by this attempt, or its successor was used too: the sign-in is
    /// ended. `NotSignedIn` when there is no such sign-in any more.
    pub async fn refresh(
        &self,
        token: Personal<String>,
        attempt: Option<Personal<String>>,
    ) -> Result<SignedIn, BackendError> {
        if attempt.as_ref().is_some_and(|attempt| !ATTEMPT.contains(&attempt.reveal().chars().count())) {
            return Err(BackendError::field("attempt", "expected 16 to 64 characters"));
        }
        let now = clock::now();
        let next = match &attempt {
            Some(attempt) => successor(self.secret(), &token, attempt),
            None => new_refresh_token(),
        };
        let exchange = Exchange { token: &token, attempt: attempt.as_ref(), next: &next };
        match storage::sessions::rotate(self.store(), exchange, now, now.plus(SESSION_LIFE)).await? {
            Rotation::Rotated(owner) | Rotation::Repeated(owner) => {
                let scope = TenantScope::authenticated(owner.tenant);
                let user = storage::users::get(self.store(), scope, owner.user).await?.filter(|user| user.active);
                let tenant = storage::tenants::get(self.store(), scope).await?;
                let (Some(user), Some(tenant)) = (user, tenant) else { return Err(BackendError::NotSignedIn) };
                self.signed_in(user, tenant, owner.session, next)
            }
            Rotation::Reused(owner) => {
                tracing::warn!(user = %owner.user, session = %owner.session, "a refresh token was used twice");
                self.sign_in_ended(owner.session).await;
                Err(BackendError::TokenReused)
            }
            Rotation::Ended(_) | Rotation::Unknown => Err(BackendError::NotSignedIn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &[u8], token: &str, attempt: &str) -> String {
        successor(key, &Personal::new(token.to_owned()), &Personal::new(attempt.to_owned())).into_inner()
    }

    #[test]
    fn a_successor_is_the_same_for_the_same_attempt_only() {
        let one = of(b"key", "token", "attempt");
        assert_eq!(one, of(b"key", "token", "attempt"));
        assert_eq!(one.len(), 64);
        for other in [of(b"yek", "token", "attempt"), of(b"key", "tokena", "ttempt"), of(b"key", "token", "attempts")] {
            assert_ne!(one, other);
        }
    }
}
