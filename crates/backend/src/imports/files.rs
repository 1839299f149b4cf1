//! The parts of an uploaded file, each sealed, under the data folder; and the file of problems beside them.

use std::{
    fs, io,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use domain::ids::ImportId;
use storage::{StorageError, Store};

/// A part is this long at most, but for what a spreadsheet is turned into.
pub const MOST_PART: usize = 1024 * 1024;

/// Where an import keeps its files.
#[derive(Debug, Clone)]
pub struct Files {
    store: Store,
    id: ImportId,
    folder: PathBuf,
}

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

/// The file as it came, and its text when it is a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Given,
    Text,
}

impl Which {
    const fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Text => "text",
        }
    }
}

impl Files {
    pub fn new(store: &Store, data_folder: &Path, id: ImportId) -> Self {
        Self { store: store.clone(), id, folder: data_folder.join("imports").join(id.to_string()) }
    }

    fn name(&self, what: &str, at: u64) -> String {
        format!("imports.{}.{what}.{at}", self.id)
    }

    fn path(&self, which: Which, offset: u64) -> PathBuf {
        self.folder.join(format!("{}-{offset:014}", which.name()))
    }

    /// Keeps the part that begins at `offset`; one that was kept there before is replaced.
    pub fn write_part(&self, which: Which, offset: u64, plain: &[u8]) -> Result<(), FileError> {
        fs::create_dir_all(&self.folder)?;
        let sealed = self.store.keyring().seal_bytes(&self.name(which.name(), offset), plain)?;
        let path = self.path(which, offset);
        let beside = path.with_extension("new");
        let mut file = fs::File::create(&beside)?;
        file.write_all(&sealed)?;
        file.sync_data()?;
        fs::rename(beside, path)?;
        Ok(())
    }

    /// `None` behind the last part.
    fn read_part(&self, which: Which, offset: u64) -> Result<Option<Vec<u8>>, FileError> {
        match fs::read(self.path(which, offset)) {
            Ok(sealed) => Ok(Some(self.store.keyring().open_bytes(&self.name(which.name(), offset), &sealed)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub fn reader(&self, which: Which, length: u64) -> PartsReader {
        PartsReader { files: self.clone(), which, length, at: 0, part: None }
    }

    pub fn writer(&self, which: Which) -> PartsWriter {
        PartsWriter { files: self.clone(), which, offset: 0, buffer: Vec::new() }
    }

    /// The text that rows are read from, with its length: the spreadsheet's, else the file itself.
    pub fn text(&self, given_bytes: u64) -> Result<(PartsReader, u64), FileError> {
        match fs::read(self.folder.join("text-length")) {
            Ok(length) => {
                let length = String::from_utf8_lossy(&length).trim().parse().map_err(io::Error::other)?;
                Ok((self.reader(Which::Text, length), length))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok((self.reader(Which::Given, given_bytes), given_bytes))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The spreadsheet's text is complete.
    pub fn keep_text_length(&self, length: u64) -> Result<(), FileError> {
        Ok(fs::write(self.folder.join("text-length"), length.to_string())?)
    }

    /// Appends sealed problems behind the first `length` bytes of their file, and returns how long it is then.
    pub fn append_problems(&self, length: u64, plain: &[u8]) -> Result<u64, FileError> {
        fs::create_dir_all(&self.folder)?;
        let sealed = self.store.keyring().seal_bytes(&self.name("problems", length), plain)?;
        let mut file =
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(self.folder.join("problems"))?;
        // What was written behind it was not meant to stay.
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        let size = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        file.write_all(&size.to_be_bytes())?;
        file.write_all(&sealed)?;
        Ok(length + 4 + u64::from(size))
    }

    /// Problems that begin at `at` within the first `length` bytes, and where the next begin.
    pub fn problems(&self, at: u64, length: u64) -> Result<Option<(Vec<u8>, u64)>, FileError> {
        if at >= length {
            return Ok(None);
        }
        let mut file = fs::File::open(self.folder.join("problems"))?;
        file.seek(SeekFrom::Start(at))?;
        let mut size = [0; 4];
        file.read_exact(&mut size)?;
        let size = u32::from_be_bytes(size);
        if at + 4 + u64::from(size) > length {
            return Err(io::Error::from(io::ErrorKind::InvalidData).into());
        }
        let mut sealed = vec![0; size as usize];
        file.read_exact(&mut sealed)?;
        let plain = self.store.keyring().open_bytes(&self.name("problems", at), &sealed)?;
        Ok(Some((plain, at + 4 + u64::from(size))))
    }

    /// Nothing is left of them.
    pub fn remove(&self) -> Result<(), FileError> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Reads the parts as one file; one of them is held.
pub struct PartsReader {
    files: Files,
    which: Which,
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
        let part = match self.files.read_part(self.which, from)? {
            Some(part) if from + part.len() as u64 > self.at => Some((from, part)),
            _ => self.search()?,
        };
        self.part = Some(part.ok_or_else(|| io::Error::other("a part of the file is missing"))?);
        Ok(())
    }

    /// Parts may have any length.
    fn search(&self) -> io::Result<Option<(u64, Vec<u8>)>> {
        let mut from = 0;
        while let Some(part) = self.files.read_part(self.which, from)? {
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
    files: Files,
    which: Which,
    offset: u64,
    buffer: Vec<u8>,
}

impl PartsWriter {
    /// Writes the rest; returns the whole length.
    pub fn finish(mut self) -> io::Result<u64> {
        if !self.buffer.is_empty() {
            self.files.write_part(self.which, self.offset, &self.buffer)?;
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
            self.files.write_part(self.which, self.offset, &self.buffer)?;
            self.offset += MOST_PART as u64;
            self.buffer.clear();
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
