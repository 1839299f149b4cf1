//! Sequence numbers of a stream that pauses on one path while it goes on by another.

/// A step of the input beyond this is a pause of the path, and no loss.
const LARGEST_GAP: u16 = 64;

/// Gives one path's packets numbers of its own: gaps from packets that were lost before they got here are kept, and what
/// went by another path leaves none. Without this the far end's rollover counter (RFC 3711 section 3.3.1) is wrong after
/// ten minutes on the other path, and nothing it gets can be decrypted.
#[derive(Debug, Default)]
pub(super) struct Renumber {
    last: Option<(u16, u16)>,
}

impl Renumber {
    pub(super) fn next(&mut self, seq: u16) -> u16 {
        let out = match self.last {
            None => seq,
            Some((before, out)) => {
                let step = seq.wrapping_sub(before);
                out.wrapping_add(if (1..=LARGEST_GAP).contains(&step) { step } else { 1 })
            }
        };
        self.last = Some((seq, out));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_kept_and_pauses_are_not() {
        let mut numbers = Renumber::default();
        let out: Vec<u16> = [65_534, 65_535, 1, 2, 40_000, 40_001, 3].iter().map(|seq| numbers.next(*seq)).collect();
        assert_eq!(out, [65_534, 65_535, 1, 2, 3, 4, 5]);
    }
}
