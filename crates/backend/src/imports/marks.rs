//! Many numbers in little memory: 64 bits of the hash of each.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher},
};

#[derive(Debug, Default)]
pub(super) struct Marks(HashMap<u64, (), Identity>);

impl Marks {
    /// False when it was there.
    pub(super) fn insert(&mut self, mark: u64) -> bool {
        self.0.insert(mark, ()).is_none()
    }

    pub(super) fn contains(&self, mark: u64) -> bool {
        self.0.contains_key(&mark)
    }
}

/// The keys are hashes already.
#[derive(Debug, Clone, Copy, Default)]
struct Identity;

impl BuildHasher for Identity {
    type Hasher = Mark;

    fn build_hasher(&self) -> Mark {
        Mark(0)
    }
}

struct Mark(u64);

impl Hasher for Mark {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, mark: u64) {
        self.0 = mark;
    }
}
