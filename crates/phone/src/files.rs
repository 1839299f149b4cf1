//! Small files of the phone, written so that a crash leaves the old or the new one and never half of either.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// Opens with access for the owner only, where the system has such a thing.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Replaces the file's content as one step.
///
/// # Errors
/// Whatever the file system says; the old content is then still there.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension("new");
    let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    sync_folder(path)
}

/// Makes the folder's entry for `path` durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // Windows neither needs nor lets one open a folder as a file.
    if cfg!(unix)
        && let Some(folder) = path.parent()
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
