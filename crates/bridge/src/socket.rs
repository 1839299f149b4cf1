//! A device's sound over a WebSocket in place of UDP, as its owner sees it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use domain::ids::MediaSessionId;
use media::socket::{Arrivals, Backlog, Frame};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::{
    counters::Counters,
    engine::{Command, Orders},
};

/// Frames between the audio thread and the socket: 160 ms at 20 ms each. More would only be late.
pub(crate) const OUTPUT_FRAMES: usize = 8;
/// Frames that are none, are too long or were there before; beyond it the socket is closed.
const MOST_GARBAGE: u32 = 200;
/// Frames of sound in one second; a phone sends 100 at most. More are dropped and counted.
const MOST_A_SECOND: u32 = 250;

/// Something for the device to hear.
#[derive(Debug, Clone)]
pub(crate) struct SocketOut {
    pub(crate) time: u32,
    pub(crate) packet: Arc<[u8]>,
}

/// Something that the device said.
#[derive(Debug)]
pub(crate) enum SocketHeard {
    Audio {
        seq: u32,
        time: u32,
        packet: Arc<[u8]>,
    },
    Key {
        time: u32,
        event: Vec<u8>,
    },
    /// The line stands.
    Alive,
}

/// What becomes of the socket after a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    GoOn,
    /// Too much garbage came.
    Close,
}

/// The sound of one session while no UDP gets through. Dropping it gives the session back to UDP.
#[derive(Debug)]
pub struct SoundSocket {
    pub(crate) session: MediaSessionId,
    pub(crate) attachment: u64,
    pub(crate) commands: Orders,
    pub(crate) frames: mpsc::Receiver<SocketOut>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) opened: Instant,
    pub(crate) backlog: Backlog,
    pub(crate) arrivals: Arrivals,
    pub(crate) garbage: u32,
    /// The second since `opened`, and the frames in it.
    pub(crate) rate: (u64, u32),
}

impl SoundSocket {
    /// Takes one binary message of the device.
    pub fn heard(&mut self, message: &[u8]) -> Verdict {
        let now = self.opened.elapsed();
        let frame = match Frame::parse(message) {
            Ok(frame) => frame,
            Err(error) => {
                tracing::debug!(session = %self.session, %error, "a message on a sound socket was dropped");
                return self.garbage();
            }
        };
        match frame {
            Frame::Acknowledged { seq } => {
                self.backlog.acknowledged(seq, now);
                self.tell(SocketHeard::Alive);
            }
            Frame::Sound { seq, .. } | Frame::Key { seq, .. } if !self.arrivals.take(seq) => return self.garbage(),
            Frame::Sound { .. } | Frame::Key { .. } if self.floods(now) => count(&self.counters.socket_garbage),
            Frame::Sound { seq, time, packet } => self.tell(SocketHeard::Audio { seq, time, packet: packet.into() }),
            Frame::Key { time, event, .. } => self.tell(SocketHeard::Key { time, event: event.to_vec() }),
        }
        Verdict::GoOn
    }

    /// Drops and counts something that is no frame of this device.
    pub fn garbage(&mut self) -> Verdict {
        count(&self.counters.socket_garbage);
        self.garbage += 1;
        if self.garbage > MOST_GARBAGE { Verdict::Close } else { Verdict::GoOn }
    }

    /// The next message for the device; `None` when the session has another socket, is back on UDP, or is gone.
    /// Cancelling it loses nothing.
    pub async fn next_outgoing(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(acknowledgement) = self.arrivals.due(self.opened.elapsed()) {
                return Some(acknowledgement.to_bytes());
            }
            let wake = Instant::now() + media::socket::ACKNOWLEDGE_EVERY;
            tokio::select! {
                out = self.frames.recv() => {
                    let out = out?;
                    match self.backlog.admit(self.opened.elapsed()) {
                        Some(seq) => return Some(Frame::Sound { seq, time: out.time, packet: &out.packet }.to_bytes()),
                        None => count(&self.counters.socket_late),
                    }
                }
                () = sleep_until(wake) => {}
            }
        }
    }

    fn floods(&mut self, now: Duration) -> bool {
        if self.rate.0 != now.as_secs() {
            self.rate = (now.as_secs(), 0);
        }
        self.rate.1 += 1;
        self.rate.1 > MOST_A_SECOND
    }

    fn tell(&self, heard: SocketHeard) {
        let (session, attachment) = (self.session, self.attachment);
        // When the audio thread has stopped, the frames end too, which tells the owner.
        let _ = self.commands.send(Command::SocketHeard { session, attachment, heard });
    }
}

impl Drop for SoundSocket {
    fn drop(&mut self) {
        let (session, attachment) = (self.session, self.attachment);
        // Nothing to give back once the audio thread has stopped.
        let _ = self.commands.send(Command::DetachSocket { session, attachment });
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
