//! Password hashes: Argon2id with the parameters of OWASP's cheat sheet (19 MiB, 2 passes, 1 lane), in PHC text form.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::pii::Personal;
use tokio::sync::Semaphore;

use crate::error::BackendError;

const MEMORY_KIB: u32 = 19 * 1024;
/// More at once would only wait for the processor, with 19 MiB each.
const AT_ONCE: usize = 4;
static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

async fn off_the_executor<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackendError> + Send + 'static,
) -> Result<T, BackendError> {
    let _turn = TURNS.acquire().await.map_err(|error| BackendError::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| BackendError::Internal(error.to_string()))?
}

/// Hashes on a thread of its own: it takes tens of milliseconds by design.
pub async fn hash_password(password: Personal<String>) -> Result<String, BackendError> {
    off_the_executor(move || {
        let hash = hasher()
            .hash_password(password.reveal().as_bytes())
            .map_err(|error| BackendError::Internal(error.to_string()))?;
        Ok(hash.to_string())
    })
    .await
}

/// With `hash` absent (no such account) the same work is done, so that the answer takes as long.
pub async fn verify_password(password: Personal<String>, hash: Option<String>) -> Result<bool, BackendError> {
    off_the_executor(move || {
        let Some(hash) = hash else {
            drop(hasher().hash_password(password.reveal().as_bytes()));
            return Ok(false);
        };
        let parsed = argon2::PasswordHash::new(&hash).map_err(|error| BackendError::Internal(error.to_string()))?;
        Ok(PasswordVerifier::verify_password(&hasher(), password.reveal().as_bytes(), &parsed).is_ok())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let hash = hash_password(Personal::new("correct horse battery".into())).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        for (password, hash, expected) in [
            ("correct horse battery", Some(hash.clone()), true),
            ("correct horse", Some(hash), false),
            ("correct horse battery", None, false),
        ] {
            assert_eq!(verify_password(Personal::new(password.into()), hash).await.unwrap(), expected);
        }
    }
}
