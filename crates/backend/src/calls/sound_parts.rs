//! The series of a call on its way to the store: the newest part is written every ten seconds until it is full.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    ids::CallId,
    sound::{Point, encode},
};
use storage::{TenantScope, sound::SoundPart};
use tokio::sync::mpsc;

use crate::{
    Backend, clock,
    outage::{FIRST_PAUSE, LONGEST_PAUSE},
};

/// Points in a full part.
const FULL: usize = 60;
/// What a crash costs at most.
const WRITE_EVERY_S: u32 = 10;

/// Points that are not in a full part yet.
#[derive(Debug, Default)]
pub(super) struct Parts {
    open: Vec<Point>,
    /// Points of `open` that are written.
    written: usize,
    written_at_s: Option<u32>,
    full: Option<SoundPart>,
}

fn part(points: &[Point]) -> Option<SoundPart> {
    points.first().map(|first| SoundPart { from_s: first.offset_s, points: encode(points) })
}

impl Parts {
    pub fn push(&mut self, point: Point) {
        self.open.push(point);
        if self.open.len() >= FULL {
            self.full = part(&self.open);
            self.open.clear();
            self.written = 0;
        }
    }

    /// What is to be written at this second of the call.
    pub fn due(&mut self, now_s: u32) -> Option<SoundPart> {
        let since = *self.written_at_s.get_or_insert(now_s);
        if self.full.is_some() {
            self.written_at_s = Some(now_s);
            return self.full.take();
        }
        if now_s.saturating_sub(since) < WRITE_EVERY_S || self.open.len() == self.written {
            return None;
        }
        self.written_at_s = Some(now_s);
        self.written = self.open.len();
        part(&self.open)
    }

    /// What is not written yet, at the end.
    pub fn rest(&mut self) -> Option<SoundPart> {
        self.full
            .take()
            .or_else(|| if self.open.len() > self.written { part(&std::mem::take(&mut self.open)) } else { None })
    }
}

/// Writes what comes until the call has ended. While the database is away only the newest of each part waits, so that the
/// wait is as bounded as the series.
pub(super) fn writer(backend: Backend, scope: TenantScope, call: CallId) -> mpsc::UnboundedSender<SoundPart> {
    let (sender, mut parts) = mpsc::unbounded_channel::<SoundPart>();
    tokio::spawn(async move {
        let mut waiting: BTreeMap<u32, SoundPart> = BTreeMap::new();
        let mut pause: Duration = FIRST_PAUSE;
        loop {
            if waiting.is_empty() {
                let Some(part) = parts.recv().await else { break };
                waiting.insert(part.from_s, part);
            }
            while let Ok(part) = parts.try_recv() {
                waiting.insert(part.from_s, part);
            }
            let Some(part) = waiting.first_entry() else { continue };
            match storage::sound::put_part(backend.store(), scope, call, part.get(), clock::now()).await {
                Ok(()) => pause = FIRST_PAUSE,
                Err(error) if error.is_retryable() && !backend.stopping().is_cancelled() => {
                    tracing::warn!(%call, %error, "the database is away; sound figures wait");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
                Err(error) => tracing::error!(%call, %error, "sound figures could not be written"),
            }
            part.remove();
        }
    });
    sender
}

#[cfg(test)]
mod tests {
    use domain::sound::{Thinning, decode};

    use super::*;

    /// What the store holds after each second, as a crash would leave it.
    fn kept_after(seconds: u32) -> BTreeMap<u32, SoundPart> {
        let (mut thinning, mut parts, mut store) = (Thinning::default(), Parts::default(), BTreeMap::new());
        for offset_s in 5..5 + seconds {
            if let Some(point) = thinning.take(Point { offset_s, span_s: 1, ..Point::default() }) {
                parts.push(point);
            }
            store.extend(parts.due(offset_s).map(|part| (part.from_s, part)));
        }
        store
    }

    fn points(store: &BTreeMap<u32, SoundPart>) -> Vec<Point> {
        store.values().flat_map(|part| decode(&part.points)).collect()
    }

    #[test]
    fn a_crash_costs_ten_seconds_and_nothing_is_there_twice() {
        for seconds in [0, 3, 11, 29, 61, 75, 125, 400] {
            let kept = points(&kept_after(seconds));
            assert!(kept.windows(2).all(|pair| pair[0].offset_s + 1 == pair[1].offset_s), "{seconds}");
            assert!(kept.len() + 12 > seconds as usize, "{} of {seconds}", kept.len());
        }
    }

    #[test]
    fn a_part_holds_a_minute_and_an_hour_is_written_in_few_rows() {
        let store = kept_after(3_600);
        assert!(store.len() <= 16, "{} rows", store.len());
        assert!(store.values().all(|part| decode(&part.points).len() <= FULL));
    }

    #[test]
    fn the_end_is_written_at_the_end() {
        let mut parts = Parts::default();
        for offset_s in 0..7 {
            parts.push(Point { offset_s, span_s: 1, ..Point::default() });
            assert_eq!(parts.due(offset_s), None);
        }
        assert_eq!(parts.rest().map(|part| decode(&part.points).len()), Some(7));
        assert_eq!(parts.rest(), None);
    }
}
