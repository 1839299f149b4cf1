//! Recordings: from the recorder's file to a stored one with a receipt, and back to ears.

mod audio;
mod delete_job;
mod fetch_job;
mod finish;
mod signed;
mod store_job;

pub use audio::RecordingAudio;
pub(crate) use delete_job::{DELETE, Delete, delete};
pub(crate) use fetch_job::{FETCH, Fetch, fetch};
pub(crate) use finish::{Finished, News, finished, not_stored, note_all, store_key};
pub(crate) use store_job::store;

use storage::recordings::Recording as RecordingRow;
use wire::recordings::{RecordingGap, RecordingReceipt};

/// Kind of the job that uploads a recording and reads it back.
pub(crate) const STORE: &str = "store_recording";

pub(crate) fn receipt(row: RecordingRow) -> RecordingReceipt {
    let gaps: Vec<RecordingGap> = serde_json::from_value(row.gaps).unwrap_or_default();
    RecordingReceipt {
        id: row.id,
        call_id: row.call_id,
        state: crate::history::recording(row.state, row.reason),
        location: row.location,
        expected_bytes: row.expected_bytes,
        stored_bytes: row.stored_bytes,
        sha256: row.sha256,
        read_back_at_ms: row.read_back_at,
        duration_ms: row.duration_ms,
        expected_ms: row.expected_ms,
        gaps,
        channels: u8::try_from(row.channels).unwrap_or(2),
    }
}
