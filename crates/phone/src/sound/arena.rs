use bytes::{Bytes, BytesMut};

/// Half of the room: three seconds of the largest packets, far longer than any of them is on its way out.
const HALF: usize = 64 * 1024;

/// Where payloads are written that another thread frees: two halves in turn, each used again when everything that was in
/// it is gone, so that the path of a packet does not allocate.
#[derive(Debug)]
pub(super) struct Arena {
    halves: [BytesMut; 2],
    current: usize,
}

impl Default for Arena {
    fn default() -> Self {
        Self { halves: std::array::from_fn(|_| BytesMut::with_capacity(HALF)), current: 0 }
    }
}

impl Arena {
    pub(super) fn store(&mut self, payload: &[u8]) -> Bytes {
        if self.halves[self.current].capacity() < payload.len() {
            self.current = (self.current + 1) % self.halves.len();
            let half = &mut self.halves[self.current];
            if !half.try_reclaim(HALF) {
                // Somebody holds on to a packet of six seconds ago.
                *half = BytesMut::with_capacity(HALF.max(payload.len()));
            }
        }
        let half = &mut self.halves[self.current];
        half.extend_from_slice(payload);
        half.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn packets_that_are_gone_leave_their_room_to_later_ones() {
        let mut arena = Arena::default();
        let mut places = HashSet::new();
        for n in 0..20_000_u32 {
            let payload = arena.store(&[n as u8; 150]);
            assert_eq!(payload, vec![n as u8; 150]);
            places.insert(payload.as_ptr() as usize);
        }
        assert!(places.len() <= 2 * HALF / 150 + 2, "{} places", places.len());
    }

    #[test]
    fn a_packet_that_is_held_keeps_what_is_in_it() {
        let mut arena = Arena::default();
        let held = arena.store(&[7; 100]);
        for _ in 0..5_000 {
            arena.store(&[9; 150]);
        }
        assert_eq!(held, vec![7; 100]);
    }
}
