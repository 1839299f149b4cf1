//! The server's own keys: made at the first start, kept in `keys.toml` in the data folder, readable by its owner only.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use domain::pii::Personal;
use rand::Rng;
use serde::{Deserialize, Serialize};
use storage::Keyring;

const FILE: &str = "keys.toml";

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("the keys file {path} cannot be used: {problem}", path = .path.display())]
    Unusable { path: PathBuf, problem: String },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysFile {
    /// Seals personal data at rest. Without it the database cannot be read: back it up, apart from the database.
    sealing: Personal<String>,
    /// Signs access tokens and links.
    signing: Personal<String>,
}

pub struct Keys {
    pub sealing: Keyring,
    pub signing: Vec<u8>,
}

impl Keys {
    /// Reads the keys of a data folder, or makes them when there are none.
    pub fn load_or_make(data_dir: &Path) -> Result<Self, KeysError> {
        let path = data_dir.join(FILE);
        let unusable = |problem: String| KeysError::Unusable { path: path.clone(), problem };
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str::<KeysFile>(&text).map_err(|error| unusable(error.to_string()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let file = KeysFile { sealing: Keyring::generate().to_text(), signing: Personal::new(random_hex(32)) };
                let text = toml::to_string(&file).map_err(|error| unusable(error.to_string()))?;
                write_private(&path, &text).map_err(|error| unusable(error.to_string()))?;
                file
            }
            Err(error) => return Err(unusable(error.to_string())),
        };
        let sealing = Keyring::parse(file.sealing.reveal()).map_err(|error| unusable(error.to_string()))?;
        let signing = file.signing.reveal().as_bytes().to_vec();
        if signing.len() < 32 {
            return Err(unusable("the signing key has fewer than 32 characters".to_owned()));
        }
        Ok(Self { sealing, signing })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::load_or_make(folder.path()).unwrap();
        let second = Keys::load_or_make(folder.path()).unwrap();
        assert_eq!(first.signing, second.signing);
        assert_eq!(first.sealing.to_text(), second.sealing.to_text());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "sealing = 1").unwrap();
        assert!(Keys::load_or_make(folder.path()).is_err());
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), "sealing = 1");
    }
}
