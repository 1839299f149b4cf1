//! Where packets wait: a fixed number of places, kept in the order of their timestamps, that are never given back. A
//! packet is copied in, so that nothing is allocated or freed on the way.

/// Places: 640 ms of 10 ms packets, three times the longest wait there is.
const PLACES: usize = 64;
/// A payload of this length (256 kb/s at 20 ms) is taken without growing its place; longer ones grow it once.
const USUAL_PAYLOAD: usize = 640;

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) timestamp: u64,
    pub(super) seq: u64,
    pub(super) duration: u32,
    /// Came with a later packet in place of its own.
    pub(super) copy: bool,
    pub(super) payload: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Slots {
    places: Vec<Slot>,
    /// Places in use, oldest timestamp first, and then the free ones.
    order: [u8; PLACES],
    used: usize,
}

impl Slots {
    pub(super) fn new() -> Self {
        let empty =
            || Slot { timestamp: 0, seq: 0, duration: 0, copy: false, payload: Vec::with_capacity(USUAL_PAYLOAD) };
        let places = std::iter::repeat_with(empty).take(PLACES).collect();
        Self { places, order: std::array::from_fn(|n| n as u8), used: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.used
    }

    pub(super) const fn is_full(&self) -> bool {
        self.used == PLACES
    }

    pub(super) const fn clear(&mut self) {
        self.used = 0;
    }

    fn place(&self, n: usize) -> &Slot {
        &self.places[usize::from(self.order[n])]
    }

    pub(super) fn first(&self) -> Option<&Slot> {
        (self.used > 0).then(|| self.place(0))
    }

    /// Frees the oldest place; what was in it can be read until something else is put in.
    pub(super) fn take_first(&mut self) -> Option<&Slot> {
        if self.used == 0 {
            return None;
        }
        self.order[..self.used].rotate_left(1);
        self.used -= 1;
        Some(self.place(self.used))
    }

    pub(super) fn find(&mut self, timestamp: u64) -> Option<&mut Slot> {
        let at = (0..self.used).find(|n| self.place(*n).timestamp == timestamp)?;
        self.places.get_mut(usize::from(self.order[at]))
    }

    /// Puts a packet into its place in time. There has to be room.
    pub(super) fn insert(&mut self, timestamp: u64, seq: u64, duration: u32, copy: bool, payload: &[u8]) {
        if self.is_full() {
            return;
        }
        // Nearly always the last one.
        let mut at = self.used;
        while at > 0 && self.place(at - 1).timestamp > timestamp {
            at -= 1;
        }
        self.order[at..=self.used].rotate_right(1);
        self.used += 1;
        let slot = &mut self.places[usize::from(self.order[at])];
        (slot.timestamp, slot.seq, slot.duration, slot.copy) = (timestamp, seq, duration, copy);
        slot.payload.clear();
        slot.payload.extend_from_slice(payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_in_the_order_of_their_time() {
        let mut slots = Slots::new();
        for n in [5_u64, 3, 9, 4, 1] {
            slots.insert(n, n, 1, false, &[n as u8]);
        }
        assert!(slots.find(9).is_some() && slots.find(2).is_none());
        let out: Vec<u8> = std::iter::from_fn(|| slots.take_first().map(|slot| slot.payload[0])).collect();
        assert_eq!((out, slots.len()), (vec![1, 3, 4, 5, 9], 0));
    }

    #[test]
    fn a_full_store_takes_no_more_and_works_on() {
        let mut slots = Slots::new();
        for n in 0..200 {
            slots.insert(n, n, 1, false, &[1]);
        }
        assert!(slots.is_full());
        for _ in 0..PLACES {
            slots.take_first();
        }
        slots.insert(7, 7, 1, true, &[7]);
        assert_eq!(slots.first().map(|slot| slot.timestamp), Some(7));
    }
}
