//! A bucket of an S3-compatible service.

mod upload_state;

use std::{path::Path, time::Duration};

use domain::pii::Personal;
use object_store::{
    ClientOptions, MultipartId, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    multipart::{MultipartStore, PartId},
    signer::Signer,
};
use sha2::{Digest, Sha256};
use tokio::{fs::File, io::AsyncReadExt};
use url::Url;

use super::{RecordingKey, StoreError, Stored, errors};
use upload_state::UploadState;

/// Files up to this size go in one request, longer ones in parts of this size (S3 wants at least 5 MiB a part).
pub const PART_BYTES: usize = 8 * 1024 * 1024;
const MAX_SIGNED: Duration = Duration::from_secs(7 * 24 * 3600);

#[derive(Debug, Clone)]
pub struct S3Settings {
    /// `None` is Amazon's own address of the region.
    pub endpoint: Option<Url>,
    pub region: String,
    pub bucket: String,
    pub access_key_id: Personal<String>,
    pub secret_access_key: Personal<String>,
    /// `https://host/bucket/key` instead of `https://bucket.host/key`: what most servers other than Amazon's want.
    pub path_style: bool,
    /// Allows a plain `http` endpoint, which shows recordings to the network: for a server on this computer.
    pub allow_http: bool,
}

#[derive(Debug)]
pub struct Bucket {
    s3: AmazonS3,
    /// Tells one store from another in the state of an upload.
    identity: String,
}

impl Bucket {
    pub fn open(settings: &S3Settings) -> Result<Self, StoreError> {
        let http = settings.endpoint.as_ref().is_some_and(|url| url.scheme() == "http");
        if http && !settings.allow_http {
            return Err(StoreError::BadSettings {
                reason: "the endpoint is http: use https, or allow http for a server on this computer".to_owned(),
            });
        }
        let retry = RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() };
        let options = ClientOptions::new()
            .with_allow_http(settings.allow_http)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_secs(120));
        let mut builder = AmazonS3Builder::new()
            .with_region(&settings.region)
            .with_bucket_name(&settings.bucket)
            .with_access_key_id(settings.access_key_id.reveal())
            .with_secret_access_key(settings.secret_access_key.reveal())
            .with_virtual_hosted_style_request(!settings.path_style)
            .with_client_options(options)
            .with_retry(retry);
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        let s3 = builder.build().map_err(|error| StoreError::BadSettings { reason: error.to_string() })?;
        let endpoint = settings.endpoint.as_ref().map_or("amazon", Url::as_str);
        Ok(Self { s3, identity: format!("{endpoint} {} {}", settings.region, settings.bucket) })
    }

    pub fn objects(&self) -> &dyn ObjectStore {
        &self.s3
    }

    pub async fn signed_url(&self, key: &RecordingKey, valid_for: Duration) -> Result<Url, StoreError> {
        self.s3
            .signed_url(http::Method::GET, &key.path(), valid_for.min(MAX_SIGNED))
            .await
            .map_err(|error| errors::from_object_store(key, error))
    }

    pub async fn put_file(&self, key: &RecordingKey, source: &Path) -> Result<Stored, StoreError> {
        let length = tokio::fs::metadata(source).await.map_err(unreadable)?.len();
        if length <= PART_BYTES as u64 {
            self.put_whole(key, source).await
        } else {
            self.put_parts(key, source, length).await
        }
    }

    async fn put_whole(&self, key: &RecordingKey, source: &Path) -> Result<Stored, StoreError> {
        let content = tokio::fs::read(source).await.map_err(unreadable)?;
        let stored = Stored { bytes: content.len() as u64, sha256: hex::encode(Sha256::digest(&content)) };
        self.s3
            .put(&key.path(), PutPayload::from(content))
            .await
            .map_err(|error| errors::from_object_store(key, error))?;
        Ok(stored)
    }

    async fn put_parts(&self, key: &RecordingKey, source: &Path, length: u64) -> Result<Stored, StoreError> {
        let resumed = UploadState::load(source, &self.identity, key, length).await;
        let was_resumed = resumed.is_some();
        let abandoned = resumed.as_ref().map(|state| state.upload.clone());
        match self.send_parts(key, source, length, resumed).await {
            // The upload was completed just before the crash, aborted, or has expired: Amazon says NoSuchUpload, other
            // servers word it in their own ways.
            Err(StoreError::NotFound { .. } | StoreError::Denied { .. } | StoreError::Failed { .. }) if was_resumed => {
                UploadState::remove(source).await;
                if let Some(upload) = abandoned {
                    self.abort(key, &upload).await;
                }
                self.send_parts(key, source, length, None).await
            }
            other => other,
        }
    }

    /// Parts of an upload that nobody goes on with cost money until they are taken away.
    async fn abort(&self, key: &RecordingKey, upload: &MultipartId) {
        match self.s3.abort_multipart(&key.path(), upload).await {
            Ok(()) => tracing::info!("an upload that is not gone on with was taken away"),
            Err(error) => tracing::info!(%error, "an upload that is not gone on with is not there any more"),
        }
    }

    /// Sends the parts that `state` does not name yet. The file is read from its start in any case, for its hash.
    async fn send_parts(
        &self,
        key: &RecordingKey,
        source: &Path,
        length: u64,
        state: Option<UploadState>,
    ) -> Result<Stored, StoreError> {
        let as_error = |error| errors::from_object_store(key, error);
        let path = key.path();
        let mut state = match state {
            Some(state) => state,
            None => {
                let upload = self.s3.create_multipart(&path).await.map_err(as_error)?;
                let state = UploadState::new(&self.identity, key, length, upload);
                // Without its state nobody would come back to it.
                if let Err(error) = state.save(source).await {
                    self.abort(key, &state.upload).await;
                    return Err(error);
                }
                state
            }
        };
        let upload: MultipartId = state.upload.clone();
        let mut file = File::open(source).await.map_err(unreadable)?;
        let mut hash = Sha256::new();
        let mut bytes = 0;
        for index in 0.. {
            let part = read_part(&mut file).await?;
            if part.is_empty() {
                break;
            }
            hash.update(&part);
            bytes += part.len() as u64;
            if index < state.parts.len() {
                continue;
            }
            let sent = self.s3.put_part(&path, &upload, index, PutPayload::from(part)).await.map_err(as_error)?;
            state.parts.push(sent.content_id);
            state.save(source).await?;
        }
        let parts = state.parts.iter().map(|content_id| PartId { content_id: content_id.clone() }).collect();
        self.s3.complete_multipart(&path, &upload, parts).await.map_err(as_error)?;
        UploadState::remove(source).await;
        Ok(Stored { bytes, sha256: hex::encode(hash.finalize()) })
    }
}

async fn read_part(file: &mut File) -> Result<Vec<u8>, StoreError> {
    let mut part = Vec::with_capacity(PART_BYTES);
    file.take(PART_BYTES as u64).read_to_end(&mut part).await.map_err(unreadable)?;
    Ok(part)
}

fn unreadable(error: std::io::Error) -> StoreError {
    StoreError::Source { reason: error.to_string() }
}
