//! A stretch of what is heard, kept for a check, and a known sound that is said into it.

use super::BLOCK;

/// Made and dropped outside the sound thread; nothing is allocated while it runs.
#[derive(Debug)]
pub(crate) struct Tape {
    say: Vec<f32>,
    said: usize,
    said_at: Option<usize>,
    heard: Vec<i16>,
    hush: bool,
}

impl Tape {
    /// Says `say` with what the microphone brings, and keeps the first `room` samples that are heard.
    pub(crate) fn new(say: Vec<f32>, room: usize) -> Self {
        Self { say, said: 0, said_at: None, heard: Vec::with_capacity(room), hush: false }
    }

    /// From now on silence is sent; what is heard goes on.
    pub(super) const fn hush(&mut self) {
        self.hush = true;
    }

    pub(super) fn hear(&mut self, pcm: &[i16]) {
        let room = self.heard.capacity() - self.heard.len();
        self.heard.extend_from_slice(&pcm[..pcm.len().min(room)]);
    }

    pub(super) fn say(&mut self, block: &mut [f32; BLOCK]) {
        if self.hush {
            block.fill(0.0);
        } else if let Some(rest) = self.say.get(self.said..).filter(|rest| !rest.is_empty()) {
            self.said_at.get_or_insert(self.heard.len());
            for (sample, tone) in block.iter_mut().zip(rest) {
                *sample = (*sample + tone).clamp(-1.0, 1.0);
            }
            self.said += BLOCK;
        }
    }

    pub(crate) fn heard(&self) -> &[i16] {
        &self.heard
    }

    /// How many samples had been heard when it began to speak.
    pub(crate) const fn said_at(&self) -> Option<usize> {
        self.said_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_its_sound_once_and_then_lets_the_microphone_alone() {
        let mut tape = Tape::new(vec![0.5; BLOCK + 10], 100);
        tape.hear(&[1; 30]);
        let mut blocks = [[0.1; BLOCK]; 3];
        blocks.iter_mut().for_each(|block| tape.say(block));
        assert_eq!(tape.said_at(), Some(30));
        assert_eq!((blocks[0][0], blocks[1][9], blocks[1][10], blocks[2][0]), (0.6, 0.6, 0.1, 0.1));
        tape.hush();
        tape.say(&mut blocks[0]);
        assert_eq!(blocks[0], [0.0; BLOCK]);
    }

    #[test]
    fn it_never_grows_beyond_its_room() {
        let mut tape = Tape::new(Vec::new(), 100);
        let room = tape.heard.capacity();
        (0..10).for_each(|_| tape.hear(&[7; 60]));
        assert_eq!(tape.heard().len(), room);
    }
}
