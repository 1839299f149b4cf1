//! A folder on this computer.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use object_store::{ObjectStore, local::LocalFileSystem};
use sha2::{Digest, Sha256};

use super::{RecordingKey, StoreError, Stored, errors};

const COPY_BYTES: usize = 256 * 1024;

#[derive(Debug, Clone)]
pub struct FolderSettings {
    /// Absolute path.
    pub path: PathBuf,
}

#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    objects: LocalFileSystem,
}

impl Folder {
    pub fn open(settings: &FolderSettings) -> Result<Self, StoreError> {
        if !settings.path.is_absolute() {
            return Err(StoreError::BadSettings { reason: "the folder must be an absolute path".to_owned() });
        }
        fs::create_dir_all(&settings.path).map_err(|error| errors::from_io(&error))?;
        let objects = LocalFileSystem::new_with_prefix(&settings.path)
            .map_err(|error| StoreError::BadSettings { reason: error.to_string() })?;
        Ok(Self { root: settings.path.clone(), objects })
    }

    pub fn objects(&self) -> &dyn ObjectStore {
        &self.objects
    }

    pub async fn put_file(&self, key: &RecordingKey, source: &Path) -> Result<Stored, StoreError> {
        let target = self.root.join(key.as_str());
        let source = source.to_owned();
        tokio::task::spawn_blocking(move || copy_durably(&source, &target))
            .await
            .map_err(|error| StoreError::Failed { message: error.to_string() })?
    }
}

/// Copies beside the target, flushes to the disk, then renames: a crash leaves the old state or the new, and a copy
/// that was cut off is overwritten by the next try.
fn copy_durably(source: &Path, target: &Path) -> Result<Stored, StoreError> {
    let unreadable = |error: io::Error| StoreError::Source { reason: error.to_string() };
    let unwritable = |error: io::Error| errors::from_io(&error);
    let mut from = File::open(source).map_err(unreadable)?;
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder).map_err(unwritable)?;
    let partial = target.with_extension("ogg.part");
    let mut to = File::create(&partial).map_err(unwritable)?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let read = from.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        to.write_all(&buffer[..read]).map_err(unwritable)?;
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
    to.sync_all().map_err(unwritable)?;
    drop(to);
    fs::rename(&partial, target).map_err(unwritable)?;
    sync_folder(folder).map_err(unwritable)?;
    Ok(Stored { bytes, sha256: hex::encode(hash.finalize()) })
}

/// Makes the rename itself durable. Windows has no such call and needs none for a renamed file.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
