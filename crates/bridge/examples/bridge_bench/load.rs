//! Plays many peers at once from one thread: each sends every 20 ms, evenly spread over them.

use std::time::{Duration, Instant};

use crate::{
    Failure,
    figures::{Window, cpu},
};

/// Before anything counts.
const WARM_UP: Duration = Duration::from_secs(3);
const FRAME_MS: usize = 20;
/// What came in is taken out this often.
const LOOK_MS: usize = 4;

/// A packet that comes this long after the one before is late by more than a frame.
const LATE: Duration = Duration::from_millis(2 * FRAME_MS as u64);

/// Packets that a peer got.
#[derive(Debug, Default, Clone, Copy)]
pub struct Heard {
    pub packets: u64,
    pub late: u64,
    last: Option<Instant>,
}

impl Heard {
    pub fn packet(&mut self, now: Instant) {
        let before = self.last.replace(now);
        self.packets += 1;
        self.late += u64::from(before.is_some_and(|before| now.saturating_duration_since(before) > LATE));
    }

    fn since(self, before: Self) -> Self {
        Self { packets: self.packets - before.packets, late: self.late - before.late, last: self.last }
    }
}

pub trait Peer {
    /// Takes in what came.
    fn listen(&mut self, now: Instant) -> Result<(), Failure>;
    /// Sends its next 20 ms.
    fn speak(&mut self, now: Instant) -> Result<(), Failure>;
    fn heard(&self) -> Heard;
}

pub fn run(peers: &mut [Box<dyn Peer>], pid: u32, seconds: f64) -> Result<Window, Failure> {
    let start = Instant::now();
    let count = peers.len();
    let end = WARM_UP + Duration::from_secs_f64(seconds);
    let (mut sent, mut late, mut opened) = (0, 0, None);
    for millis in 0.. {
        let due = Duration::from_millis(millis as u64);
        let elapsed = start.elapsed();
        if let Some(early) = due.checked_sub(elapsed) {
            std::thread::sleep(early);
        } else if elapsed > due + Duration::from_millis(20) {
            late += 1;
        }
        if opened.is_none() && due >= WARM_UP {
            let heard: Vec<Heard> = peers.iter().map(|peer| peer.heard()).collect();
            (sent, late) = (0, 0);
            opened = Some((Instant::now(), cpu(pid)?, heard));
        }
        if due >= end {
            break;
        }
        let now = Instant::now();
        for (n, peer) in peers.iter_mut().enumerate() {
            if n * FRAME_MS / count == millis % FRAME_MS {
                peer.speak(now)?;
                sent += 1;
            }
            if millis % LOOK_MS == 0 {
                peer.listen(Instant::now())?;
            }
        }
    }
    let (at, before, heard) = opened.ok_or("the run was shorter than its warm-up")?;
    let (after, seconds) = (cpu(pid)?, at.elapsed().as_secs_f64());
    let heard = peers.iter().zip(heard).map(|(peer, before)| peer.heard().since(before)).collect();
    Ok(Window { seconds, before, after, heard, sent, late })
}
