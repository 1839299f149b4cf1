//! Where the refresh token rests: the keychain of the system, or a file only this user may read when there is none.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use domain::pii::Personal;
use keyring::{Entry, Error as KeyringError};
use phone::tokens::{FileTokens, TokenStore, TokenStoreError};
use serde::Serialize;

const SERVICE: &str = "in.switchboard.desktop";
/// A keychain that does not answer (a prompt that nobody sees, a service that hangs) must not keep anybody from working.
const PATIENCE: Duration = Duration::from_secs(4);

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

    /// Asks the keychain, from a thread of its own because it cannot be called off.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, Refused> {
        let account = self.account.clone();
        let (answer, answered) = mpsc::channel();
        thread::spawn(move || {
            // Nobody listens any more when it took too long.
            let _late = answer.send(Entry::new(SERVICE, &account).and_then(question));
        });
        match answered.recv_timeout(PATIENCE) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(KeyringError::NoEntry)) => Err(Refused::Empty),
            Ok(Err(error)) => Err(self.without_keychain(&error.to_string())),
            Err(_) => Err(self.without_keychain("it does not answer")),
        }
    }

    fn note(&self, kept_in: KeptIn) {
        *self.kept_in.lock().unwrap_or_else(PoisonError::into_inner) = kept_in;
    }

    fn without_keychain(&self, why: &str) -> Refused {
        tracing::info!(why, "no keychain; the sign-in is kept in a private file");
        self.note(KeptIn::File);
        Refused::NotThere
    }
}

enum Refused {
    Empty,
    NotThere,
}

impl TokenStore for Keychain {
    fn load(&self) -> Result<Option<Personal<String>>, TokenStoreError> {
        // A file is there only while the keychain has not taken the newest token; an older one must never be used again.
        if let Some(token) = self.fallback.load()? {
            self.note(KeptIn::File);
            return Ok(Some(token));
        }
        Ok(self.ask(|entry| entry.get_password()).ok().map(|token| {
            self.note(KeptIn::Keychain);
            Personal::new(token)
        }))
    }

    fn save(&self, token: &Personal<String>) -> Result<(), TokenStoreError> {
        let secret = token.clone();
        match self.ask(move |entry| entry.set_password(secret.reveal())) {
            Ok(()) => {
                self.note(KeptIn::Keychain);
                self.fallback.clear()
            }
            Err(Refused::Empty | Refused::NotThere) => self.fallback.save(token),
        }
    }

    fn clear(&self) -> Result<(), TokenStoreError> {
        // Logged when it fails; the server has ended the session, so that what may be left behind opens nothing.
        let _cleared = self.ask(|entry| entry.delete_credential());
        self.fallback.clear()
    }
}
