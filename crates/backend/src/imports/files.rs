//! The parts of an uploaded file, each sealed, under the data folder; and the file of problems beside them.

use std::{
    fs, io,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use domain::ids::ImportId;
use storage::Store;

use crate::sealed_parts::SealedParts;
pub use crate::sealed_parts::{FileError, MOST_PART, PartsReader, PartsWriter};

/// Where an import keeps its files.
#[derive(Debug, Clone)]
pub struct Files {
    store: Store,
    id: ImportId,
    folder: PathBuf,
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

    fn parts(&self, which: Which) -> SealedParts {
        SealedParts::new(&self.store, &self.folder, &format!("imports.{}", self.id), which.name())
    }

    /// Keeps the part that begins at `offset`; one that was kept there before is replaced.
    pub fn write_part(&self, which: Which, offset: u64, plain: &[u8]) -> Result<(), FileError> {
        self.parts(which).write(offset, plain)
    }

    pub fn reader(&self, which: Which, length: u64) -> PartsReader {
        self.parts(which).reader(length)
    }

    pub fn writer(&self, which: Which) -> PartsWriter {
        self.parts(which).writer()
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
