//! Where finished recordings are kept: a local folder, or a bucket that speaks the S3 protocol.
//!
//! A recording is stored under its date and id, read back, and only then counts as stored. An upload that was cut off
//! by a crash goes on where it stopped, or starts again; it never leaves half an object under the key.

mod errors;
mod folder;
mod key;
mod s3;

use std::{ops::Range, path::Path, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use url::Url;

pub use errors::StoreError;
pub use folder::FolderSettings;
pub use key::{InvalidKey, RecordingKey};
pub use s3::S3Settings;

/// Which store to use.
#[derive(Debug, Clone)]
pub enum StoreSettings {
    Folder(FolderSettings),
    S3(S3Settings),
}

/// Length and content of a stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

#[derive(Debug)]
enum Backend {
    Folder(folder::Folder),
    S3(Box<s3::Bucket>),
}

#[derive(Debug)]
pub struct RecordingStore {
    backend: Backend,
}

impl RecordingStore {
    /// Makes the folder when it is missing. A bucket is not contacted: see [`Self::test`].
    pub fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let backend = match settings {
            StoreSettings::Folder(settings) => Backend::Folder(folder::Folder::open(settings)?),
            StoreSettings::S3(settings) => Backend::S3(Box::new(s3::Bucket::open(settings)?)),
        };
        Ok(Self { backend })
    }

    /// Stores a finished file, streamed. The state of a long upload is kept beside it as `<file>.upload.json`, so
    /// that calling this again after a crash sends only what is missing. Gives what was read from the file.
    pub async fn put_file(&self, key: &RecordingKey, source: &Path) -> Result<Stored, StoreError> {
        match &self.backend {
            Backend::Folder(folder) => folder.put_file(key, source).await,
            Backend::S3(bucket) => bucket.put_file(key, source).await,
        }
    }

    /// Length in bytes.
    pub async fn head(&self, key: &RecordingKey) -> Result<u64, StoreError> {
        let meta = self.objects().head(&key.path()).await.map_err(|error| errors::from_object_store(key, error))?;
        Ok(meta.size)
    }

    /// Reads the whole object and gives its length and hash.
    pub async fn read_back(&self, key: &RecordingKey) -> Result<Stored, StoreError> {
        let mut stream = Box::pin(self.read(key, None).await?);
        let mut hash = Sha256::new();
        let mut bytes = 0;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            bytes += chunk.len() as u64;
            hash.update(&chunk);
        }
        Ok(Stored { bytes, sha256: hex::encode(hash.finalize()) })
    }

    /// Stores and reads back; an error unless what is stored is what was sent.
    pub async fn put_and_verify(&self, key: &RecordingKey, source: &Path) -> Result<Stored, StoreError> {
        let sent = self.put_file(key, source).await?;
        let stored = self.read_back(key).await?;
        if stored == sent { Ok(stored) } else { Err(StoreError::Damaged { sent, stored }) }
    }

    /// The object or a range of its bytes, in pieces.
    pub async fn read(
        &self,
        key: &RecordingKey,
        range: Option<Range<u64>>,
    ) -> Result<impl Stream<Item = Result<Bytes, StoreError>> + Send + use<>, StoreError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let result = self
            .objects()
            .get_opts(&key.path(), options)
            .await
            .map_err(|error| errors::from_object_store(key, error))?;
        let key = key.clone();
        Ok(result.into_stream().map_err(move |error| errors::from_object_store(&key, error)))
    }

    /// An object that is gone already is a success.
    pub async fn delete(&self, key: &RecordingKey) -> Result<(), StoreError> {
        let deleted = self.objects().delete(&key.path()).await;
        match deleted.map_err(|error| errors::from_object_store(key, error)) {
            Err(StoreError::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// A URL that serves the object to whoever has it until `valid_for` is over (a week at most). `None` for a folder,
    /// which has no address of its own.
    pub async fn signed_url(&self, key: &RecordingKey, valid_for: Duration) -> Result<Option<Url>, StoreError> {
        match &self.backend {
            Backend::Folder(_) => Ok(None),
            Backend::S3(bucket) => bucket.signed_url(key, valid_for).await.map(Some),
        }
    }

    /// Stores, reads and deletes a small object: proves address, bucket, keys and rights.
    pub async fn test(&self) -> Result<(), StoreError> {
        let key = RecordingKey::for_test();
        let payload = Bytes::from_static(b"Switchboard storage test. This object may be deleted.");
        let as_error = |error| errors::from_object_store(&key, error);
        self.objects().put(&key.path(), payload.clone().into()).await.map_err(as_error)?;
        let stored = self.read_back(&key).await?;
        self.delete(&key).await?;
        let sent = Stored { bytes: payload.len() as u64, sha256: hex::encode(Sha256::digest(&payload)) };
        if stored == sent { Ok(()) } else { Err(StoreError::Damaged { sent, stored }) }
    }

    fn objects(&self) -> &dyn ObjectStore {
        match &self.backend {
            Backend::Folder(folder) => folder.objects(),
            Backend::S3(bucket) => bucket.objects(),
        }
    }
}
