//! Where the refresh token rests: the keychain of the system, or a file only this user may read when there is none.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use domain::pii::Personal;
use keyring::{Entry, Error as KeyringError};
use phone::tokens::{FileTokens, TokenStore, TokenStoreError};
use serde::Serialize;

const SERVICE: &str = "in.switchboard.desktop";

/// Said in the session state, because a file is weaker than a keychain and the user may want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptIn {
    Keychain,
    File,
}

#[derive(Debug)]
pub struct Keychain {
    /// Which sign-in: one for each server.
    account: String,
    fallback: FileTokens,
    kept_in: Mutex<KeptIn>,
}

impl Keychain {
    /// `file` is used when the system has no keychain or refuses it.
    pub const fn new(account: String, file: PathBuf) -> Self {
        Self { account, fallback: FileTokens::new(file), kept_in: Mutex::new(KeptIn::Keychain) }
    }

    /// Where the token was found or put last.
    pub fn kept_in(&self) -> KeptIn {
        *self.kept_in.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self) -> keyring::Result<Entry> {
        Entry::new(SERVICE, &self.account)
    }

    fn note(&self, kept_in: KeptIn) {
        *self.kept_in.lock().unwrap_or_else(PoisonError::into_inner) = kept_in;
    }

    fn without_keychain(&self, error: &KeyringError) {
        tracing::info!(%error, "no keychain; the sign-in is kept in a private file");
        self.note(KeptIn::File);
    }
}

impl TokenStore for Keychain {
    fn load(&self) -> Result<Option<Personal<String>>, TokenStoreError> {
        match self.entry().and_then(|entry| entry.get_password()) {
            Ok(token) => {
                self.note(KeptIn::Keychain);
                return Ok(Some(Personal::new(token)));
            }
            Err(KeyringError::NoEntry) => {}
            Err(error) => self.without_keychain(&error),
        }
        // Also after an earlier run that had no keychain.
        let token = self.fallback.load()?;
        if token.is_some() {
            self.note(KeptIn::File);
        }
        Ok(token)
    }

    fn save(&self, token: &Personal<String>) -> Result<(), TokenStoreError> {
        match self.entry().and_then(|entry| entry.set_password(token.reveal())) {
            Ok(()) => {
                self.note(KeptIn::Keychain);
                self.fallback.clear()
            }
            Err(error) => {
                self.without_keychain(&error);
                self.fallback.save(token)
            }
        }
    }

    fn clear(&self) -> Result<(), TokenStoreError> {
        match self.entry().and_then(|entry| entry.delete_credential()) {
            Ok(()) | Err(KeyringError::NoEntry) => {}
            Err(error) => self.without_keychain(&error),
        }
        self.fallback.clear()
    }
}
