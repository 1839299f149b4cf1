//! The recorder's thread.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc::Receiver,
    },
    time::{Duration, Instant, SystemTime},
};

use domain::ids::{CallId, RecordingId};
use tokio::sync::mpsc::UnboundedSender;

use super::{
    Chunk, Order,
    align::BEHIND,
    file::{self, FileError, RecordingFile, Summary},
};
use crate::event::{BridgeEvent, GapCause};

/// Between two tries to write a recording that failed.
const TRY_AGAIN: Duration = Duration::from_secs(2);

enum Running {
    Writing {
        room: CallId,
        began: u64,
        file: Box<RecordingFile>,
    },
    /// It failed; what comes meanwhile is dropped.
    Waiting {
        room: CallId,
        began: u64,
        again_at: Instant,
    },
}

pub(super) struct Worker {
    spool: PathBuf,
    events: UnboundedSender<BridgeEvent>,
    waiting: Arc<AtomicUsize>,
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
            if let Running::Writing { file, .. } = running
                && let Err(error) = file.flush()
            {
                tracing::warn!(%recording, %error, "the end of a recording could not be written");
            }
        }
    }

    fn start(&mut self, room: CallId, recording: RecordingId) {
        let began = unix_ms();
        match RecordingFile::open(&self.spool, recording, began, began, GapCause::Restart) {
            Ok((file, resumed)) => self.goes_on(room, recording, began, file, resumed),
            Err(error) => self.failed(room, recording, began, &error),
        }
    }

    fn append(&mut self, chunk: &Chunk) {
        if let Some(Running::Waiting { room, began, again_at }) = self.running.get(&chunk.recording)
            && *again_at <= Instant::now()
        {
            let (room, began) = (*room, *began);
            self.try_again(room, chunk.recording, began);
        }
        let Some(Running::Writing { room, began, file }) = self.running.get_mut(&chunk.recording) else { return };
        let until = unix_ms().saturating_sub(BEHIND.as_millis() as u64);
        if let Err(error) = file.append(chunk.first_turn, &chunk.pcm, until) {
            let (room, began) = (*room, *began);
            self.failed(room, chunk.recording, began, &error);
        }
    }

    fn try_again(&mut self, room: CallId, recording: RecordingId, began: u64) {
        match self.reopen(recording, began) {
            Ok((file, resumed)) => self.goes_on(room, recording, began, file, resumed),
            Err(error) => {
                tracing::debug!(%recording, %error, "a recording still cannot go on");
                self.running.insert(recording, Running::Waiting { room, began, again_at: Instant::now() + TRY_AGAIN });
            }
        }
    }

    fn reopen(&self, recording: RecordingId, began: u64) -> Result<(RecordingFile, bool), FileError> {
        file::check_space(&self.spool)?;
        RecordingFile::open(&self.spool, recording, began, unix_ms(), GapCause::Disk)
    }

    fn goes_on(&mut self, room: CallId, recording: RecordingId, began: u64, file: RecordingFile, resumed: bool) {
        self.running.insert(recording, Running::Writing { room, began, file: Box::new(file) });
        self.report(BridgeEvent::RecordingStarted { room, recording, resumed });
    }

    fn finish(&mut self, recording: RecordingId) {
        let (room, began, finished) = match self.running.remove(&recording) {
            None => return,
            Some(Running::Writing { room, began, file }) => (room, began, file.finish(unix_ms())),
            // The call is over; what could be written of it is worth keeping.
            Some(Running::Waiting { room, began, .. }) => {
                (room, began, self.reopen(recording, began).and_then(|(file, _)| file.finish(unix_ms())))
            }
        };
        match finished {
            Ok(Summary { path, bytes, sha256, duration_ms, gaps }) => {
                self.report(BridgeEvent::RecordingFinished { room, recording, path, bytes, sha256, duration_ms, gaps });
            }
            Err(error) => {
                self.failed(room, recording, began, &error);
                self.running.remove(&recording);
            }
        }
    }

    fn failed(&mut self, room: CallId, recording: RecordingId, began: u64, error: &FileError) {
        tracing::error!(%recording, %error, "a recording failed");
        self.running.insert(recording, Running::Waiting { room, began, again_at: Instant::now() + TRY_AGAIN });
        self.report(BridgeEvent::RecordingFailed { room, recording, error: error.in_words() });
    }

    fn report(&self, event: BridgeEvent) {
        // The owner may have stopped listening while it still uses the handle.
        let _ = self.events.send(event);
    }
}

fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
