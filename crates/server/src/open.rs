//! What every command needs of a data folder: its keys and its database.

use std::path::{Path, PathBuf};

use storage::{DatabaseUrl, Store};

use crate::{
    config::Config,
    keys::{self, KeysError, KeysFile},
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

/// The store with all its tables, and the key that signs. Beside a running server this changes nothing. New keys are made
/// for a database without data only.
pub(crate) async fn store(config: &Config) -> Result<(Store, Vec<u8>), OpenError> {
    let path = folder(config)?.join(keys::FILE);
    let url: DatabaseUrl = config.database_url().parse()?;
    let found = KeysFile::read(&path)?;
    let is_new = found.is_none();
    let file = found.unwrap_or_else(KeysFile::generate);
    let keys = file.keys(&path)?;
    let store = Store::open(&url, keys.sealing).await?;
    let checked = match check(&store, &path, is_new).await {
        Ok(()) if is_new => file.write(&path).map_err(OpenError::from),
        other => other,
    };
    if let Err(error) = checked {
        store.close().await;
        return Err(error);
    }
    Ok((store, keys.signing))
}

/// Whether these keys are those of the data.
async fn check(store: &Store, keys: &Path, is_new: bool) -> Result<(), OpenError> {
    store.migrate().await?;
    if !storage::tenants::any(store).await? {
        return Ok(());
    }
    if is_new {
        return Err(KeysError::Missing { path: keys.to_owned() }.into());
    }
    match storage::users::any_opens(store).await {
        Err(storage::StorageError::Corrupt { .. }) => Err(KeysError::Foreign { path: keys.to_owned() }.into()),
        other => Ok(other?),
    }
}

/// The data folder, which is made when it is not there.
pub(crate) fn folder(config: &Config) -> Result<&Path, OpenError> {
    let path = &config.data_dir;
    std::fs::create_dir_all(path).map_err(|error| OpenError::DataFolder { path: path.clone(), error })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use domain::pii::Personal;

    use super::*;
    use crate::keys::rotate;

    fn config(folder: &Path) -> Config {
        Config { data_dir: folder.to_owned(), ..Config::default() }
    }

    /// Opens, adds a tenant with a user, and closes.
    async fn with_data(folder: &Path) {
        let (store, _) = store(&config(folder)).await.unwrap();
        let user = backend::ByHand {
            name: "Asha".to_owned(),
            email: "asha@example.org".to_owned(),
            role: domain::role::Role::TenantAdmin,
            password: Personal::new("a long enough password".to_owned()),
        };
        let first = backend::AddTo::First {
            name: "Cedar".to_owned(),
            country: "IN".to_owned(),
            zone: "Asia/Kolkata".to_owned(),
        };
        backend::add_user_by_hand(&store, user, first).await.unwrap();
        store.close().await;
    }

    #[tokio::test]
    async fn keys_are_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        with_data(folder.path()).await;
        let (store, _) = store(&config(folder.path())).await.unwrap();
        store.close().await;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join(keys::FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn a_database_with_data_gets_no_new_keys_and_takes_no_others() {
        let folder = tempfile::tempdir().unwrap();
        with_data(folder.path()).await;
        let file = folder.path().join(keys::FILE);
        std::fs::rename(&file, folder.path().join("elsewhere")).unwrap();
        assert!(matches!(store(&config(folder.path())).await, Err(OpenError::Keys(KeysError::Missing { .. }))));
        assert!(!file.exists());
        KeysFile::generate().write(&file).unwrap();
        assert!(matches!(store(&config(folder.path())).await, Err(OpenError::Keys(KeysError::Foreign { .. }))));
    }

    #[tokio::test]
    async fn after_a_rotation_old_data_opens_and_is_moved_to_the_new_key() {
        let folder = tempfile::tempdir().unwrap();
        with_data(folder.path()).await;
        assert_eq!(rotate(folder.path()).unwrap(), "k2");
        assert_eq!(rotate(folder.path()).unwrap(), "k3");
        let (store, _) = store(&config(folder.path())).await.unwrap();
        let moved = storage::reseal(&store, 1_000).await.unwrap();
        assert!(moved.resealed > 0 && moved.finished, "{moved:?}");
        storage::users::any_opens(&store).await.unwrap();
        store.close().await;
    }

    #[tokio::test]
    async fn a_damaged_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(keys::FILE), "sealing = 1").unwrap();
        assert!(store(&config(folder.path())).await.is_err());
        assert_eq!(std::fs::read_to_string(folder.path().join(keys::FILE)).unwrap(), "sealing = 1");
    }
}
