//! Recordings in progress: a thread that encodes and writes, fed by the audio thread without waiting.

pub(crate) mod align;
mod file;
pub(crate) mod left_over;
mod worker;

use std::{
    fs, io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
};

use domain::ids::{CallId, RecordingId};
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    config::BridgeError,
    counters::{Counters, count},
    event::BridgeEvent,
};

/// 100 ms: few enough hand-overs, and little enough to lose.
pub(crate) const CHUNK_FRAMES: usize = 5;
/// Ten seconds of twenty recordings may wait for a slow disk.
const MAX_WAITING: usize = 2_000;

/// Consecutive frames of a recording: 16 kHz, left and right interleaved.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) recording: RecordingId,
    /// Number of the 20 ms turn of the first frame, on the audio thread's grid.
    pub(crate) first_turn: u64,
    pub(crate) pcm: Vec<i16>,
}

#[derive(Debug)]
enum Order {
    Start { room: CallId, recording: RecordingId },
    Chunk(Chunk),
    Finish { recording: RecordingId },
}

/// The audio thread's end.
#[derive(Debug)]
pub(crate) struct Recorder {
    orders: mpsc::Sender<Order>,
    waiting: Arc<AtomicUsize>,
    counters: Arc<Counters>,
}

impl Recorder {
    pub(crate) fn start(
        spool: PathBuf,
        events: UnboundedSender<BridgeEvent>,
        counters: Arc<Counters>,
    ) -> Result<Self, BridgeError> {
        prepare(&spool).map_err(|source| BridgeError::Spool { path: spool.clone(), source })?;
        let (orders, inbox) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let worker = worker::Worker::new(spool, events, Arc::clone(&waiting));
        std::thread::Builder::new()
            .name("bridge-recorder".to_owned())
            .spawn(move || worker.run(&inbox))
            .map_err(BridgeError::Thread)?;
        Ok(Self { orders, waiting, counters })
    }

    pub(crate) fn start_recording(&self, room: CallId, recording: RecordingId) {
        self.order(Order::Start { room, recording });
    }

    /// Never waits: when the disk is too slow the chunk is dropped, counted, and silent in the file.
    pub(crate) fn chunk(&self, chunk: Chunk) {
        if self.waiting.load(Relaxed) >= MAX_WAITING {
            return count(&self.counters.recorder_full);
        }
        self.waiting.fetch_add(1, Relaxed);
        self.order(Order::Chunk(chunk));
    }

    pub(crate) fn finish(&self, recording: RecordingId, rest: Option<Chunk>) {
        if let Some(rest) = rest {
            self.chunk(rest);
        }
        self.order(Order::Finish { recording });
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::error!("the recorder has stopped; a recording is incomplete");
        }
    }
}

/// Makes the folder and checks that it can be written.
fn prepare(spool: &PathBuf) -> io::Result<()> {
    fs::create_dir_all(spool)?;
    let probe = spool.join(".write-check");
    fs::write(&probe, b"ok")?;
    fs::remove_file(probe)
}
