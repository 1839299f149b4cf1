//! Recordings that an earlier process left in the spool.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use domain::ids::RecordingId;
use media::{
    frame::WIDEBAND,
    ogg::{self, OggError, OggOpusWriter},
};
use sha2::{Digest, Sha256};

use super::file::read_gaps;
use crate::event::RecordingGap;

/// A recording that ends where its process died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedRecording {
    pub path: PathBuf,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub duration_ms: u64,
    pub gaps: Vec<RecordingGap>,
}

#[derive(Debug, thiserror::Error)]
pub enum LeftOverError {
    #[error("the recording cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// It held no sound yet.
    #[error(transparent)]
    NotSound(#[from] OggError),
}

/// Recordings in the spool, in no order.
pub(crate) fn list(spool: &Path) -> io::Result<Vec<RecordingId>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(spool)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "opus") {
            found.extend(path.file_stem().and_then(|stem| stem.to_str()?.parse::<RecordingId>().ok()));
        }
    }
    Ok(found)
}

/// Closes the file behind its last whole page. One that was properly ended stays as it is.
pub(crate) fn end(spool: &Path, id: RecordingId) -> Result<EndedRecording, LeftOverError> {
    let path = spool.join(format!("{id}.opus"));
    let recovered = ogg::scan(BufReader::new(File::open(&path)?))?;
    if !recovered.ended {
        let mut file = OpenOptions::new().write(true).open(&path)?;
        file.set_len(recovered.valid_bytes)?;
        file.seek(SeekFrom::End(0))?;
        OggOpusWriter::resume(file, &recovered).finish()?.sync_all()?;
    }
    let samples = ogg::decode(BufReader::new(File::open(&path)?), WIDEBAND, |_, _| {})?;
    let (bytes, sha256) = measure(&path)?;
    let gap_path = spool.join(format!("{id}.gaps"));
    let gaps = read_gaps(&gap_path);
    if !gaps.is_empty() {
        fs::remove_file(gap_path)?;
    }
    let duration_ms = samples * 1_000 / u64::from(WIDEBAND);
    Ok(EndedRecording { path, bytes, sha256, duration_ms, gaps })
}

/// Takes away what is left of a recording that is kept elsewhere.
pub(crate) fn remove(spool: &Path, id: RecordingId) -> io::Result<()> {
    for end in ["gaps", "opus"] {
        match fs::remove_file(spool.join(format!("{id}.{end}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Length and hash.
fn measure(path: &Path) -> io::Result<(u64, String)> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut block = [0; 16_384];
    loop {
        match file.read(&mut block)? {
            0 => return Ok((bytes, hex::encode(hash.finalize()))),
            count => {
                hash.update(&block[..count]);
                bytes += count as u64;
            }
        }
    }
}
