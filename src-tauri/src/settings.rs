//! `desktop.json`: what this computer's user chose for the app itself. Everything else lives on the server.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use url::Url;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub server: ServerChoice,
    /// The user has been told that closing the window keeps the phone in the tray.
    pub close_explained: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ServerChoice {
    /// Inside this app, with its data in the app's data folder.
    #[default]
    BuiltIn,
    Remote {
        url: Url,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{path} cannot be read or written: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{path} is not valid: {source}; correct it, or remove it to start with the defaults")]
    Content { path: PathBuf, source: serde_json::Error },
}

impl Settings {
    /// The defaults when there is no file yet.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|source| SettingsError::Content { path: path.to_owned(), source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(SettingsError::File { path: path.to_owned(), source }),
        }
    }

    /// Whole or not at all: written beside, then renamed over the old file.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        let failed = |source| SettingsError::File { path: path.to_owned(), source };
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        let beside = path.with_extension("json.new");
        let mut file = fs::File::create(&beside).map_err(failed)?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&beside, path).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_file_the_built_in_server_is_used() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(&dir.path().join("desktop.json")).unwrap(), Settings::default());
    }

    #[test]
    fn what_was_saved_is_loaded_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("desktop.json");
        let settings = Settings {
            server: ServerChoice::Remote { url: "https://desk.example".parse().unwrap() },
            close_explained: true,
        };
        settings.save(&path).unwrap();
        assert_eq!(Settings::load(&path).unwrap(), settings);
    }

    #[test]
    fn a_damaged_file_is_named_and_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("desktop.json");
        fs::write(&path, "{\"server\":").unwrap();
        let error = Settings::load(&path).unwrap_err();
        assert!(matches!(error, SettingsError::Content { .. }));
        assert!(error.to_string().contains("desktop.json"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"server\":");
    }
}
