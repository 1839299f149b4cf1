use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use domain::{ids::UserId, time::UnixMillis};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    files,
    state::{OutboxStatus, Refusal},
};

/// Settled lines are dropped once the file has more of them than this.
const COMPACT_AFTER: usize = 200;

/// A request that has to reach the server once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Also its `Idempotency-Key`.
    pub id: Uuid,
    /// Who typed it. It is sent while this person is signed in, and never with another's token.
    pub user: UserId,
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
    Put {
        entry: Entry,
    },
    Sent {
        id: Uuid,
    },
    Refused {
        refusal: Refusal,
    },
    /// What was refused is tried again, under a new key: the server keeps its answer to the old one.
    Again {
        refused: Uuid,
        id: Uuid,
    },
    /// The person has seen the refusal and does not need the text any more.
    Discarded {
        id: Uuid,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// Show what was typed and let the person copy it: it is not safe here.
    #[error("the outbox in {path} cannot be written: {source}")]
    Disk { path: PathBuf, source: io::Error },
    #[error("an entry with this id waits already, with another content")]
    OtherContent,
    /// It was discarded or tried again already, or belongs to somebody else.
    #[error("nothing of yours with this id was refused")]
    NotRefused,
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

    /// Puts what `user` had refused behind what waits, as a new request `id`.
    ///
    /// # Errors
    /// [`OutboxError::NotRefused`], [`OutboxError::Disk`].
    pub fn again(&mut self, user: UserId, refused: Uuid, id: Uuid) -> Result<(), OutboxError> {
        self.find_refused(user, refused)?;
        self.append(Line::Again { refused, id })
    }

    /// Forgets what `user` had refused.
    ///
    /// # Errors
    /// [`OutboxError::NotRefused`], [`OutboxError::Disk`].
    pub fn discard(&mut self, user: UserId, id: Uuid) -> Result<(), OutboxError> {
        self.find_refused(user, id)?;
        self.append(Line::Discarded { id })?;
        self.compact()
    }

    fn find_refused(&self, user: UserId, id: Uuid) -> Result<(), OutboxError> {
        let known = self.refused.iter().any(|each| each.entry.id == id && each.entry.user == user);
        if known { Ok(()) } else { Err(OutboxError::NotRefused) }
    }

    /// The oldest entry of `user` that has to be sent.
    pub fn next(&self, user: UserId) -> Option<&Entry> {
        self.waiting.iter().find(|entry| entry.user == user)
    }

    /// What `user` sees; with nobody signed in, how much waits in all.
    pub fn status(&self, user: Option<UserId>) -> OutboxStatus {
        let mine = |entry: &Entry| user.is_none_or(|user| entry.user == user);
        OutboxStatus {
            waiting: self.waiting.iter().filter(|entry| mine(entry)).count(),
            refused: self.refused.iter().filter(|each| Some(each.entry.user) == user).cloned().collect(),
        }
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
                self.waiting.retain(|entry| entry.id != refusal.entry.id);
                self.refused.push(refusal);
            }
            Line::Again { refused, id } => {
                if let Some(at) = self.refused.iter().position(|each| each.entry.id == refused) {
                    let Refusal { entry, .. } = self.refused.remove(at);
                    self.waiting.push(Entry { id, ..entry });
                }
                self.settled += 1;
            }
            Line::Discarded { id } => {
                self.refused.retain(|each| each.entry.id != id);
                self.settled += 1;
            }
        }
    }

    /// Rewrites the file without settled lines, when there are many. What waits and what was refused stay whole.
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
    use wire::error::ErrorCode;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId::new(Uuid::from_u128(n))
    }

    fn entry(n: u128) -> Entry {
        Entry {
            id: Uuid::from_u128(n),
            user: user(1),
            method: "POST".to_owned(),
            path: format!("/calls/{n}/disposition"),
            body: serde_json::json!({ "code": "interested", "notes": format!("line one\nline {n}") }),
            made_at_ms: UnixMillis(1_000),
        }
    }

    fn refusal(n: u128) -> Refusal {
        Refusal { entry: entry(n), status: 422, code: Some(ErrorCode::InvalidFields), reason: "no".to_owned() }
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
        assert_eq!(again.next(user(1)), Some(&entry(2)));
        again.sent(Uuid::from_u128(2)).unwrap();
        assert_eq!(Log::open(&path).unwrap().next(user(1)), Some(&entry(3)));
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
            assert_eq!(torn.status(None).waiting, 1, "cut at {cut}");
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
        assert_eq!(log.status(None).waiting, 1);
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
        assert_eq!(log.next(user(1)), Some(&entry(2)));
        assert_eq!(log.status(Some(user(1))).refused, [refusal(1)]);
    }

    #[test]
    fn what_was_refused_is_kept_whole_through_compaction_until_it_is_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let mut log = Log::open(&path).unwrap();
        for n in 1..=40 {
            log.put(entry(n)).unwrap();
            log.refuse(refusal(n)).unwrap();
        }
        for n in 0..COMPACT_AFTER as u128 {
            log.put(entry(1_000 + n)).unwrap();
            log.sent(Uuid::from_u128(1_000 + n)).unwrap();
        }
        let mut log = Log::open(&path).unwrap();
        let kept = log.status(Some(user(1))).refused;
        assert_eq!(kept, (1..=40).map(refusal).collect::<Vec<_>>());
        log.discard(user(1), Uuid::from_u128(1)).unwrap();
        assert!(matches!(log.discard(user(1), Uuid::from_u128(1)), Err(OutboxError::NotRefused)));
        assert_eq!(Log::open(&path).unwrap().status(Some(user(1))).refused.len(), 39);
    }

    #[test]
    fn what_was_refused_can_be_sent_again_under_a_new_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let mut log = Log::open(&path).unwrap();
        log.put(entry(1)).unwrap();
        log.refuse(refusal(1)).unwrap();
        log.again(user(1), Uuid::from_u128(1), Uuid::from_u128(9)).unwrap();
        let again = Log::open(&path).unwrap();
        assert_eq!(again.next(user(1)), Some(&Entry { id: Uuid::from_u128(9), ..entry(1) }));
        assert_eq!(again.status(Some(user(1))).refused, []);
    }

    #[test]
    fn each_person_has_their_own_queue_and_their_own_refusals() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.jsonl");
        let mut log = Log::open(&path).unwrap();
        log.put(entry(1)).unwrap();
        log.put(Entry { user: user(2), ..entry(2) }).unwrap();
        log.put(entry(3)).unwrap();
        log.refuse(refusal(1)).unwrap();
        let mut log = Log::open(&path).unwrap();
        assert_eq!(log.next(user(2)).map(|entry| entry.id), Some(Uuid::from_u128(2)));
        assert_eq!(log.next(user(1)), Some(&entry(3)));
        assert_eq!(log.status(Some(user(2))), OutboxStatus { waiting: 1, refused: Vec::new() });
        assert_eq!(log.status(None), OutboxStatus { waiting: 2, refused: Vec::new() });
        assert!(matches!(log.discard(user(2), Uuid::from_u128(1)), Err(OutboxError::NotRefused)));
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
