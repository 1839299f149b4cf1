use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use domain::time::UnixMillis;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    files,
    state::{OutboxStatus, Refusal},
};

/// Settled lines are dropped once the file has more of them than this.
const COMPACT_AFTER: usize = 200;
/// Refusals that are still shown; older ones stay in the file until it is compacted.
const SHOWN: usize = 20;

/// A request that has to reach the server once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Also its `Idempotency-Key`.
    pub id: Uuid,
    pub method: String,
    /// Relative to `/api/v1`.
    pub path: String,
    pub body: Value,
    /// When the person pressed save.
    pub made_at_ms: UnixMillis,
}

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line {
    Put { entry: Entry },
    Sent { id: Uuid },
    Refused { refusal: Refusal },
}

#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// Show what was typed and let the person copy it: it is not safe here.
    #[error("the outbox in {path} cannot be written: {source}")]
    Disk { path: PathBuf, source: io::Error },
    #[error("an entry with this id waits already, with another content")]
    OtherContent,
    /// The phone is shutting down.
    #[error("the outbox is closed")]
    Stopped,
    #[error("the method is {0}; expected POST, PUT, PATCH or DELETE")]
    BadMethod(String),
}

/// Append-only: JSON lines, each on the disk before its effect is seen. A line torn by a crash counts as not written.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    waiting: Vec<Entry>,
    refused: Vec<Refusal>,
    settled: usize,
}

