//! The server's own keys: made at the first start, kept in `keys.toml` in the data folder, readable by its owner only.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use domain::pii::Personal;
use rand::Rng;
use serde::{Deserialize, Serialize};
use storage::Keyring;

pub(crate) const FILE: &str = "keys.toml";

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("the keys file {path} cannot be used: {problem}", path = .path.display())]
    Unusable { path: PathBuf, problem: String },
    #[error("the keys file {path} is missing, and the database holds data that only its keys can read: restore the file from the backup", path = .path.display())]
    Missing { path: PathBuf },
    #[error("the keys in {path} are not those that the data in the database was sealed with: restore the right file from the backup", path = .path.display())]
    Foreign { path: PathBuf },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysFile {
    /// Seals personal data at rest. Without it the database cannot be read: back it up, apart from the database.
    sealing: Personal<String>,
    /// Signs access tokens and links.
    signing: Personal<String>,
}

pub(crate) struct Keys {
    pub(crate) sealing: Keyring,
    pub(crate) signing: Vec<u8>,
}

/// Puts a fresh sealing key in front of those of the data folder; the answer is its id. A server takes it up at its next
/// start and then moves what is stored to it.
///
/// # Errors
/// [`KeysError`]; without a keys file there is nothing to rotate.
pub fn rotate(data_dir: &Path) -> Result<String, KeysError> {
    let path = data_dir.join(FILE);
    let unusable = |problem: String| KeysError::Unusable { path: path.clone(), problem };
    let mut file = KeysFile::read(&path)?.ok_or_else(|| unusable("there is none".to_owned()))?;
    let sealing = file.keys(&path)?.sealing;
    let number = sealing.current_id().trim_start_matches('k').parse::<u32>().unwrap_or(1);
    let next = format!("k{}", number + 1);
    file.sealing = sealing.rotated(&next).map_err(|error| unusable(error.to_string()))?.to_text();
    file.write(&path)?;
    Ok(next)
}

impl KeysFile {
    pub(crate) fn generate() -> Self {
        Self { sealing: Keyring::generate().to_text(), signing: Personal::new(random_hex(32)) }
    }

    pub(crate) fn read(path: &Path) -> Result<Option<Self>, KeysError> {
        let unusable = |problem: String| KeysError::Unusable { path: path.to_owned(), problem };
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map(Some).map_err(|error| unusable(error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable(error.to_string())),
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), KeysError> {
        let unusable = |problem: String| KeysError::Unusable { path: path.to_owned(), problem };
        let text = toml::to_string(self).map_err(|error| unusable(error.to_string()))?;
        write_private(path, &text).map_err(|error| unusable(error.to_string()))
    }

    pub(crate) fn keys(&self, path: &Path) -> Result<Keys, KeysError> {
        let unusable = |problem: String| KeysError::Unusable { path: path.to_owned(), problem };
        let sealing = Keyring::parse(self.sealing.reveal()).map_err(|error| unusable(error.to_string()))?;
        let signing = self.signing.reveal().as_bytes().to_vec();
        if signing.len() < 32 {
            return Err(unusable("the signing key has fewer than 32 characters".to_owned()));
        }
        Ok(Keys { sealing, signing })
    }
}

/// So many random bytes, two digits each.
pub(crate) fn random_hex(bytes: usize) -> String {
    let mut bytes = vec![0_u8; bytes];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Written beside and renamed, so that a crash leaves no half file.
pub(crate) fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(beside, path)
}
