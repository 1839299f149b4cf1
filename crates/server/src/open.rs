//! What every command needs of a data folder: its keys and its database.

use std::path::PathBuf;

use storage::{DatabaseUrl, Store};

use crate::{
    config::Config,
    keys::{Keys, KeysError},
};

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the data folder {path} cannot be made: {error}", path = .path.display())]
    DataFolder { path: PathBuf, error: std::io::Error },
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error("the database cannot be used: {0}")]
    Database(#[from] storage::StorageError),
}

/// The store with all its tables, and the key that signs. Beside a running server this changes nothing.
pub(crate) async fn store(config: &Config) -> Result<(Store, Vec<u8>), OpenError> {
    let keys = Keys::load_or_make(folder(config)?)?;
    let url: DatabaseUrl = config.database_url().parse()?;
    let store = Store::open(&url, keys.sealing).await?;
    store.migrate().await?;
    Ok((store, keys.signing))
}

/// The data folder, which is made when it is not there.
pub(crate) fn folder(config: &Config) -> Result<&std::path::Path, OpenError> {
    let path = &config.data_dir;
    std::fs::create_dir_all(path).map_err(|error| OpenError::DataFolder { path: path.clone(), error })?;
    Ok(path)
}
