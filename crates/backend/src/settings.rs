//! Carrier, storage and engines: set up in the app, each with a test.

mod calling_hours;
mod carrier;
mod carrier_numbers;
mod dialing;
mod engines;
mod exotel;
mod store;

pub(crate) use carrier::test_result;
use serde::{Serialize, de::DeserializeOwned};
use storage::{Store, TenantScope, settings::Secrets};

use crate::{Actor, Backend, clock, error::BackendError};

pub use store::check_recording_store;

pub(crate) async fn read<V: DeserializeOwned + Default>(
    store: &Store,
    scope: TenantScope,
    name: &str,
) -> Result<(V, Secrets), BackendError> {
    match storage::settings::get(store, scope, name).await? {
        None => Ok((V::default(), Secrets::default())),
        Some(setting) => {
            let value = serde_json::from_value(setting.value)
                .map_err(|error| BackendError::Internal(format!("stored settings {name}: {error}")))?;
            Ok((value, setting.secrets))
        }
    }
}

impl Backend {
    /// The open and the sealed part of a settings row; the defaults when there is none.
    pub(crate) async fn setting<V: DeserializeOwned + Default>(
        &self,
        scope: TenantScope,
        name: &str,
    ) -> Result<(V, Secrets), BackendError> {
        read(self.store(), scope, name).await
    }

    pub(crate) async fn put_setting<V: Serialize>(
        &self,
        actor: &Actor,
        name: &str,
        value: &V,
        secrets: &Secrets,
        account: Option<&str>,
    ) -> Result<(), BackendError> {
        let value = serde_json::to_value(value).map_err(|error| BackendError::Internal(error.to_string()))?;
        storage::settings::put(self.store(), actor.scope, name, &value, secrets, account, clock::now()).await?;
        self.settings_changed(actor, "settings.update", name).await;
        Ok(())
    }
}
