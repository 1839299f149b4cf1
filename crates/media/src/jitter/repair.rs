//! How long a lost frame takes to come another way: as a copy in a later packet, or as what the next packet knows of it.

use std::time::Duration;

/// Repairs remembered.
const REMEMBERED: usize = 32;
/// A repair longer ago than this says nothing about the path any more.
const LASTS: Duration = Duration::from_secs(8);
/// As long as copies come at all, the deepest of this time is what may be needed next.
const CARRIED: Duration = Duration::from_secs(1);
/// One lost packet is no reason to wait longer for all that follow.
const ENOUGH: usize = 2;

#[derive(Debug)]
pub(super) struct Repairs {
    /// When, and how many clock units after its own turn.
    seen: [Option<(Duration, u32)>; REMEMBERED],
    next: usize,
    /// The deepest copy that came lately, needed or not.
    carried: Option<(Duration, u32)>,
}

impl Repairs {
    pub(super) const fn new() -> Self {
        Self { seen: [None; REMEMBERED], next: 0, carried: None }
    }

    /// A copy came along, `depth` clock units after its own turn.
    pub(super) fn note_carried(&mut self, now: Duration, depth: u32) {
        if self.carried.is_none_or(|(at, deepest)| depth >= deepest || now.saturating_sub(at) > CARRIED) {
            self.carried = Some((now, depth));
        }
    }

    pub(super) const fn note(&mut self, now: Duration, depth: u32) {
        self.seen[self.next] = Some((now, depth));
        self.next = (self.next + 1) % REMEMBERED;
    }

    /// How much longer than for an unhurt stream packets have to wait for repairs to come in time, in clock units.
    pub(super) fn depth(&self, now: Duration) -> u32 {
        let recent = || self.seen.iter().flatten().filter(|(at, _)| now.saturating_sub(*at) < LASTS);
        if recent().count() < ENOUGH {
            return 0;
        }
        match self.carried {
            Some((at, deepest)) if now.saturating_sub(at) <= CARRIED => deepest,
            _ => recent().map(|(_, depth)| *depth).max().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_as_long_as_repairs_take_and_ends_when_they_are_not_needed() {
        let at = Duration::from_secs;
        let mut repairs = Repairs::new();
        repairs.note(at(1), 2_880);
        assert_eq!(repairs.depth(at(1)), 0);
        repairs.note(at(2), 960);
        assert_eq!(repairs.depth(at(3)), 2_880);
        assert_eq!(repairs.depth(at(10)), 0);
        for n in 0..100 {
            repairs.note(at(20), n);
        }
        assert_eq!(repairs.depth(at(20)), 99);
        repairs.note_carried(at(20), 4_800);
        repairs.note_carried(at(20), 960);
        assert_eq!(repairs.depth(at(20)), 4_800);
        assert_eq!(repairs.depth(at(29)), 0, "copies that nobody needs are not waited for");
    }
}