impl Log {
    /// Reads what is left over from before, or starts an empty file.
    ///
    /// # Errors
    /// [`OutboxError::Disk`].
    pub fn open(path: &Path) -> Result<Self, OutboxError> {
        let wrap = |source| OutboxError::Disk { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(wrap)?;
        }
        let mut file =
            files::private(OpenOptions::new().read(true).append(true).create(true)).open(path).map_err(wrap)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(wrap)?;
        // What follows the last line end was being written when the power went.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(wrap)?;
            file.seek(SeekFrom::End(0)).map_err(wrap)?;
            file.sync_all().map_err(wrap)?;
        }
        let mut log = Self { path: path.to_owned(), file, waiting: Vec::new(), refused: Vec::new(), settled: 0 };
        for line in bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(line) => log.apply(line),
                Err(error) => tracing::warn!(%error, "a line of the outbox cannot be read and is passed over"),
            }
        }
        files::sync_folder(path).map_err(wrap)?;
        Ok(log)
    }

    /// Keeps `entry`. The same entry again changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::OtherContent`], [`OutboxError::BadMethod`], [`OutboxError::Disk`].
    pub fn put(&mut self, entry: Entry) -> Result<(), OutboxError> {
        if !matches!(entry.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE") {
            return Err(OutboxError::BadMethod(entry.method));
        }
        if let Some(known) = self.waiting.iter().find(|known| known.id == entry.id) {
            return if *known == entry { Ok(()) } else { Err(OutboxError::OtherContent) };
        }
        self.append(Line::Put { entry })
    }

    /// # Errors
    /// [`OutboxError::Disk`]; the entry will be sent again after a restart, under the same key.
    pub fn sent(&mut self, id: Uuid) -> Result<(), OutboxError> {
        self.append(Line::Sent { id })?;
        self.compact()
    }

    /// Takes the entry out of the way of those behind it, and keeps why.
    ///
    /// # Errors
    /// [`OutboxError::Disk`].
    pub fn refuse(&mut self, refusal: Refusal) -> Result<(), OutboxError> {
        self.append(Line::Refused { refusal })
    }

    /// The oldest entry that has to be sent.
    pub fn next(&self) -> Option<&Entry> {
        self.waiting.first()
    }

    pub fn status(&self) -> OutboxStatus {
        OutboxStatus { waiting: self.waiting.len(), refused: self.refused.clone() }
    }

    fn append(&mut self, line: Line) -> Result<(), OutboxError> {
        let written = serde_json::to_vec(&line).map_err(io::Error::from).and_then(|mut bytes| {
            bytes.push(b'\n');
            let before = self.file.metadata()?.len();
            let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
            if written.is_err() {
                // A full disk may have taken half a line; the next one must not be glued to it.
                self.file.set_len(before)?;
            }
            written
        });
        written.map_err(|source| OutboxError::Disk { path: self.path.clone(), source })?;
        self.apply(line);
        Ok(())
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Put { entry } => self.waiting.push(entry),
            Line::Sent { id } => {
                self.waiting.retain(|entry| entry.id != id);
                self.settled += 1;
            }
            Line::Refused { refusal } => {
                self.waiting.retain(|entry| entry.id != refusal.id);
                self.refused.push(refusal);
                let surplus = self.refused.len().saturating_sub(SHOWN);
                self.refused.drain(..surplus);
            }
        }
    }

    /// Rewrites the file without settled lines, when there are many. What was refused keeps its whole entry on disk
    /// up to then.
    fn compact(&mut self) -> Result<(), OutboxError> {
        if self.settled < COMPACT_AFTER {
            return Ok(());
        }
        let wrap = |source| OutboxError::Disk { path: self.path.clone(), source };
        let mut content = Vec::new();
        let puts = self.waiting.iter().cloned().map(|entry| Line::Put { entry });
        let refusals = self.refused.iter().cloned().map(|refusal| Line::Refused { refusal });
        for line in refusals.chain(puts) {
            serde_json::to_writer(&mut content, &line).map_err(|error| wrap(error.into()))?;
            content.push(b'\n');
        }
        files::replace(&self.path, &content).map_err(wrap)?;
        self.file = files::private(OpenOptions::new().read(true).append(true)).open(&self.path).map_err(wrap)?;
        self.settled = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u128) -> Entry {
        Entry {
            id: Uuid::from_u128(n),
            method: "POST".to_owned(),
            path: format!("/calls/{n}/disposition"),
            body: serde_json::json!({ "code": "interested", "notes": format!("line one\nline {n}") }),
            made_at_ms: UnixMillis(1_000),
        }
    }

    fn refusal(n: u128) -> Refusal {
        Refusal { id: Uuid::from_u128(n), path: "/x".to_owned(), status: 422, reason: "no".to_owned() }
    }

    #[test]
    fn entries_survive_a_restart_in_order_until_they_are_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let mut log = Log::open(&path).unwrap();
        for n in 1..=3 {
            log.put(entry(n)).unwrap();
        }
        log.sent(Uuid::from_u128(1)).unwrap();
        let mut again = Log::open(&path).unwrap();
        assert_eq!(again.next(), Some(&entry(2)));
        again.sent(Uuid::from_u128(2)).unwrap();
        assert_eq!(Log::open(&path).unwrap().next(), Some(&entry(3)));
    }

    #[test]
    fn a_crash_at_any_byte_of_the_last_line_loses_only_that_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let mut log = Log::open(&path).unwrap();
        log.put(entry(1)).unwrap();
        let first = std::fs::metadata(&path).unwrap().len() as usize;
        log.put(entry(2)).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for cut in first..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut torn = Log::open(&path).unwrap();
            assert_eq!(torn.status().waiting, 1, "cut at {cut}");
            torn.put(entry(3)).unwrap();
            let log = Log::open(&path).unwrap();
            assert_eq!(log.waiting, [entry(1), entry(3)], "cut at {cut}");
        }
    }

    #[test]
    fn the_same_entry_twice_is_kept_once_and_another_content_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::open(&folder.path().join("outbox.jsonl")).unwrap();
        log.put(entry(1)).unwrap();
        log.put(entry(1)).unwrap();
        assert_eq!(log.status().waiting, 1);
        let other = Entry { body: Value::Null, ..entry(1) };
        assert!(matches!(log.put(other), Err(OutboxError::OtherContent)));
        let read = Entry { method: "GET".to_owned(), ..entry(2) };
        assert!(matches!(log.put(read), Err(OutboxError::BadMethod(method)) if method == "GET"));
    }

    #[test]
    fn a_refused_entry_makes_way_and_stays_on_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let mut log = Log::open(&path).unwrap();
        log.put(entry(1)).unwrap();
        log.put(entry(2)).unwrap();
        log.refuse(refusal(1)).unwrap();
        let log = Log::open(&path).unwrap();
        assert_eq!(log.next(), Some(&entry(2)));
        assert_eq!(log.status().refused, [refusal(1)]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("line 1"), "what was typed is still on disk");
    }

    #[test]
    fn a_long_file_is_compacted_and_keeps_what_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let mut log = Log::open(&path).unwrap();
        log.put(entry(7)).unwrap();
        for n in 0..COMPACT_AFTER as u128 {
            log.put(entry(1_000 + n)).unwrap();
            log.sent(Uuid::from_u128(1_000 + n)).unwrap();
        }
        assert!(std::fs::metadata(&path).unwrap().len() < 1_000);
        log.put(entry(8)).unwrap();
        assert_eq!(Log::open(&path).unwrap().waiting, [entry(7), entry(8)]);
    }
}
