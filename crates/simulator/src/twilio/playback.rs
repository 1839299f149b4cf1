//! Twilio's buffer of audio that the application sent: played in order, 20 ms at a time, with marks between.

use std::collections::VecDeque;

use crate::{FRAME_SAMPLES, Frame, SILENCE};

#[derive(Debug)]
enum Item {
    Sound(VecDeque<i16>),
    Mark(String),
}

#[derive(Debug, Default)]
pub struct Playback {
    items: VecDeque<Item>,
}

impl Playback {
    pub fn push_sound(&mut self, pcm: &[i16]) {
        match self.items.back_mut() {
            Some(Item::Sound(queued)) => queued.extend(pcm),
            _ => self.items.push_back(Item::Sound(pcm.iter().copied().collect())),
        }
    }

    pub fn push_mark(&mut self, name: String) {
        self.items.push_back(Item::Mark(name));
    }

    /// Drops the sound and gives all marks, which are reported at once.
    pub fn clear(&mut self) -> Vec<String> {
        self.items
            .drain(..)
            .filter_map(|item| match item {
                Item::Mark(name) => Some(name),
                Item::Sound(_) => None,
            })
            .collect()
    }

    /// The next 20 ms, filled up with silence, and the marks that were passed.
    pub fn next_frame(&mut self) -> (Frame, Vec<String>) {
        let mut frame = SILENCE;
        let mut filled = 0;
        let mut passed = Vec::new();
        while let Some(item) = self.items.pop_front() {
            match item {
                Item::Mark(name) => passed.push(name),
                Item::Sound(_) if filled == FRAME_SAMPLES => {
                    self.items.push_front(item);
                    break;
                }
                Item::Sound(mut samples) => {
                    let count = samples.len().min(FRAME_SAMPLES - filled);
                    for (slot, sample) in frame[filled..].iter_mut().zip(samples.drain(..count)) {
                        *slot = sample;
                    }
                    filled += count;
                    if !samples.is_empty() {
                        self.items.push_front(Item::Sound(samples));
                    }
                }
            }
        }
        (frame, passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_of_any_length_plays_in_order_and_marks_follow_what_was_before_them() {
        let mut playback = Playback::default();
        playback.push_sound(&[1; 100]);
        playback.push_sound(&[2; 100]);
        playback.push_mark("a".into());
        playback.push_sound(&[3; 10]);
        let (first, passed) = playback.next_frame();
        assert_eq!((first[99], first[100], first[159]), (1, 2, 2));
        assert_eq!(passed, Vec::<String>::new());
        let (second, passed) = playback.next_frame();
        assert_eq!((second[39], second[40], second[49], second[50]), (2, 3, 3, 0));
        assert_eq!(passed, ["a"]);
        assert_eq!(playback.next_frame(), (SILENCE, vec![]));
    }

    #[test]
    fn a_mark_at_the_end_of_a_full_frame_is_passed_with_it() {
        let mut playback = Playback::default();
        playback.push_sound(&[1; 160]);
        playback.push_mark("end".into());
        assert_eq!(playback.next_frame().1, ["end"]);
    }

    #[test]
    fn a_clear_drops_sound_and_returns_every_mark() {
        let mut playback = Playback::default();
        playback.push_sound(&[1; 800]);
        playback.push_mark("a".into());
        playback.push_mark("b".into());
        assert_eq!(playback.clear(), ["a", "b"]);
        assert_eq!(playback.next_frame(), (SILENCE, vec![]));
    }
}
