//! Where recordings are kept.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use domain::pii::Personal;
use providers::recording_store::{FolderSettings, RecordingStore, S3Settings, StoreSettings};
use serde::{Deserialize, Serialize};
use storage::{Store, TenantScope, settings::Secrets};
use url::Url;
use wire::config::{StorageSettings, StorageSettingsInput, TestResult};

use super::carrier::test_result;
use crate::{
    Actor, Backend,
    error::{BackendError, FieldChecks},
};

const SETTINGS: &str = "storage";
const SECRET: &str = "secret_access_key";

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum StoreRow {
    #[default]
    Local,
    S3 {
        endpoint: String,
        bucket: String,
        region: String,
        prefix: String,
        access_key_id: String,
        path_style: bool,
    },
}

fn local_folder(data_folder: &Path, scope: TenantScope) -> PathBuf {
    data_folder.join("recordings").join(scope.tenant().to_string())
}

impl StoreRow {
    /// `local`: the folder that is used without a store of the tenant's own.
    fn settings(&self, secrets: &Secrets, local: PathBuf) -> Result<StoreSettings, BackendError> {
        Ok(match self {
            Self::Local => StoreSettings::Folder(FolderSettings { path: local }),
            Self::S3 { endpoint, bucket, region, access_key_id, path_style, .. } => {
                let endpoint = Some(endpoint.as_str())
                    .filter(|endpoint| !endpoint.is_empty())
                    .map(Url::parse)
                    .transpose()
                    .map_err(|_| BackendError::field("endpoint", "expected an https:// address, or nothing for AWS"))?;
                let loopback = endpoint
                    .as_ref()
                    .and_then(|url| url.host_str())
                    .is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]");
                StoreSettings::S3(S3Settings {
                    endpoint,
                    region: region.clone(),
                    bucket: bucket.clone(),
                    access_key_id: Personal::new(access_key_id.clone()),
                    secret_access_key: secrets.get(SECRET).cloned().unwrap_or_default(),
                    path_style: *path_style,
                    // Plain HTTP never leaves the machine.
                    allow_http: loopback,
                })
            }
        })
    }

    /// For people and receipts.
    fn place(&self) -> String {
        match self {
            Self::Local => "local:".to_owned(),
            Self::S3 { bucket, .. } => format!("s3://{bucket}/"),
        }
    }
}

/// Writes a small file to where the tenant's recordings go, reads it back and deletes it. Answers with the place.
///
/// # Errors
/// What is wrong with the place, as words for an admin.
pub async fn check_recording_store(store: &Store, data_folder: &Path, scope: TenantScope) -> Result<String, String> {
    let checked = async {
        let (row, secrets) = super::read::<StoreRow>(store, scope, SETTINGS).await?;
        let settings = row.settings(&secrets, local_folder(data_folder, scope))?;
        let upstream = |error: providers::recording_store::StoreError| BackendError::Upstream(error.to_string());
        RecordingStore::open(&settings).map_err(upstream)?.test().await.map_err(upstream)?;
        Ok::<_, BackendError>(row.place())
    };
    checked.await.map_err(|error| error.to_string())
}

impl Backend {
    fn local_folder(&self, scope: TenantScope) -> PathBuf {
        local_folder(&self.options().data_folder, scope)
    }

    fn store_shown(&self, scope: TenantScope, row: StoreRow, secrets: &Secrets) -> StorageSettings {
        match row {
            StoreRow::Local => StorageSettings::Local { folder: self.local_folder(scope).display().to_string() },
            StoreRow::S3 { endpoint, bucket, region, prefix, access_key_id, path_style } => StorageSettings::S3 {
                endpoint,
                bucket,
                region,
                prefix,
                access_key_id,
                has_secret: secrets.get(SECRET).is_some_and(|secret| !secret.reveal().is_empty()),
                path_style,
            },
        }
    }

    pub(crate) async fn recording_store(&self, scope: TenantScope) -> Result<(RecordingStore, String), BackendError> {
        let (row, secrets) = self.setting::<StoreRow>(scope, SETTINGS).await?;
        let settings = row.settings(&secrets, self.local_folder(scope))?;
        let store = RecordingStore::open(&settings).map_err(|error| BackendError::Upstream(error.to_string()))?;
        Ok((store, row.place()))
    }

    pub async fn storage_settings(&self, actor: &Actor) -> Result<StorageSettings, BackendError> {
        actor.must_configure()?;
        let (row, secrets) = self.setting::<StoreRow>(actor.scope, SETTINGS).await?;
        Ok(self.store_shown(actor.scope, row, &secrets))
    }

    pub async fn update_storage_settings(
        &self,
        actor: &Actor,
        body: StorageSettingsInput,
    ) -> Result<StorageSettings, BackendError> {
        actor.must_configure()?;
        let (_, old) = self.setting::<StoreRow>(actor.scope, SETTINGS).await?;
        let (row, secrets) = match body {
            StorageSettingsInput::Local => (StoreRow::Local, Secrets::default()),
            StorageSettingsInput::S3 {
                endpoint,
                bucket,
                region,
                prefix,
                access_key_id,
                secret_access_key,
                path_style,
            } => {
                let mut checks = FieldChecks::default();
                checks.text(&bucket, 63, "bucket").text(&region, 40, "region").text(
                    &access_key_id,
                    128,
                    "access_key_id",
                );
                checks.require(prefix.is_empty(), "prefix", "expected nothing: recordings go below recordings/");
                checks.done()?;
                let secret = secret_access_key
                    .filter(|secret| !secret.reveal().is_empty())
                    .or_else(|| old.get(SECRET).cloned())
                    .ok_or_else(|| BackendError::field("secret_access_key", "expected the key's secret"))?;
                let row = StoreRow::S3 { endpoint, bucket, region, prefix, access_key_id, path_style };
                (row, [(SECRET.to_owned(), secret)].into_iter().collect())
            }
        };
        row.settings(&secrets, self.local_folder(actor.scope))?;
        self.put_setting(actor, SETTINGS, &row, &secrets, None).await?;
        Ok(self.store_shown(actor.scope, row, &secrets))
    }

    pub async fn test_storage(&self, actor: &Actor) -> Result<TestResult, BackendError> {
        actor.must_configure()?;
        let began = Instant::now();
        let result = match self.recording_store(actor.scope).await {
            Err(error) => Err(error.to_string()),
            Ok((store, _)) => store
                .test()
                .await
                .map(|()| "A small file was written, read back and deleted.".to_owned())
                .map_err(|error| error.to_string()),
        };
        Ok(test_result(began, result))
    }
}
