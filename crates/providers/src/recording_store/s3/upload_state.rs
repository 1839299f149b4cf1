//! What has been sent of an upload in parts, kept beside the file so that a crash does not send it twice.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{PART_BYTES, RecordingKey, StoreError, unreadable};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    store: String,
    key: String,
    file_bytes: u64,
    part_bytes: usize,
    pub upload: String,
    /// What the server answered to each part, in order.
    pub parts: Vec<String>,
}

impl UploadState {
    pub fn new(store: &str, key: &RecordingKey, file_bytes: u64, upload: String) -> Self {
        Self {
            store: store.to_owned(),
            key: key.as_str().to_owned(),
            file_bytes,
            part_bytes: PART_BYTES,
            upload,
            parts: Vec::new(),
        }
    }

    /// `None` when there is none, it cannot be read, or it belongs to another store, key or file.
    pub async fn load(source: &Path, store: &str, key: &RecordingKey, file_bytes: u64) -> Option<Self> {
        let text = tokio::fs::read(state_path(source)).await.ok()?;
        let state: Self = serde_json::from_slice(&text).ok()?;
        let expected = Self { parts: state.parts.clone(), ..Self::new(store, key, file_bytes, state.upload.clone()) };
        (state == expected).then_some(state)
    }

    pub async fn save(&self, source: &Path) -> Result<(), StoreError> {
        let text = serde_json::to_vec(self).map_err(|error| StoreError::Failed { message: error.to_string() })?;
        let path = state_path(source);
        let fresh = path.with_extension("json.new");
        tokio::fs::write(&fresh, text).await.map_err(unreadable)?;
        tokio::fs::rename(&fresh, &path).await.map_err(unreadable)
    }

    /// A state that stays behind is harmless: the server no longer knows its upload and it is dropped then.
    pub async fn remove(source: &Path) {
        if let Err(error) = tokio::fs::remove_file(state_path(source)).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the state of a finished upload cannot be removed");
        }
    }
}

pub fn state_path(source: &Path) -> PathBuf {
    let mut name: OsString = source.as_os_str().to_owned();
    name.push(".upload.json");
    PathBuf::from(name)
}
