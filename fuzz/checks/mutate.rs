//! Foreign bytes without a fuzzer: every file of a corpus as it is, then altered at random from a fixed seed. The same
//! checks run under libFuzzer in `fuzz_targets/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Longest input that is tried.
const LONGEST: usize = 4_096;

/// Numbers by xorshift64* (Vigna 2016), the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.roll() % end.max(1) as u64) as usize
    }
}

/// Files of `fuzz/corpus/<target>`, in the order of their names. `crate_dir`: the crate whose test this is.
fn corpus(crate_dir: &str, target: &str) -> Vec<Vec<u8>> {
    let folder: PathBuf = Path::new(crate_dir).join("../../fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn altered(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const TELLING: [u8; 8] = [0, 1, 0x7F, 0x80, 0xFF, b'"', b'\n', b'{'];
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(8) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, dice.roll() as u8),
            2 if at < bytes.len() => {
                bytes.remove(at);
            }
            3 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                bytes.splice(at.., other[from..].iter().copied());
            }
            4 => {
                let piece: Vec<u8> = bytes[at..(at + dice.below(64)).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => bytes.extend((0..dice.below(64)).map(|_| dice.roll() as u8).collect::<Vec<_>>()),
            6 if at < bytes.len() => bytes[at] = TELLING[dice.below(TELLING.len())],
            _ if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            _ => {}
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

/// Runs `check` on the corpus of `target` and on `count` alterations of it.
pub fn replay(crate_dir: &str, target: &str, count: usize, check: impl Fn(&[u8])) {
    let seeds = corpus(crate_dir, target);
    let mut dice = Dice(0x5EED_0000_0000_0000 | target.len() as u64);
    for seed in &seeds {
        check(seed);
    }
    for _ in 0..count {
        check(&altered(&seeds, &mut dice));
    }
}
