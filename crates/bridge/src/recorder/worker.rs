//! The recorder's thread.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc::Receiver,
    },
    time::SystemTime,
};

use domain::ids::{CallId, RecordingId};
use tokio::sync::mpsc::UnboundedSender;

use super::{
    Chunk, Order,
    file::{FileError, RecordingFile, Summary},
};
use crate::event::BridgeEvent;

struct Running {
    room: CallId,
    file: RecordingFile,
}

pub(super) struct Worker {
    spool: PathBuf,
    events: UnboundedSender<BridgeEvent>,
    waiting: Arc<AtomicUsize>,
    /// A recording that failed is no longer here; what still comes for it is dropped.
    running: HashMap<RecordingId, Running>,
}

impl Worker {
    pub(super) fn new(spool: PathBuf, events: UnboundedSender<BridgeEvent>, waiting: Arc<AtomicUsize>) -> Self {
        Self { spool, events, waiting, running: HashMap::new() }
    }

    /// Until the audio thread has gone; then what is pending is written and the files stay as they are.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        while let Ok(order) = orders.recv() {
            match order {
                Order::Start { room, recording } => self.start(room, recording),
                Order::Chunk(chunk) => {
                    self.waiting.fetch_sub(1, Relaxed);
                    self.append(&chunk);
                }
                Order::Finish { recording } => self.finish(recording),
            }
        }
        for (recording, running) in &mut self.running {
            if let Err(error) = running.file.flush() {
                tracing::warn!(%recording, %error, "the end of a recording could not be written");
            }
        }
    }

    fn start(&mut self, room: CallId, recording: RecordingId) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        // Version 7 ids end in random bits; nothing more is asked of a serial number.
        let serial = recording.as_uuid().as_u128() as u32;
        match RecordingFile::open(&self.spool, recording, serial, now) {
            Ok((file, resumed)) => {
                self.running.insert(recording, Running { room, file });
                self.report(BridgeEvent::RecordingStarted { room, recording, resumed });
            }
            Err(error) => self.failed(room, recording, &error),
        }
    }

    fn append(&mut self, chunk: &Chunk) {
        let Some(running) = self.running.get_mut(&chunk.recording) else { return };
        if let Err(error) = running.file.append(chunk.first_turn, &chunk.pcm) {
            let room = running.room;
            self.running.remove(&chunk.recording);
            self.failed(room, chunk.recording, &error);
        }
    }

    fn finish(&mut self, recording: RecordingId) {
        let Some(Running { room, file }) = self.running.remove(&recording) else { return };
        match file.finish() {
            Ok(Summary { path, bytes, sha256, duration_ms, gaps }) => {
                self.report(BridgeEvent::RecordingFinished { room, recording, path, bytes, sha256, duration_ms, gaps });
            }
            Err(error) => self.failed(room, recording, &error),
        }
    }

    fn failed(&self, room: CallId, recording: RecordingId, error: &FileError) {
        tracing::error!(%recording, %error, "a recording failed");
        self.report(BridgeEvent::RecordingFailed { room, recording, error: error.to_string() });
    }

    fn report(&self, event: BridgeEvent) {
        // The owner may have stopped listening while it still uses the handle.
        let _ = self.events.send(event);
    }
}
