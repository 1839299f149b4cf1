//! A point a second at first and fewer later, so that no call's series is longer than [`LONGEST_SERIES`].

use std::collections::BTreeMap;

use super::{Cause, Point, SidePoint};

/// From which second of the call on a point stands for how many seconds; after the last of them nothing is kept.
const PLAN: [(u32, u32); 3] = [(0, 1), (600, 10), (3_600, 60)];
/// Twelve hours.
const END: u32 = 43_200;
/// 600 + 300 + 660.
pub const LONGEST_SERIES: usize = 1_560;

fn span_at(offset_s: u32) -> Option<u32> {
    if offset_s >= END {
        return None;
    }
    PLAN.iter().rev().find(|(from, _)| offset_s >= *from).map(|(_, span)| *span)
}

/// Collects seconds into points.
#[derive(Debug, Clone, Default)]
pub struct Thinning {
    open: Vec<Point>,
    place: Option<(u32, u32)>,
}

impl Thinning {
    /// Takes one second (`span_s` is not looked at) and answers the point that it completes, if any. Seconds come in
    /// order; one that is late or doubled goes into the point that is open.
    pub fn take(&mut self, second: Point) -> Option<Point> {
        let span = span_at(second.offset_s)?;
        let place = (second.offset_s / span * span, span);
        let full = match self.place {
            Some(open) if place.0 > open.0 => self.finish(),
            Some(_) | None => None,
        };
        self.place.get_or_insert(place);
        self.open.push(second);
        full
    }

    /// The point that is open, as far as it is known now.
    pub fn finish(&mut self) -> Option<Point> {
        let (offset_s, span_s) = self.place.take()?;
        let open = std::mem::take(&mut self.open);
        Some(mean(&open, offset_s, span_s))
    }
}

fn mean(seconds: &[Point], offset_s: u32, span_s: u32) -> Point {
    let side = |of: fn(&Point) -> Option<SidePoint>| SidePoint::mean(seconds.iter().filter_map(of));
    let delays: Vec<f32> = seconds.iter().filter_map(|second| second.mouth_to_ear_ms).collect();
    let mut causes: BTreeMap<Cause, usize> = BTreeMap::new();
    for cause in seconds.iter().filter_map(|second| second.cause) {
        *causes.entry(cause).or_default() += 1;
    }
    Point {
        offset_s,
        span_s,
        agent: side(|second| second.agent),
        device: side(|second| second.device),
        customer: side(|second| second.customer),
        mouth_to_ear_ms: (!delays.is_empty()).then(|| delays.iter().sum::<f32>() / delays.len() as f32),
        // The one that was there longest; of two the worse.
        cause: causes.into_iter().rev().max_by_key(|(_, seconds)| *seconds).map(|(cause, _)| cause),
    }
}
