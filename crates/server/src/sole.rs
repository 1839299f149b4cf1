//! One server for each data folder and each database: two would write to the same calls and recordings.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use storage::{ServerLock, Store};

const FILE: &str = "server.lock";

#[derive(Debug, thiserror::Error)]
pub enum SoleError {
    #[error("a server runs in the data folder {path} already ({who}); stop it first", path = .path.display())]
    Folder { path: PathBuf, who: String },
    #[error("a server of another data folder uses this database already; stop it first")]
    Database,
    #[error("{path} cannot be locked: {error}", path = .path.display())]
    Lock { path: PathBuf, error: io::Error },
    #[error("the database cannot be locked: {0}")]
    Storage(#[from] storage::StorageError),
}

/// Nobody else serves this folder. The system lets go of it when the process ends, however it ends.
pub(crate) struct SoleFolder {
    /// Locked while it is open.
    _file: File,
}

impl SoleFolder {
    pub fn take(folder: &Path) -> Result<Self, SoleError> {
        let path = folder.join(FILE);
        let as_error = |error| SoleError::Lock { path: path.clone(), error };
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(as_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut who = String::new();
                // Where a locked file cannot be read, nobody is named.
                let named = file.read_to_string(&mut who).is_ok() && !who.trim().is_empty();
                let who = if named { who.trim().to_owned() } else { "another process".to_owned() };
                return Err(SoleError::Folder { path: folder.to_owned(), who });
            }
            Err(TryLockError::Error(error)) => return Err(as_error(error)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(as_error)?;
        writeln!(file, "process {}", std::process::id()).map_err(as_error)?;
        Ok(Self { _file: file })
    }
}

/// Nobody else serves this database. Only PostgreSQL needs it: a SQLite file is in its own folder.
pub(crate) async fn sole_database(store: &Store) -> Result<ServerLock, SoleError> {
    store.lock_for_server().await?.ok_or(SoleError::Database)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_server_at_a_time_and_the_second_is_told_whose_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let first = SoleFolder::take(folder.path()).unwrap();
        let refused = SoleFolder::take(folder.path()).err().unwrap().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        SoleFolder::take(folder.path()).unwrap();
    }
}
