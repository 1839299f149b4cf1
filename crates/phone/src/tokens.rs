//! Where the refresh token is kept between runs.

use std::{io, path::PathBuf, sync::Mutex};

use domain::pii::Personal;

#[derive(Debug, thiserror::Error)]
pub enum TokenStoreError {
    /// The keychain is locked or the user refused: ask again at the next sign-in.
    #[error("the token store is locked: {0}")]
    Locked(String),
    #[error("the token store failed: {0}")]
    Failed(String),
}

/// Keeps one text, the refresh token and what belongs to it. Calls may block and are made off the async threads.
pub trait TokenStore: Send + Sync {
    /// # Errors
    /// [`TokenStoreError`]; a store without a token answers `Ok(None)`.
    fn load(&self) -> Result<Option<Personal<String>>, TokenStoreError>;

    /// # Errors
    /// [`TokenStoreError`].
    fn save(&self, token: &Personal<String>) -> Result<(), TokenStoreError>;

    /// # Errors
    /// [`TokenStoreError`]; clearing an empty store is no error.
    fn clear(&self) -> Result<(), TokenStoreError>;
}

/// Forgets the token when the process ends.
#[derive(Debug, Default)]
pub struct MemoryTokens(Mutex<Option<Personal<String>>>);

impl MemoryTokens {
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Personal<String>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl TokenStore for MemoryTokens {
    fn load(&self) -> Result<Option<Personal<String>>, TokenStoreError> {
        Ok(self.slot().clone())
    }

    fn save(&self, token: &Personal<String>) -> Result<(), TokenStoreError> {
        *self.slot() = Some(token.clone());
        Ok(())
    }

    fn clear(&self) -> Result<(), TokenStoreError> {
        *self.slot() = None;
        Ok(())
    }
}

/// A file that only its owner can read, for machines without a keychain.
#[derive(Debug, Clone)]
pub struct FileTokens {
    path: PathBuf,
}

impl FileTokens {
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

fn failed(error: &io::Error) -> TokenStoreError {
    TokenStoreError::Failed(error.to_string())
}

impl TokenStore for FileTokens {
    fn load(&self) -> Result<Option<Personal<String>>, TokenStoreError> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) if text.trim().is_empty() => Ok(None),
            Ok(text) => Ok(Some(Personal::new(text.trim().to_owned()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    fn save(&self, token: &Personal<String>) -> Result<(), TokenStoreError> {
        crate::files::replace(&self.path, token.reveal().as_bytes()).map_err(|error| failed(&error))
    }

    fn clear(&self) -> Result<(), TokenStoreError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&error)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps_one_token(store: &dyn TokenStore) {
        assert_eq!(store.load().unwrap(), None);
        store.save(&Personal::new("first".to_owned())).unwrap();
        store.save(&Personal::new("second".to_owned())).unwrap();
        assert_eq!(store.load().unwrap().unwrap().reveal(), "second");
        store.clear().unwrap();
        store.clear().unwrap();
        assert_eq!(store.load().unwrap(), None);
    }

    #[test]
    fn both_stores_keep_the_last_token_until_it_is_cleared() {
        keeps_one_token(&MemoryTokens::default());
        let folder = tempfile::tempdir().unwrap();
        keeps_one_token(&FileTokens::new(folder.path().join("token")));
    }

    #[cfg(unix)]
    #[test]
    fn the_token_file_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        FileTokens::new(path.clone()).save(&Personal::new("secret".to_owned())).unwrap();
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
