//! A file in parts, each sealed, in a folder of the data folder.

use std::{
    fs, io,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use storage::{StorageError, Store};

/// A part is this long at most, but for what a spreadsheet is turned into and what is written at once.
pub const MOST_PART: usize = 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the disk does not keep the file: {0}")]
    Io(#[from] io::Error),
    #[error("the file on the disk cannot be opened: {0}")]
    Sealed(#[from] StorageError),
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Io(error) => error,
            FileError::Sealed(error) => Self::other(error.to_string()),
        }
    }
}

/// Where the parts lie, and the name under which they are sealed.
#[derive(Debug, Clone)]
pub struct SealedParts {
    store: Store,
    folder: PathBuf,
    /// What is sealed: no part can stand in for that of another file.
    name: String,
    /// Beginning of the names of the parts in the folder.
    stem: &'static str,
}

impl SealedParts {
    pub fn new(store: &Store, folder: &Path, name: &str, stem: &'static str) -> Self {
        Self { store: store.clone(), folder: folder.to_owned(), name: name.to_owned(), stem }
    }

    fn sealed_as(&self, offset: u64) -> String {
        format!("{}.{}.{offset}", self.name, self.stem)
    }

    fn path(&self, offset: u64) -> PathBuf {
        self.folder.join(format!("{}-{offset:014}", self.stem))
    }

    /// Keeps the part that begins at `offset`; one that was kept there before is replaced.
    pub fn write(&self, offset: u64, plain: &[u8]) -> Result<(), FileError> {
        fs::create_dir_all(&self.folder)?;
        let sealed = self.store.keyring().seal_bytes(&self.sealed_as(offset), plain)?;
        let path = self.path(offset);
        let beside = path.with_extension("new");
        let mut file = fs::File::create(&beside)?;
        file.write_all(&sealed)?;
        file.sync_data()?;
        fs::rename(beside, path)?;
        Ok(())
    }

    /// `None` behind the last part.
    pub fn read(&self, offset: u64) -> Result<Option<Vec<u8>>, FileError> {
        match fs::read(self.path(offset)) {
            Ok(sealed) => Ok(Some(self.store.keyring().open_bytes(&self.sealed_as(offset), &sealed)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Where parts begin, in order.
    pub fn offsets(&self) -> Result<Vec<u64>, FileError> {
        let mut found = Vec::new();
        let folder = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            folder => folder?,
        };
        for entry in folder {
            let name = entry?.file_name();
            let offset: Option<u64> =
                name.to_str().and_then(|name| name.strip_prefix(self.stem)?.strip_prefix('-')?.parse().ok());
            found.extend(offset);
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Seals the parts with the current key that are sealed with another; returns how many were.
    pub fn reseal(&self) -> Result<u64, FileError> {
        let mut moved = 0;
        for offset in self.offsets()? {
            let sealed = fs::read(self.path(offset))?;
            if !self.store.keyring().is_current(&sealed) {
                self.write(offset, &self.store.keyring().open_bytes(&self.sealed_as(offset), &sealed)?)?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    pub fn reader(&self, length: u64) -> PartsReader {
        PartsReader { parts: self.clone(), length, at: 0, part: None }
    }

    pub fn writer(&self) -> PartsWriter {
        PartsWriter { parts: self.clone(), offset: 0, buffer: Vec::new() }
    }

    /// Nothing is left of the folder.
    pub fn remove(&self) -> Result<(), FileError> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Reads the parts as one file; one of them is held.
pub struct PartsReader {
    parts: SealedParts,
    length: u64,
    at: u64,
    /// Where it begins, and what it holds.
    part: Option<(u64, Vec<u8>)>,
}

impl PartsReader {
    fn load(&mut self) -> io::Result<()> {
        let held = self.part.as_ref().is_some_and(|(from, part)| (*from..*from + part.len() as u64).contains(&self.at));
        if held {
            return Ok(());
        }
        // Behind the held part lies the next; anywhere else it is looked for from the start of the parts of full length.
        let from = match &self.part {
            Some((from, part)) if from + part.len() as u64 == self.at => self.at,
            _ => self.at / MOST_PART as u64 * MOST_PART as u64,
        };
        let part = match self.parts.read(from)? {
            Some(part) if from + part.len() as u64 > self.at => Some((from, part)),
            _ => self.search()?,
        };
        self.part = Some(part.ok_or_else(|| io::Error::other("a part of the file is missing"))?);
        Ok(())
    }

    /// Parts may have any length.
    fn search(&self) -> io::Result<Option<(u64, Vec<u8>)>> {
        let mut from = 0;
        while let Some(part) = self.parts.read(from)? {
            let next = from + part.len() as u64;
            if self.at < next {
                return Ok(Some((from, part)));
            }
            if part.is_empty() {
                break;
            }
            from = next;
        }
        Ok(None)
    }
}

impl Read for PartsReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length || into.is_empty() {
            return Ok(0);
        }
        self.load()?;
        let Some((from, part)) = &self.part else { return Ok(0) };
        let start = usize::try_from(self.at - from).map_err(io::Error::other)?;
        let count = into.len().min(part.len() - start);
        into[..count].copy_from_slice(&part[start..start + count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for PartsReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, step) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::End(step) => (self.length, step),
            SeekFrom::Current(step) => (self.at, step),
        };
        self.at = base.checked_add_signed(step).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

/// Writes parts of full length.
pub struct PartsWriter {
    parts: SealedParts,
    offset: u64,
    buffer: Vec<u8>,
}

impl PartsWriter {
    /// Writes the rest; returns the whole length.
    pub fn finish(mut self) -> io::Result<u64> {
        if !self.buffer.is_empty() {
            self.parts.write(self.offset, &self.buffer)?;
            self.offset += self.buffer.len() as u64;
            self.buffer.clear();
        }
        Ok(self.offset)
    }
}

impl Write for PartsWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(MOST_PART - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        if self.buffer.len() == MOST_PART {
            self.parts.write(self.offset, &self.buffer)?;
            self.offset += MOST_PART as u64;
            self.buffer.clear();
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
